//go:build probes

package coldstart

import (
	"maps"
	"math"
	"math/rand/v2"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"tollgate/results"
	"tollgate/scenarios/probes/simulate"
)

// platforms are services by their description, with random parameters.
var platforms = map[string]func(c *rand.Rand, seed uint64) simulate.Backend{
	"other traffic": func(c *rand.Rand, seed uint64) simulate.Backend {
		return &simulate.Others{Backend: lambda(between(c, 0.1, 0.5), between(c, 3, 60), seed), Rate: between(c, 5, 100), Work: between(c, 0.01, 0.1), Chance: c}
	},
	"other traffic of 30/s": func(c *rand.Rand, seed uint64) simulate.Backend {
		return &simulate.Others{Backend: lambda(0.25, 20, seed), Rate: 30, Work: 0.02, Chance: c}
	},
	"latency grows with concurrency": func(c *rand.Rand, seed uint64) simulate.Backend {
		return &simulate.Crowd{Backend: lambda(between(c, 0.1, 0.5), between(c, 3, 60), seed), Share: between(c, 0.002, 0.1)}
	},
	"provisioned concurrency": func(c *rand.Rand, seed uint64) simulate.Backend {
		l := lambda(between(c, 0.1, 0.5), between(c, 3, 60), seed)
		l.Provisioned = 1 + c.IntN(120)
		return l
	},
	"snapshots": func(c *rand.Rand, seed uint64) simulate.Backend {
		l := lambda(between(c, 0.3, 2), between(c, 3, 60), seed)
		l.Restored, l.Restore = c.Float64(), between(c, 0.02, 0.2)
		return l
	},
	"reserved concurrency": func(c *rand.Rand, seed uint64) simulate.Backend {
		l := lambda(between(c, 0.1, 0.5), between(c, 3, 60), seed)
		l.Reserved = 10 + c.IntN(90)
		return l
	},
	"several requests an environment": func(c *rand.Rand, seed uint64) simulate.Backend {
		return &simulate.Instances{Each: 2 + c.IntN(20), Most: 1000, Init: between(c, 0.1, 2), Sigma: 0.15, Idle: between(c, 3, 60), Chance: c}
	},
	"one container": func(c *rand.Rand, seed uint64) simulate.Backend {
		return &simulate.Instances{Each: 1e6, Most: 1, Init: between(c, 0.1, 2), Sigma: 0.15, Idle: between(c, 3, 60), Chance: c}
	},
	"containers behind a queue": func(c *rand.Rand, seed uint64) simulate.Backend {
		return &simulate.Instances{Each: 1, Most: 1 + c.IntN(60), Init: between(c, 0.1, 1), Sigma: 0.15, Idle: between(c, 3, 60), Chance: c}
	},
	"pauses": func(c *rand.Rand, seed uint64) simulate.Backend {
		return &simulate.Paused{Backend: lambda(between(c, 0.1, 0.5), between(c, 3, 60), seed), Every: between(c, 0.3, 5), For: between(c, 0.01, 0.2)}
	},
	"pauses and nothing cold": func(c *rand.Rand, seed uint64) simulate.Backend {
		return &simulate.Paused{Backend: simulate.Endless{}, Every: between(c, 0.3, 5), For: between(c, 0.01, 0.2)}
	},
	"code that is compiled": func(c *rand.Rand, seed uint64) simulate.Backend {
		l := lambda(between(c, 0.1, 0.5), between(c, 6, 60), seed)
		l.Warming, l.Longer = 20, between(c, 0.5, 10)
		return l
	},
	"random lifetimes": func(c *rand.Rand, seed uint64) simulate.Backend {
		l := lambda(between(c, 0.1, 0.5), between(c, 3, 60), seed)
		l.Lifetimes = true
		return l
	},
	"a thousand at once": func(c *rand.Rand, seed uint64) simulate.Backend { return lambda(between(c, 0.1, 0.5), 60, seed) },
}

// shortestOf is the shortest INIT in ms that a platform has, nearly.
func shortestOf(b simulate.Backend) float64 {
	switch b := b.(type) {
	case *simulate.Lambda:
		if b.Restored > 0 {
			return 1e3 * min(b.Init, b.Restore)
		}
		return 1e3 * b.Init
	case *simulate.Instances:
		return 0 // of a start that others began, a request waits for a part
	case *simulate.Others:
		return shortestOf(b.Backend)
	case *simulate.Crowd:
		return shortestOf(b.Backend)
	case *simulate.Paused:
		return shortestOf(b.Backend)
	}
	return math.Inf(1)
}

func platform(name string, i int) system {
	c := rand.New(rand.NewPCG(uint64(i), 83))
	s := system{Endpoint: simulate.NewEndpoint(platforms[name](c, uint64(i)), between(c, 0.01, 0.05), between(c, 0.05, 0.3), uint64(i))}
	s.options = []string{"", "settle: 1s", "fan_out: 40"}[c.IntN(3)]
	if name == "a thousand at once" {
		s.options = "fan_out: 1500, cold_starts: 1500"
	}
	if i%3 == 0 {
		s.Slow, s.Times = 0.1, between(c, 2, 10)
	}
	return s
}

// hidden is the end of what a conclusion says of requests that may have waited for a shorter
// INIT.
var hidden = regexp.MustCompile(`; (\d+) more needed an environment`)

// evaluated says what a finding about a platform is.
func evaluated(s system, f results.Finding) string {
	truth := float64(s.Cold)
	most, bounded := f.Values["fan_out_cold_share_at_most"]
	switch more := hidden.FindStringSubmatch(f.Conclusion); {
	case strings.Contains(f.Conclusion, coldSaid) && holds(f, "cold_starts", truth):
		return "right"
	case strings.Contains(f.Conclusion, coldSaid) && more != nil:
		n, _ := strconv.ParseFloat(more[1], 64)
		if v := f.Values["cold_starts"]; *v.Low <= truth && truth <= *v.High+n {
			return "right, some hidden"
		}
		return "wrong"
	case strings.Contains(f.Conclusion, coldSaid):
		return "wrong"
	case bounded && shortestOf(s.Backend) >= f.Values["bounded_init"].Value && float64(s.ColdInFan) > most.Value*float64(s.InFan)+0.5:
		return "wrong"
	case strings.Contains(f.Conclusion, noneSaid):
		return "none, at most so many"
	}
	return "cannot be told"
}

// Whatever the platform, an answer is right, or is that it cannot be told. One interval of
// 95 % in a hundred may miss.
func TestOtherPlatformsAreNotMisjudged(t *testing.T) {
	const n = 40
	wrong := 0
	for _, name := range slices.Sorted(maps.Keys(platforms)) {
		said := map[string]int{}
		each(t, n, func(i int) system { return platform(name, i) }, func(i int, s system, f results.Finding) {
			as := evaluated(s, f)
			if said[as]++; as == "wrong" {
				wrong++
				t.Logf("%s %d: %d of %d cold, in fan-outs %d of %d, slow %.2f, %s: %s", name, i, s.Cold, s.Requests, s.ColdInFan, s.InFan, s.Slow, s.options, f.Conclusion)
			}
		})
		if t.Logf("%s: %v", name, said); said["wrong"] > 2 {
			t.Errorf("%d of %d answers about %s are wrong", said["wrong"], n, name)
		}
	}
	if all := n * len(platforms); 100*wrong > all {
		t.Errorf("%d of %d answers are wrong, want 1 %% at most", wrong, all)
	}
}
