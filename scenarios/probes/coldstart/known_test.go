//go:build probes

package coldstart

import (
	"math/rand/v2"
	"strings"
	"testing"

	"tollgate/results"
	"tollgate/scenarios/probes/simulate"
)

// A known system is one that latency is expected to decide.
type known struct {
	name      string
	kept      float64 // seconds, environments with an INIT of 250 ms; 0: there are none
	twoSpeeds bool    // 10 % of the requests take 200 ms
	drift     float64 // in a minute
}

func (k known) system(i int) system {
	c := rand.New(rand.NewPCG(uint64(i), 89))
	backend := simulate.Backend(simulate.Endless{})
	if k.kept > 0 {
		backend = lambda(0.25, k.kept, uint64(i))
	}
	base := between(c, 0.01, 0.03)
	s := system{Endpoint: simulate.NewEndpoint(backend, base, between(c, 0.02, 0.2), uint64(i)), init: 250}
	if k.twoSpeeds {
		s.Slow, s.Times = 0.1, 0.2/base
	}
	s.Drift = k.drift
	s.options = []string{"", "fan_out: 40", "fan_out: 200, cold_starts: 100"}[c.IntN(3)]
	return s
}

// Of each known system at most one in twenty answers is that it cannot be told, and none is
// wrong about whether there are cold starts.
func TestKnownSystemsAreDecided(t *testing.T) {
	const n = 100
	for _, k := range []known{
		{name: "one speed"},
		{name: "two speeds", twoSpeeds: true},
		{name: "20 % slower each minute", drift: 0.2},
		{name: "20 % faster each minute", drift: -0.2},
		{name: "kept for 3 s", kept: 3},
		{name: "kept for 20 s", kept: 20},
		{name: "kept for 3 s, two speeds", kept: 3, twoSpeeds: true},
		{name: "kept for 20 s, two speeds", kept: 20, twoSpeeds: true},
	} {
		decided, share, init := 0, tally{}, tally{}
		each(t, n, k.system, func(i int, s system, f results.Finding) {
			answer := answerOf(f)
			if answer == cannotSaid {
				return
			}
			if decided++; (answer == coldSaid) != (k.kept > 0) {
				t.Errorf("%s, %d: %s", k.name, i, f.Conclusion)
			} else if k.kept > 0 {
				share.add(f, "cold_share", float64(s.Cold)/float64(s.Requests))
				init.add(f, "init_p50", s.init)
			}
		})
		if t.Logf("%s: %d of %d decided", k.name, decided, n); 20*decided < 19*n {
			t.Errorf("%s: %d of %d decided, want 95 %%", k.name, decided, n)
		}
		if k.kept > 0 {
			t.Logf("%s: cold share %v; INIT p50 %v", k.name, &share, &init)
		}
	}
}

// answerOf is which of three a finding says: one that there is none of a length, and that
// shorter ones cannot be told, says that there is none.
func answerOf(f results.Finding) string {
	for _, words := range []string{coldSaid, noneSaid} {
		if strings.Contains(f.Conclusion, words) {
			return words
		}
	}
	return cannotSaid
}

// An INIT that is shorter than the spread of the latency is not denied: the finding says
// that one so short cannot be told.
func TestShortINITsAreNotDenied(t *testing.T) {
	const n = 100
	each(t, n, func(i int) system {
		c := rand.New(rand.NewPCG(uint64(i), 97))
		base, sigma := between(c, 0.01, 0.1), between(c, 0.2, 0.5)
		init := base * sigma * between(c, 0.2, 0.9)
		return system{Endpoint: simulate.NewEndpoint(lambda(init, 20, uint64(i)), base, sigma, uint64(i)), init: 1e3 * init}
	}, func(i int, s system, f results.Finding) {
		bounded, is := f.Values["bounded_init"]
		if denied := is && bounded.Value <= s.init; denied || answerOf(f) == coldSaid && !holds(f, "cold_starts", float64(s.Cold)) {
			t.Errorf("%d: INIT of %.1f on %.1f ± %.1f: %s", i, s.init, 1e3*s.Base, 1e3*s.Base*s.Sigma, f.Conclusion)
		}
	})
}
