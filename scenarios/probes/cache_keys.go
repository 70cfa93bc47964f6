package probes

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"time"
)

// A Keyspace is which keys are asked for and how often each: the shares sum to 1.
type Keyspace struct {
	Shares []float64
	sums   []float64
}

// UniformKeys are n keys that are asked for equally often.
func UniformKeys(n int) Keyspace { return ZipfKeys(n, 0) }

// ZipfKeys are n keys of which the k'th is asked for as often as 1/k^s: most
// traffic goes to few of them. An s near 1 fits what the web asks for.
// Source: Breslau et al., "Web caching and Zipf-like distributions" (1999).
func ZipfKeys(n int, s float64) Keyspace {
	weights := make([]float64, n)
	for k := range weights {
		weights[k] = math.Pow(float64(k+1), -s)
	}
	return WeightedKeys(weights)
}

// WeightedKeys are keys with weights of any sum.
func WeightedKeys(weights []float64) Keyspace {
	sum := 0.0
	for _, w := range weights {
		sum += w
	}
	k := Keyspace{Shares: make([]float64, len(weights)), sums: make([]float64, len(weights))}
	before := 0.0
	for i, w := range weights {
		k.Shares[i] = w / sum
		before += k.Shares[i]
		k.sums[i] = before
	}
	return k
}

// Draw is a function that says which key each next request asks for.
func (k Keyspace) Draw(seed uint64) func() int {
	chance := rand.New(rand.NewPCG(seed, uint64(len(k.Shares))))
	return func() int {
		i, _ := slices.BinarySearch(k.sums, chance.Float64())
		return min(i, len(k.sums)-1)
	}
}

// HitRatio is the share of hits to be expected of requests that arrive at random
// at rate a second, at a cache that keeps an entry for ttl from when it was
// stored and has room for entries of them (0: for all).
//
// An entry answers what comes within its TTL: of a key that is asked for m times
// in that, m of m+1 requests are hits. Where there is not room for all, an entry
// is pushed out once as many others were asked for as there is room for, after
// the characteristic time of the cache (Che, Tung and Wang, "Hierarchical web
// caching systems", 2002), and the shorter of the two decides.
func (k Keyspace) HitRatio(rate float64, ttl time.Duration, entries int) float64 {
	room := k.characteristic(rate, entries)
	hits := 0.0
	for _, share := range k.Shares {
		m := share * rate * ttl.Seconds()
		hits += share * min(m/(1+m), 1-math.Exp(-share*rate*room))
	}
	return hits
}

// characteristic is in how many seconds as many keys are asked for as there is
// room for.
func (k Keyspace) characteristic(rate float64, entries int) float64 {
	if entries <= 0 || entries >= len(k.Shares) {
		return math.Inf(1)
	}
	low, high := 0.0, 1e12/rate
	for range 200 {
		t := (low + high) / 2
		asked := 0.0
		for _, share := range k.Shares {
			asked += -math.Expm1(-share * rate * t)
		}
		if asked < float64(entries) {
			low = t
		} else {
			high = t
		}
	}
	return low
}

// AimKeys is the number of keys with which requests at rate come nearest to a
// hit ratio: more keys, fewer hits. The shares of the keys are as Zipf's with s.
func AimKeys(ratio, s, rate float64, ttl time.Duration, entries, most int) (int, error) {
	if !(ratio > 0 && ratio < 1) {
		return 0, fmt.Errorf("a hit ratio of %v cannot be aimed at: it lies between 0 and 1", ratio)
	}
	if best := ZipfKeys(1, s).HitRatio(rate, ttl, entries); best < ratio {
		return 0, fmt.Errorf("a hit ratio of %.3f needs more than %g requests/s: with a TTL of %v even a single key gives %.3f", ratio, rate, ttl, best)
	}
	low, high := 1, most
	for low < high { // the last number of keys that still gives the ratio
		n := (low + high + 1) / 2
		if ZipfKeys(n, s).HitRatio(rate, ttl, entries) >= ratio {
			low = n
		} else {
			high = n - 1
		}
	}
	return low, nil
}
