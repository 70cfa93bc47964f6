//go:build probes

package coldstart

import (
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

// A system is a random endpoint, and the options of the probe that it is asked with.
type system struct {
	*simulate.Endpoint
	options string
	init    float64 // ms, median
	noise   float64
}

// untouched is the first seed of systems that no rule about when cold starts are found
// was tuned with: those below 600, 50,000 to 51,499 and 90,000 to 91,499 were.
const untouched = 200_000

func between(c *rand.Rand, low, high float64) float64 {
	return low * math.Exp(c.Float64()*math.Log(high/low))
}

// randomFunction is a function of which 10 to 90 % of the requests of fan-outs start
// cold, and whose INIT takes three spreads of the other latencies or more; every
// third has a second speed. No, 0.5 % or 2 % of its responses stall, and as many are
// lost.
func randomFunction(i int) system {
	c := rand.New(rand.NewPCG(uint64(i), 61))
	base, sigma := between(c, 0.005, 0.1), between(c, 0.02, 0.4)
	init := base * between(c, max(3*sigma, 0.3), 20)
	l := simulate.NewLambda(init, between(c, 0.05, 0.3), between(c, 6, 60), uint64(i))
	s := system{Endpoint: simulate.NewEndpoint(l, base, sigma, uint64(i)), init: 1e3 * init}
	cold := 0.1 + 0.8*c.Float64()
	if s.options = "settle: 4s, renew: true"; cold < 0.4 && i%2 == 0 { // of a fan-out's environments at least 40 % are new
		s.options, cold = "settle: 4s", cold/0.4
	}
	l.Proactive = 1 - cold
	if i%3 == 2 {
		s.Slow, s.Times = between(c, 0.01, 0.3), between(c, 2, 10)
	}
	s.noise = []float64{0, 0.005, 0.02}[c.IntN(3)]
	s.Stalled, s.Lost, s.Drift = s.noise, s.noise, 0.4*c.Float64()-0.2
	return s
}

// randomServer starts nothing: it has two speeds, a queue, or both.
func randomServer(i int) system {
	c := rand.New(rand.NewPCG(uint64(i), 67))
	backends := []simulate.Backend{simulate.Endless{}, simulate.NewWorkers(1 + c.IntN(40)), &simulate.Shared{Cores: 1 + c.IntN(20)}}
	s := system{Endpoint: simulate.NewEndpoint(backends[i%3], between(c, 0.002, 0.05), between(c, 0.01, 0.5), uint64(i))}
	if i%3 == 0 || i%2 == 0 {
		s.Slow, s.Times = between(c, 0.01, 0.5), between(c, 2, 10)
	}
	if i%5 == 0 {
		s.Every, s.Busy = between(c, 1, 10), between(c, 0.1, 1)
	}
	if i%7 == 0 {
		s.Sigma = 0
	}
	s.noise = []float64{0, 0.005, 0.02}[c.IntN(3)]
	s.Stalled, s.Lost, s.Drift = s.noise, s.noise, 0.4*c.Float64()-0.2
	s.options = []string{"", "settle: 1s", "cold_starts: 10, fan_out: 10, warm_requests: 40", "fan_out: 40"}[c.IntN(4)]
	return s
}

// each asks n systems.
func each(t *testing.T, n int, random func(int) system, check func(int, system, results.Finding)) {
	t.Helper()
	var lock sync.Mutex
	simulate.Many(n, func(i int) {
		s := random(untouched + i)
		f := ask(t, "cold-start: {"+s.options+"}", s.Endpoint)
		lock.Lock()
		defer lock.Unlock()
		check(i, s, f)
	})
}

func TestNoServerHasColdStarts(t *testing.T) {
	const n = 1500
	said := map[string]int{}
	each(t, n, randomServer, func(i int, s system, f results.Finding) {
		switch {
		case strings.Contains(f.Conclusion, noneSaid):
			said["none"]++
			if f.Values["bounded_init"].Value > shortestInit {
				said["none of a length"]++
			}
		case strings.Contains(f.Conclusion, cannotSaid):
			said["cannot be told"]++
			said[fmt.Sprintf("cannot be told, %T", s.Backend)]++
			said["cannot be told, "+reason(f)]++
		default:
			said["cold starts"]++
			t.Errorf("%d: %T %+v: %s", i, s.Backend, s, f.Conclusion)
		}
	})
	t.Logf("of %d servers without cold starts: %v", n, said)
}

// randomRareStarts is a function of which few requests start cold, or whose INIT is short,
// or whose environments are kept for no longer than a stage.
func randomRareStarts(i int) system {
	c := rand.New(rand.NewPCG(uint64(i), 71))
	base, sigma := between(c, 0.005, 0.1), between(c, 0.02, 0.4)
	init := base * between(c, max(sigma, 0.1), 10)
	l := simulate.NewLambda(init, between(c, 0.05, 0.3), between(c, 0.5, 30), uint64(i))
	l.Proactive = []float64{0, 0.8, 0.95, 1}[i%4]
	s := system{Endpoint: simulate.NewEndpoint(l, base, sigma, uint64(i)), init: 1e3 * init}
	if i%3 == 2 {
		s.Slow, s.Times = between(c, 0.01, 0.5), between(c, 2, 10)
	}
	s.options = []string{"", "settle: 1s", "cold_starts: 10, fan_out: 10, warm_requests: 40", "fan_out: 40, renew: true"}[c.IntN(4)]
	s.Drift = 0.4*c.Float64() - 0.2
	return s
}

// Where a finding says how many requests can have started cold at most, no more did,
// unless INIT is shorter than it says.
func TestBoundsOfColdStartsHold(t *testing.T) {
	const n = 1000
	bounded, held := 0, 0
	each(t, n, randomRareStarts, func(i int, s system, f results.Finding) {
		most, said := f.Values["fan_out_cold_share_at_most"]
		if !said || f.Values["bounded_init"].Value > s.init {
			return
		}
		bounded++
		if truth := float64(s.ColdInFan) / float64(s.InFan); truth <= most.Value {
			held++
		} else {
			t.Logf("%d: %.3g of fan-outs are cold, INIT %.1f on %.1f ± %.1f, slow %.2f × %.1f, idle %.1f s, %s: %s", i, truth, s.init, 1e3*s.Base, 1e3*s.Base*s.Sigma, s.Slow, s.Times, s.Backend.(*simulate.Lambda).Idle, s.options, f.Conclusion)
		}
	})
	t.Logf("of %d functions with few or short cold starts %d were said to have at most so many, which held in %d (%.1f %%)", n, bounded, held, 100*float64(held)/float64(bounded))
	if bounded < n/10 || 100*held < 95*bounded {
		t.Errorf("the bound held in %d of %d", held, bounded)
	}
}

// reason is why it cannot be told.
func reason(f results.Finding) string {
	delay, bounded := f.Values["bounded_init"]
	switch {
	case strings.Contains(f.Conclusion, "fan-outs were slower than their repeats, but"):
		return "a difference that has another cause"
	case strings.Contains(f.Conclusion, "but few:"):
		return "a difference that may be chance"
	case !bounded:
		return "too few requests"
	case delay.Value > managedInit:
		return "an INIT of 50 ms is within the spread"
	}
	return "?"
}

// A tally is how often an interval held the truth, and how wide it was.
type tally struct {
	asked, held int
	widths      []float64 // relative to the truth
}

func (c *tally) add(f results.Finding, name string, truth float64) bool {
	v := f.Values[name]
	c.asked++
	c.widths = append(c.widths, (*v.High-*v.Low)/truth)
	if holds(f, name, truth) {
		c.held++
		return true
	}
	return false
}

func (c *tally) String() string {
	slices.Sort(c.widths)
	return fmt.Sprintf("held the truth in %d of %d (%.1f %%), median width %.1f %%", c.held, c.asked, 100*float64(c.held)/float64(c.asked), 100*c.widths[len(c.widths)/2])
}

func TestColdStartsAreFoundAndTheirIntervalsHold(t *testing.T) {
	const n = 1500
	var share, init, twoShare, twoInit tally
	byNoise := map[float64]*[2]tally{0: {}, 0.005: {}, 0.02: {}}
	single, found, untold, denied := 0, 0, 0, 0
	each(t, n, randomFunction, func(i int, s system, f results.Finding) {
		if s.Slow == 0 {
			single++
		}
		if !strings.Contains(f.Conclusion, coldSaid) {
			if s.Slow == 0 {
				untold++
			}
			if strings.Contains(f.Conclusion, noneSaid) && f.Values["bounded_init"].Value <= s.init {
				denied++
			}
			t.Logf("%d: slow %.2f × %.1f, noise %.3f, INIT %.1f on %.1f ± %.1f: %s", i, s.Slow, s.Times, s.noise, s.init, 1e3*s.Base, 1e3*s.Base*s.Sigma, f.Conclusion)
			return
		}
		if s.Slow == 0 {
			found++
		}
		truth := float64(s.Cold) / float64(s.Requests)
		if s.Slow > 0 {
			twoShare.add(f, "cold_share", truth)
			twoInit.add(f, "init_p50", s.init)
		}
		of := byNoise[s.noise]
		okShare, okInit := share.add(f, "cold_share", truth), init.add(f, "init_p50", s.init)
		of[0].add(f, "cold_share", truth)
		of[1].add(f, "init_p50", s.init)
		if !okShare || !okInit {
			t.Logf("%d: slow %.2f × %.1f, noise %.3f, INIT %.1f on %.1f ± %.1f, %d of %d cold: %v (%v to %v), INIT %.4g (%.4g to %.4g)", i, s.Slow, s.Times, s.noise, s.init, 1e3*s.Base, 1e3*s.Base*s.Sigma,
				s.Cold, s.Requests, f.Values["cold_starts"].Value, *f.Values["cold_starts"].Low, *f.Values["cold_starts"].High, f.Values["init_p50"].Value, *f.Values["init_p50"].Low, *f.Values["init_p50"].High)
		}
	})
	t.Logf("of %d functions of one speed %d were found, %d were not; of all %d it was said of %d that none with such an INIT shows", single, found, untold, n, denied)
	t.Logf("cold share: %v", &share)
	t.Logf("INIT p50: %v", &init)
	t.Logf("two speeds: cold share %v; INIT p50 %v", &twoShare, &twoInit)
	for noise, of := range byNoise {
		t.Logf("noise %.1f %%: cold share %v; INIT p50 %v", 100*noise, &of[0], &of[1])
	}
	if 100*denied > n {
		t.Errorf("of %d functions with cold starts it was said that none with such an INIT shows, want 1 %% at most", denied)
	}
	if 20*found < 19*single {
		t.Errorf("%d of %d functions were found, want 95 %%", found, single)
	}
	for name, c := range map[string]*tally{"cold share": &share, "INIT p50": &init} {
		if c.asked < 500 || 100*c.held < 92*c.asked {
			t.Errorf("%s: %v, want 92 %% of 500 or more", name, c)
		}
	}
}
