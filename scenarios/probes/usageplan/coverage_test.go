package usageplan

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"tollgate/scenarios/probes/simulate"
)

// A coverage counts what the probe says of random buckets.
type coverage struct {
	lock                                sync.Mutex
	all, doubtful, other, rates, bursts int
	widths                              []float64 // of the rates' intervals, where there is no noise
}

// randomBucket is a bucket of 1/s to 5,000/s with a burst of 1 to 5,000, uniform in
// their logarithms, on a path with up to half a millisecond of jitter, of which none,
// 0.5 % or 2 % are refused by chance, half of the buckets without a token and half with
// it.
func randomBucket(i int) (rate, burst, noise float64, f *simulate.Front) {
	c := rand.New(rand.NewPCG(uint64(i), 5))
	rate, burst = math.Exp(c.Float64()*math.Log(5000)), math.Round(math.Exp(c.Float64()*math.Log(5000)))
	f = simulate.NewFront(simulate.NewTokens(rate, burst), uint64(i))
	f.Jitter = 5e-4 * c.Float64()
	noise = []float64{0, 0.005, 0.02}[i%3]
	if i%2 == 0 {
		f.RefusedAfter = noise
	} else {
		f.RefusedBefore = noise
	}
	return rate, burst, noise, f
}

func (c *coverage) try(t *testing.T, i int) {
	rate, burst, noise, front := randomBucket(i)
	f, _ := play(t, "usage-plan: {most: 15000/s}", front.Respond)
	c.lock.Lock()
	defer c.lock.Unlock()
	c.all++
	r, bucket := f.Values["rate"]
	switch {
	case strings.Contains(f.Conclusion, unknown):
		c.doubtful++
		t.Logf("%d: %.4g/s burst %.0f, noise %.3f, jitter %.2f ms: %s", i, rate, burst, noise, 1e3*front.Jitter, f.Conclusion)
		return
	case !bucket:
		c.other++
		t.Logf("%d: %.4g/s burst %.0f, noise %.3f: %s", i, rate, burst, noise, f.Conclusion)
		return
	}
	b := f.Values["burst"]
	holdsRate, holdsBurst := *r.Low <= rate && rate <= *r.High, *b.Low <= burst && burst <= *b.High
	if holdsRate {
		c.rates++
	}
	if holdsBurst {
		c.bursts++
	}
	if noise == 0 {
		c.widths = append(c.widths, (*r.High-*r.Low)/rate)
	}
	if !holdsRate || !holdsBurst {
		t.Logf("%d: %.5g/s burst %.0f, noise %.3f, jitter %.2f ms: rate %.5g (%.5g to %.5g), burst %.0f (%.0f to %.0f)",
			i, rate, burst, noise, 1e3*front.Jitter, r.Value, *r.Low, *r.High, b.Value, *b.Low, *b.High)
	}
}

// covers tries buckets, and checks how many intervals hold the truth.
func covers(t *testing.T, n int) {
	t.Helper()
	var c coverage
	var all sync.WaitGroup
	work := make(chan int)
	for range 2 {
		all.Go(func() {
			for i := range work {
				c.try(t, i)
			}
		})
	}
	for i := range n {
		work <- i
	}
	close(work)
	all.Wait()
	slices.Sort(c.widths)
	said := c.all - c.doubtful - c.other
	t.Logf("of %d buckets %d are found; the intervals of %d rates and %d bursts hold the truth; of %d the rule cannot be told, %d are said to be no bucket; the median width of a rate's interval is %.2f %% without noise",
		c.all, said, c.rates, c.bursts, c.doubtful, c.other, 100*c.widths[len(c.widths)/2])
	if least := 92 * said / 100; c.rates < least || c.bursts < least {
		t.Errorf("%d and %d of %d intervals hold the truth, want %d", c.rates, c.bursts, said, least)
	}
	if c.widths[len(c.widths)/2] > 0.03 {
		t.Errorf("the intervals of rates are %.2f %% wide", 100*c.widths[len(c.widths)/2])
	}
}
