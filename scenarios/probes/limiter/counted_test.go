package limiter

import (
	"fmt"
	"testing"

	"tollgate/scenarios/probes/simulate"
)

func TestCountsHoldTheTruthWhateverTheJitter(t *testing.T) {
	for _, row := range []struct{ rate, burst, jitter, noise float64 }{
		{4978, 1, 1e-5, 0},
		{4978, 1, 5e-4, 0},
		{3000, 2, 5e-4, 0},
		{1000, 40, 5e-4, 0},
		{1000, 3, 2e-3, 0.005},
		{255, 4031, 1e-4, 0.005},
		{500, 33, 2e-4, 0.02},
		{1500, 3000, 5e-4, 0},
	} {
		for _, after := range []bool{false, true} {
			if after && row.noise == 0 {
				continue // nothing is refused with the token
			}
			t.Run(fmt.Sprintf("%+v, refused with the token: %v", row, after), func(t *testing.T) {
				f := simulate.NewFront(simulate.NewTokens(row.rate, row.burst), 7)
				if f.Jitter = row.jitter; after {
					f.RefusedAfter = row.noise
				} else {
					f.RefusedBefore = row.noise
				}
				tally, ok := tallyOf(decided(f, around(row.rate, row.burst, 2), 7))
				if !ok {
					t.Fatal("it was never empty")
				}
				_, rate, burst, _ := tally.bound(bucket{Rate: 0.93 * row.rate, Burst: max(1, 0.97*row.burst), Loss: row.noise})
				vary := 1 + row.noise*row.burst // of how many were lost until it was empty
				t.Logf("rate %.5g (%.5g to %.5g), burst %.0f (%.0f to %.0f)", rate.Value, rate.Low, rate.High, burst.Value, burst.Low, burst.High)
				if rate.Low > row.rate || row.rate > rate.High || burst.Low-vary > row.burst || row.burst > burst.High+vary {
					t.Errorf("rate %.5g to %.5g, burst %.0f to %.0f", rate.Low, rate.High, burst.Low, burst.High)
				}
				if rate.High-rate.Low > (0.08+row.noise)*row.rate {
					t.Errorf("the rate is only known to be %.5g to %.5g", rate.Low, rate.High)
				}
			})
		}
	}
}

func TestABucketThatIsNeverEmptyIsNotCounted(t *testing.T) {
	f := simulate.NewFront(simulate.NewTokens(50, 40), 3)
	if _, ok := tallyOf(decided(f, load{{20, 2}}, 3)); ok {
		t.Error("nothing was refused")
	}
	if _, ok := tallyOf(nil); ok {
		t.Error("nothing was sent")
	}
}
