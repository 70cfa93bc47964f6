//go:build probes

package usageplan

import (
	"math"
	"math/rand/v2"
	"sync"
	"testing"
)

// Faster buckets, whose fits take longer.
func TestFasterBucketsAreRecovered(t *testing.T) {
	for _, row := range []bucketRow{
		{"a common one", 100, 200, 1e-3, 0, 0},
		{"a fast one", 1000, 2000, 1e-3, 0, 0},
		{"a fast one, enforced at best effort", 1000, 500, 2e-3, 0.02, 0.02},
	} {
		t.Run(row.name, row.recovered)
	}
}

// Of 500 buckets with noise up to 2 %, at least 93 % lie within their intervals,
// which are meant for 95 %.
func TestIntervalsOfBucketsHoldTheTruth(t *testing.T) { coverage(t, 500) }

func coverage(t *testing.T, repetitions int) {
	var mu sync.Mutex
	var rates, bursts int
	var all sync.WaitGroup
	work := make(chan int)
	for range 2 {
		all.Go(func() {
			for i := range work {
				c := rand.New(rand.NewPCG(uint64(i), 5))
				rate, factor := 8+24*c.Float64(), 0.5+1.5*c.Float64()
				burst := math.Round(rate * factor)
				noise := 0.02 * c.Float64()
				fit, ok := fitBucket(played(rate, burst, 2e-3*c.Float64(), noise, noise, uint64(i)))
				mu.Lock()
				if ok && fit.RateLow <= rate && rate <= fit.RateHigh {
					rates++
				} else {
					t.Logf("%d: rate %.4g not in [%.5g, %.5g]", i, rate, fit.RateLow, fit.RateHigh)
				}
				if ok && fit.BurstLow <= burst && burst <= fit.BurstHigh {
					bursts++
				} else {
					t.Logf("%d: burst %.4g not in [%.5g, %.5g]", i, burst, fit.BurstLow, fit.BurstHigh)
				}
				mu.Unlock()
			}
		})
	}
	for i := range repetitions {
		work <- i
	}
	close(work)
	all.Wait()
	t.Logf("of %d intervals that are to hold the truth in 95 %% of all cases, %d do for the rate and %d for the burst", repetitions, rates, bursts)
	if least := repetitions * 93 / 100; rates < least || bursts < least {
		t.Errorf("%d and %d of %d intervals hold the truth, want %d", rates, bursts, repetitions, least)
	}
}
