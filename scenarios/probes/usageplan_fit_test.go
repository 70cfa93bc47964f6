package probes

import (
	"math"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"
)

// A playedBucket is a bucket that is asked on a clock of its own: what a target
// would have decided.
type playedBucket struct {
	rate, burst  float64
	leak, loss   float64 // shares
	jitter       float64 // seconds, mean of an exponential
	chance       *rand.Rand
	tokens, last float64
}

func newPlayed(rate, burst, jitter, leak, loss float64, seed uint64) *playedBucket {
	return &playedBucket{rate: rate, burst: burst, jitter: jitter, leak: leak, loss: loss, tokens: burst, chance: rand.New(rand.NewPCG(seed, 77))}
}

// decide answers requests that are sent at these times, in the order in which
// they arrive.
func (b *playedBucket) decide(sent []float64) []decision {
	type request struct{ sent, seen float64 }
	all := make([]request, len(sent))
	for i, t := range sent {
		all[i] = request{t, t + b.jitter*b.chance.ExpFloat64()}
	}
	slices.SortFunc(all, func(x, y request) int { return int(math.Copysign(1, x.seen-y.seen)) })
	out := make([]decision, len(all))
	for i, r := range all {
		b.tokens, b.last = math.Min(b.burst, b.tokens+b.rate*math.Max(r.seen-b.last, 0)), r.seen
		has := b.tokens >= 1
		switch {
		case has && b.chance.Float64() >= b.loss:
			b.tokens--
			out[i] = decision{At: r.sent, Passed: true}
		case !has && b.chance.Float64() < b.leak:
			out[i] = decision{At: r.sent, Passed: true}
		default:
			out[i] = decision{At: r.sent}
		}
	}
	slices.SortStableFunc(out, func(x, y decision) int { return int(math.Copysign(1, x.At-y.At)) })
	return out
}

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
	return newPlayed(rate, burst, jitter, leak, loss, seed).decide(sent)
}

func TestTheBucketIsRecovered(t *testing.T) {
	for _, row := range []struct {
		name                            string
		rate, burst, jitter, leak, loss float64
	}{
		{"a slow one, exactly enforced", 5, 25, 1e-4, 0, 0},
		{"a slow one with a small bucket", 5, 2, 1e-3, 0, 0},
		{"a slow one, enforced at best effort", 10, 50, 1e-3, 0.02, 0.02},
		{"a common one", 100, 200, 1e-3, 0, 0},
		{"a common one, enforced at best effort", 100, 50, 1e-3, 0.02, 0.02},
		{"a fast one", 1000, 2000, 1e-3, 0, 0},
		{"a fast one, enforced at best effort", 1000, 500, 2e-3, 0.02, 0.02},
	} {
		t.Run(row.name, func(t *testing.T) {
			began := time.Now()
			fit, ok := fitBucket(played(row.rate, row.burst, row.jitter, row.leak, row.loss, 1))
			if !ok {
				t.Fatal("no bucket was found")
			}
			t.Logf("rate %.4g of %.4g [%.4g, %.4g], burst %.5g of %.5g [%.5g, %.5g], %+v, %v", fit.Rate, row.rate, fit.RateLow, fit.RateHigh, fit.Burst, row.burst, fit.BurstLow, fit.BurstHigh, fit.bucketModel, time.Since(began))
			if e := math.Abs(fit.Rate/row.rate - 1); e > 0.01 {
				t.Errorf("rate %.5g, want %.5g: %.2f%% off", fit.Rate, row.rate, 100*e)
			}
			if e := math.Abs(fit.Burst - row.burst); e > math.Max(1, 0.02*row.burst) {
				t.Errorf("burst %.5g, want %.5g", fit.Burst, row.burst)
			}
		})
	}
}

func coverage(t *testing.T, repetitions int) {
	var mu sync.Mutex
	var rates, bursts int
	var all sync.WaitGroup
	work := make(chan int)
	for range 2 {
		all.Go(func() {
			for i := range work {
				c := rand.New(rand.NewPCG(uint64(i), 5))
				rate, factor := 20+60*c.Float64(), 0.5+1.5*c.Float64()
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

func TestIntervalsOfBucketsHoldTheTruth(t *testing.T) { coverage(t, 30) }
