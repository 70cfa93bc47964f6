package compare

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"
)

// blocksOf are the p50 of blocks of a server that takes 40 ms, and of the same server
// behind something that adds so many ms; blocks share what slows both of them.
func blocksOf(chance *rand.Rand, n int, adds float64) *sides {
	s := &sides{trait: latency(P50, 0.5, true, 0.025)}
	for range n {
		shared := math.Exp(0.1 * chance.NormFloat64())
		s.base = append(s.base, math.Log(40*shared+0.3*chance.NormFloat64()))
		s.head = append(s.head, math.Log(40*shared+adds+0.3*chance.NormFloat64()))
	}
	return s
}

// TestWhatIsAddedLiesInItsInterval counts how often a 95 % interval leaves out the truth.
func TestWhatIsAddedLiesInItsInterval(t *testing.T) {
	chance := rand.New(rand.NewPCG(1, 2))
	for _, adds := range []float64{0, 6, -2} {
		const runs = 4000
		missed, wide := 0, 0.0
		for range runs {
			a := blocksOf(chance, MinBlocks, adds).added()
			if adds < a.LowMS || adds > a.HighMS {
				missed++
			}
			wide += (a.HighMS - a.LowMS) / runs
		}
		if share := float64(missed) / runs; share > 0.065 || share < 0.035 || wide > 1 { // 4 standard errors on either side of 5 %
			t.Errorf("of %v ms, %.1f %% of the intervals leave out the truth, and they are %.2f ms wide", adds, 100*share, wide)
		}
	}
}

func TestWhatIsAddedIsSaidWhereItIsKnown(t *testing.T) {
	chance := rand.New(rand.NewPCG(1, 2))
	if a := blocksOf(chance, MinBlocks-1, 6).added(); a != nil {
		t.Errorf("of %d blocks: %v", MinBlocks-1, a)
	}
	shares := blocksOf(chance, MinBlocks, 6)
	shares.trait, _ = traitOf(ErrorShare)
	if a := shares.added(); a != nil {
		t.Errorf("of a share: %v", a)
	}
	for _, row := range []struct {
		effect Effect
		want   string
	}{
		{Effect{Added: &Added{MS: 6.218, LowMS: 5.95, HighMS: 6.51}}, ", +6.22 ms (5.95 to 6.51)"},
		{Effect{Added: &Added{MS: -0.25, LowMS: -0.5, HighMS: 0.125}}, ", −0.250 ms (−0.500 to 0.125)"},
		{Effect{}, ""},
	} {
		if got := row.effect.AddedText(); got != row.want {
			t.Errorf("%q, want %q", got, row.want)
		}
	}
	p := Pair{Effects: []Effect{{Metric: P50, Added: &Added{MS: 6, LowMS: 5, HighMS: 7}}, {Metric: Goodput}, {Metric: P90, Added: &Added{MS: 8, LowMS: 7, HighMS: 9}}}}
	c := Comparison{Design: Interleaved, Pairs: []Pair{p}}
	var text strings.Builder
	if err := c.Text(&text); err != nil || !strings.Contains(text.String(), "  adds p50 +6.00 ms (5.00 to 7.00), p90 +8.00 ms (7.00 to 9.00)\n") {
		t.Errorf("%v: %s", err, text.String())
	}
}
