package simulate

import "math/rand/v2"

// numbers are of keys, in the order in which they were first asked. What belongs to a key is
// drawn by its number: a probe gives keys other names in each run, and a test with
// a fixed seed has to come out the same.
type numbers map[string]uint64

func (n numbers) chance(key string, seed uint64) *rand.Rand {
	number, known := n[key]
	if !known {
		number = uint64(len(n))
		n[key] = number
	}
	return rand.New(rand.NewPCG(^seed, number))
}
