//go:build probes

package usageplan

import (
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"tollgate/results"
	"tollgate/scenarios/probes/simulate"
)

var (
	tried   = flag.Int("buckets", 510, "the number of random buckets to try")
	oneIn   = flag.Int("onein", 1, "try one in so many of them")
	firstOf = flag.Int("first", 0, "the number of the first of them: others are fresh ones")
)

// noises are the shares that are refused by chance.
var noises = []float64{0, 0.005, 0.02}

// A randomBucket is one of 1/s to 5,000/s with a burst of 1 to 5,000, uniform in their
// logarithms, on a path with up to half a millisecond of jitter. Half of the buckets have
// their noise before a token is taken, half after it.
type randomBucket struct {
	number             int
	rate, burst, noise float64
	front              *simulate.Front
}

func newRandomBucket(i int) randomBucket {
	c := rand.New(rand.NewPCG(uint64(i), 5))
	b := randomBucket{number: i, rate: math.Exp(c.Float64() * math.Log(5000)), burst: math.Round(math.Exp(c.Float64() * math.Log(5000)))}
	b.front = simulate.NewFront(simulate.NewTokens(b.rate, b.burst), uint64(i))
	b.front.Jitter = 5e-4 * c.Float64()
	b.noise = noises[i%3]
	if i%2 == 0 {
		b.front.RefusedAfter = b.noise
	} else {
		b.front.RefusedBefore = b.noise
	}
	return b
}

func (b *randomBucket) String() string {
	return fmt.Sprintf("%d: %.5g/s burst %.0f, noise %.1f %%, jitter %.2f ms", b.number, b.rate, b.burst, 100*b.noise, 1e3*b.front.Jitter)
}

// A coverage counts what the probe concludes about buckets of a noise.
type coverage struct {
	all, doubtful, other, rates, bursts int
	widths, burstWidths                 []float64 // of the intervals, as shares
}

func (c *coverage) add(t *testing.T, b *randomBucket, f results.Finding) {
	c.all++
	r, is := f.Values["rate"]
	switch {
	case strings.Contains(f.Conclusion, undecided):
		c.doubtful++
		t.Logf("%s: %s", b, f.Conclusion)
		return
	case !is:
		c.other++
		t.Logf("%s: NO BUCKET: %s", b, f.Conclusion)
		return
	}
	burst := f.Values["burst"]
	holdsRate, holdsBurst := *r.Low <= b.rate && b.rate <= *r.High, *burst.Low <= b.burst && b.burst <= *burst.High
	if holdsRate {
		c.rates++
	}
	if holdsBurst {
		c.bursts++
	}
	c.widths, c.burstWidths = append(c.widths, (*r.High-*r.Low)/b.rate), append(c.burstWidths, (*burst.High-*burst.Low)/b.burst)
	if !holdsRate || !holdsBurst {
		t.Logf("%s: MISSED: rate %.5g (%.5g to %.5g), burst %.0f (%.0f to %.0f), other %.3g, %d requests in %.0f s",
			b, r.Value, *r.Low, *r.High, burst.Value, *burst.Low, *burst.High, f.Values["other_refused"].Value, f.Requests, f.Seconds)
	}
}

// check reports the figures and fails if too few intervals hold the truth.
func (c *coverage) check(t *testing.T, noise float64) {
	named := c.all - c.doubtful - c.other
	if named == 0 {
		t.Fatal("no bucket was found")
	}
	share := func(n int) float64 { return 100 * float64(n) / float64(named) }
	slices.Sort(c.widths)
	slices.Sort(c.burstWidths)
	width := c.widths[named/2]
	t.Logf("noise %.1f %%: of %d buckets %d are found, %d undecided, %d said to be another rule; intervals hold %.1f %% of the rates and %.1f %% of the bursts; median width of rates %.2f %%, of bursts %.2f %%",
		100*noise, c.all, named, c.doubtful, c.other, share(c.rates), share(c.bursts), 100*width, 100*c.burstWidths[named/2])
	if share(c.rates) < 92 || share(c.bursts) < 92 {
		t.Errorf("noise %.1f %%: intervals hold %.1f %% of the rates and %.1f %% of the bursts, want 92 %%", 100*noise, share(c.rates), share(c.bursts))
	}
	if noise == 0 && width > 0.03 {
		t.Errorf("the intervals of rates are %.2f %% wide", 100*width)
	}
	if 20*(c.doubtful+c.other) > c.all {
		t.Errorf("noise %.1f %%: %d of %d buckets are not found", 100*noise, c.doubtful+c.other, c.all)
	}
}

func TestIntervalsOfBucketsHoldTheTruth(t *testing.T) {
	seen := make([]coverage, len(noises))
	var lock sync.Mutex
	simulate.Many(*tried / *oneIn, func(i int) {
		i = *firstOf + i**oneIn
		b := newRandomBucket(i)
		f, _ := play(t, "usage-plan: {most: 15000/s}", b.front.Respond)
		lock.Lock()
		defer lock.Unlock()
		seen[i%3].add(t, &b, f)
	})
	for i := range seen {
		if seen[i].all == 0 {
			continue
		}
		seen[i].check(t, noises[i])
	}
}
