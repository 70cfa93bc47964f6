package usageplan

import (
	"math"
	"testing"

	"tollgate/scenarios/probes/simulate"
)

// spaced are the times of requests at a rate.
func spaced(from, rate, length float64) (all []float64) {
	for i := 0; float64(i) < rate*length; i++ {
		all = append(all, from+float64(i)/rate)
	}
	return all
}

// played sends what the probe's measuring stages send.
func played(rate, burst, jitter, leak, loss float64, seed uint64) []decision {
	flood := 3 * rate
	length := burst/(flood-rate) + math.Max(0.5, 8/rate)
	sent := spaced(0.01, flood, length)
	over, long := overloadOf(rate)
	sent = append(sent, spaced(length+0.05, over*rate, long)...)
	var all []decision
	for i, passed := range simulate.NewBucket(rate, burst, jitter, leak, loss, seed).Decide(sent) {
		all = append(all, decision{At: sent[i], Passed: passed})
	}
	return all
}

// A bucketRow is a bucket that is to be recovered.
type bucketRow struct {
	name                            string
	rate, burst, jitter, leak, loss float64
}

func TestTheBucketIsRecovered(t *testing.T) {
	for _, row := range []bucketRow{
		{"a slow one, exactly enforced", 5, 25, 1e-4, 0, 0},
		{"a slow one with a small bucket", 5, 2, 1e-3, 0, 0},
		{"a slow one, enforced at best effort", 10, 50, 1e-3, 0.02, 0.02},
		{"a common one, enforced at best effort", 100, 50, 1e-3, 0.02, 0.02},
	} {
		t.Run(row.name, row.recovered)
	}
}

func (row bucketRow) recovered(t *testing.T) {
	fit, ok := fitBucket(played(row.rate, row.burst, row.jitter, row.leak, row.loss, 1))
	if !ok {
		t.Fatal("no bucket was found")
	}
	t.Logf("rate %.5g of %.5g [%.5g, %.5g], burst %.0f of %.0f [%.0f, %.0f]", fit.Rate, row.rate, fit.RateLow, fit.RateHigh, fit.Burst, row.burst, fit.BurstLow, fit.BurstHigh)
	if e := math.Abs(fit.Rate/row.rate - 1); e > 0.01 {
		t.Errorf("rate %.5g, want %.5g: %.2f%% off", fit.Rate, row.rate, 100*e)
	}
	if e := math.Abs(fit.Burst - row.burst); e > math.Max(1, 0.02*row.burst) {
		t.Errorf("burst %.5g, want %.5g", fit.Burst, row.burst)
	}
}
