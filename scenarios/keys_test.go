package scenarios

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"tollgate/scenarios/values"
)

// sent is the sending of a single request.
func sent(seq uint64) *values.Sending { return &values.Sending{Seq: seq, Iteration: seq} }

func TestUniformKeysAreAskedForEquallyOften(t *testing.T) {
	p := (&Keys{Count: 10}).Picker(7)
	var counts [10]int
	const n = 100_000
	for seq := range uint64(n) {
		counts[p.Index(sent(seq))]++
	}
	for i, c := range counts {
		if math.Abs(float64(c)-n/10) > 5*math.Sqrt(n/10) {
			t.Errorf("key %d was picked %d times of %d", i, c, n)
		}
	}
}

func TestZipfsKeysHaveTheSharesOfTheLaw(t *testing.T) {
	k := &Keys{Count: 100, Pick: "zipf", Exponent: 1.1}
	p := k.Picker(7)
	var sum float64
	for i := range k.Count {
		sum += math.Pow(float64(i+1), -k.Exponent)
	}
	counts := make([]int, k.Count)
	const n = 200_000
	for seq := range uint64(n) {
		counts[p.Index(sent(seq))]++
	}
	for _, i := range []int{0, 1, 9, 99} {
		want := n * math.Pow(float64(i+1), -k.Exponent) / sum
		if math.Abs(float64(counts[i])-want) > 5*math.Sqrt(want) {
			t.Errorf("key %d was picked %d times, want %.0f", i, counts[i], want)
		}
	}
}

func TestKeysInTurnComeRound(t *testing.T) {
	p := (&Keys{List: []string{"a", "b", "c"}, Count: 3, Pick: "in-turn"}).Picker(7)
	var all []byte
	for seq := range uint64(7) {
		all, _ = p.Append(all, sent(seq))
	}
	if string(all) != "abcabca" {
		t.Errorf("got %s", all)
	}
}

func TestAKeyDependsOnItsSeedAndNumberAlone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k := &Keys{Count: rapid.IntRange(1, 1000).Draw(t, "count"), Pick: rapid.SampledFrom([]string{"", "uniform", "zipf", "in-turn"}).Draw(t, "pick"), Exponent: 1}
		seed, seq := rapid.Uint64().Draw(t, "seed"), rapid.Uint64().Draw(t, "seq")
		a, b := k.Picker(seed).Index(sent(seq)), k.Picker(seed).Index(sent(seq))
		if a != b || a < 0 || a >= k.Count {
			t.Fatalf("got %d and %d of %d", a, b, k.Count)
		}
	})
}
