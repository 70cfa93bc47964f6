//go:build probes

package saturation

import (
	"flag"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tollgate/results"
	"tollgate/scenarios/probes/simulate"
)

var systems = flag.Int("systems", 600, "how many random systems to probe")

const (
	coverFrom, coverTo = 50.0, 2000.0
	coverage           = "saturation: {from: 50/s, to: 2000/s, for: 5s}"
	allowed            = 0.01 // the share of errors that thresholds allow by default
)

// A system is a random one with its truth.
type system struct {
	kind   string
	answer func([]results.Sample)
	truth  float64
}

// fresh makes the server of a system anew, with its random numbers.
type fresh func(chance *rand.Rand) func([]results.Sample)

// drawn draws a system of one kind whose capacity lies in the range of the probe.
func drawn(kind int, chance *rand.Rand) system {
	n := 1 + chance.IntN(32)
	capacity := 100 * math.Exp(chance.Float64()*math.Log(1600/100))
	mean, sigma := float64(n)/capacity, []float64{0, 0.3, 1}[chance.IntN(3)]
	service := func(c *rand.Rand) func(float64) float64 { return simulate.LogNormal(mean, sigma, c) }
	server := func(queue int) fresh {
		return func(c *rand.Rand) func([]results.Sample) {
			return (&simulate.Server{Workers: n, Service: service(c), Queue: queue}).Respond
		}
	}
	seed := rand.New(rand.NewPCG(chance.Uint64(), 1))
	switch kind {
	case 0:
		return system{"queue", server(simulate.Unbounded)(seed), capacity}
	case 1:
		every, share := 0.3+2*chance.Float64(), 0.01+0.09*chance.Float64()
		s := &simulate.Server{Workers: n, Service: service(seed), Queue: simulate.Unbounded, PauseEvery: every, PauseFor: share * every, PauseFirst: chance.Float64()}
		return system{"queue, pauses", s.Respond, capacity * (1 - share)}
	case 2:
		make := server(0)
		return system{"no queue", make(seed), failing(make)}
	case 3:
		make := server(5 + chance.IntN(100))
		return system{"bounded queue", make(seed), failing(make)}
	}
	rate, burst := capacity*(0.3+0.5*chance.Float64()), 1+chance.Float64()*capacity/2
	make := func(c *rand.Rand) func([]results.Sample) {
		return simulate.Behind(simulate.NewTokens(rate, burst), &simulate.Server{Workers: n, Service: service(c), Queue: simulate.Unbounded})
	}
	return system{"rate limit", make(seed), failing(make)}
}

// failing is the rate of random arrivals at which a system fails as many as are
// allowed, from long simulations.
func failing(make fresh) float64 {
	low, high := 5.0, 4000.0
	for high/low > 1.001 {
		rate := math.Sqrt(low * high)
		chance := rand.New(rand.NewPCG(7, 7))
		answer := make(chance)
		samples, at, failed := [1]results.Sample{}, 0.0, 0
		const n, settling = 150_000, 30_000
		for i := range n {
			at += chance.ExpFloat64() / rate
			samples[0] = results.Sample{Sent: time.Duration(at * 1e9), Due: time.Duration(at * 1e9), Code: 200}
			if answer(samples[:]); i >= settling && samples[0].Code != 200 {
				failed++
			}
		}
		if float64(failed) > allowed*(n-settling) {
			high = rate
		} else {
			low = rate
		}
	}
	return math.Sqrt(low * high)
}

// A count is what the probes of one kind of system came to.
type count struct {
	n, answered, covered int
	rightly              int // without a value, and there is none
	widths               []float64
}

// counts are those of each kind of system, and of all.
type counts struct {
	mu sync.Mutex
	of map[string]*count
}

// add takes the finding about a system of a kind. It is false if the finding has no value,
// or one whose interval does not hold the truth. None says that there may be no value.
func (c *counts) add(kind string, f results.Finding, truth float64, none bool) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	v, there := f.Values["highest_rate"]
	covered := there && *v.Low <= truth && truth <= *v.High
	for _, name := range []string{kind, "all"} {
		one := c.of[name]
		if one == nil {
			one = &count{}
			c.of[name] = one
		}
		switch one.n++; {
		case !there && none:
			one.rightly++
		case there:
			one.answered++
			one.widths = append(one.widths, (*v.High-*v.Low)/v.Value)
		}
		if covered {
			one.covered++
		}
	}
	return covered
}

// evaluate fails a test whose intervals hold the truth too seldom or are too wide, or where
// too often there is none.
func (c *counts) evaluate(t *testing.T, least, most, widest float64) {
	for _, kind := range slices.Sorted(maps.Keys(c.of)) {
		one := c.of[kind]
		t.Logf("%-24s %4d systems, covered %5.1f %% of answers, median width %4.1f %%, cannot be told %4.1f %%, has no one rate %5.1f %%", kind, one.n,
			100*one.held(), 100*one.width(), 100*one.unknown(), 100*float64(one.rightly)/float64(one.n))
	}
	if all := c.of["all"]; all.held() < least || all.unknown() > most {
		t.Errorf("intervals hold the truth in %.1f %% and %.1f %% cannot be told, want at least %.0f %% and at most %.0f %%", 100*all.held(), 100*all.unknown(), 100*least, 100*most)
	}
	if width := c.of["all"].width(); width > widest {
		t.Errorf("the median width is %.1f %%, want at most %.0f %%", 100*width, 100*widest)
	}
}

// width is the median of the widths of intervals, as a share of the value.
func (c *count) width() float64 {
	slices.Sort(c.widths)
	if len(c.widths) == 0 {
		return 0
	}
	return c.widths[len(c.widths)/2]
}

func (c *count) held() float64 { return float64(c.covered) / float64(max(c.answered, 1)) }

func (c *count) unknown() float64 { return float64(c.n-c.answered-c.rightly) / float64(c.n) }

func TestCoverageOverRandomServers(t *testing.T) {
	all := counts{of: map[string]*count{}}
	simulate.Many(*systems, func(i int) {
		s := drawn(i%5, rand.New(rand.NewPCG(uint64(i), 11)))
		f, _ := play(t, coverage, s.answer)
		if !all.add(s.kind, f, s.truth, false) {
			t.Logf("%d %s, truth %.4g: %s %s", i, s.kind, s.truth, f.Conclusion, f.Reasons)
		}
	})
	all.evaluate(t, 0.92, 0.05, 0.2)
}

func TestServersWithoutSaturationHaveNone(t *testing.T) {
	const n = 250
	var told atomic.Int64
	simulate.Many(n, func(i int) {
		chance := rand.New(rand.NewPCG(uint64(i), 12))
		workers := 1 + chance.IntN(32)
		capacity := coverTo * (1.15 + 2*chance.Float64())
		s := &simulate.Server{Workers: workers, Queue: simulate.Unbounded}
		s.Service = simulate.LogNormal(float64(workers)/capacity, []float64{0, 0.5, 1}[chance.IntN(3)], chance)
		if i%2 == 0 { // it stands still now and then, for longer than requests take
			s.PauseEvery, s.PauseFor, s.PauseFirst = 3+10*chance.Float64(), 0.2*chance.Float64(), 5*chance.Float64()
		}
		f, _ := play(t, coverage, s.Respond)
		if _, there := f.Values["highest_rate"]; there {
			t.Errorf("%d, capacity %.0f/s: %s", i, capacity, f.Conclusion)
		}
		if f.Values["highest_rate_tried"].Value == coverTo {
			told.Add(1)
		}
	})
	t.Logf("%d of %d: no saturation up to %v/s", told.Load(), n, coverTo)
}
