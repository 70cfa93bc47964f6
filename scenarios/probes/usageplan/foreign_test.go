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
	foreigners   = flag.Int("foreigners", 220, "the number of random limiters of foreign kinds to try")
	firstForeign = flag.Int("firstforeign", 0, "the number of the first of them: others are fresh ones")
	ofForeign    = flag.String("foreign", "", "try only the kinds whose name has this in it")
)

// A foreign is a limiter of a kind that the probe does not know, or knows by another name,
// and what may be said of it.
type foreign struct {
	says    string // with the parameters
	limiter simulate.Limiter
	service float64
	fits    func(results.Finding) bool // what was concluded is true of it; nil if nothing is
}

// draws are the parameters of a foreign limiter.
type draws struct{ *rand.Rand }

// among is a number between two, uniform in its logarithm.
func (d draws) among(low, high float64) float64 {
	return low * math.Pow(high/low, d.Float64())
}

func (d draws) whole(low, high float64) float64 { return math.Round(d.among(low, high)) }

// covers says whether an interval holds a truth.
func covers(f results.Finding, name string, truth float64) bool {
	v, there := f.Values[name]
	return there && *v.Low <= truth && truth <= *v.High
}

// isBucket says whether a finding is a token bucket of a rate and a burst; 0: of any.
func isBucket(rate, burst float64) func(results.Finding) bool {
	return func(f results.Finding) bool {
		_, is := f.Values["rate"]
		return is && (rate == 0 || covers(f, "rate", rate)) && (burst == 0 || covers(f, "burst", burst))
	}
}

// isAverage says whether a finding is a limit on a moving average.
func isAverage(rate, memory float64) func(results.Finding) bool {
	return func(f results.Finding) bool {
		return covers(f, "average_rate", rate) && covers(f, "average_memory", memory)
	}
}

// either says whether one of some things fits.
func either(some ...func(results.Finding) bool) func(results.Finding) bool {
	return func(f results.Finding) bool {
		return slices.ContainsFunc(some, func(fits func(results.Finding) bool) bool { return fits(f) })
	}
}

// A foreignKind draws limiters of a kind.
type foreignKind struct {
	name string
	draw func(d draws) foreign
}

// foreignKinds are described by what people run in front of servers.
var foreignKinds = []foreignKind{
	{"load shedding above a mark", func(d draws) foreign {
		s := &simulate.Shedder{Mark: 0.2 + 0.7*d.Float64(), Work: d.among(2e-3, 2e-2), Memory: d.among(0.3, 5)}
		return foreign{says: fmt.Sprintf("%+v", *s), limiter: s, fits: isAverage(s.Mark/s.Work, s.Memory)}
	}},
	{"load shedding by a controller", func(d draws) foreign {
		s := &simulate.Shedder{Mark: 0.3 + 0.6*d.Float64(), Work: d.among(2e-3, 2e-2), Memory: d.among(0.3, 3), Period: d.among(0.1, 1), Gain: d.among(0.05, 0.8), Chance: d}
		return foreign{says: fmt.Sprintf("%+v", *s), limiter: s}
	}},
	{"random early refusal", func(d draws) foreign {
		e := &simulate.Early{Rate: d.among(10, 400), From: d.whole(5, 50), Chance: d}
		e.To = e.From * d.among(1.5, 6)
		between := func(f results.Finding) bool { // a bucket with an uncertain brim
			v, is := f.Values["burst"]
			return is && isBucket(e.Rate, 0)(f) && *v.Low <= e.To && *v.High >= e.From
		}
		return foreign{says: fmt.Sprintf("%.4g/s from %.0f to %.0f", e.Rate, e.From, e.To), limiter: e, fits: between}
	}},
	{"adaptive concurrency by gradient", func(d draws) foreign {
		g := &simulate.Gradient{Workers: d.whole(3, 30), Service: d.among(0.01, 0.2), Limit: d.whole(10, 40), Smoothing: d.among(0.1, 0.4)}
		return foreign{says: fmt.Sprintf("%+v", *g), limiter: g}
	}},
	{"admission control by success rate", func(d draws) foreign {
		rate, burst := d.among(20, 300), d.whole(10, 200)
		a := &simulate.Admission{Behind: simulate.NewTokens(rate, burst), Window: d.among(2, 30), Threshold: 0.95, Aggression: 1 + d.Float64(), Chance: d}
		return foreign{says: fmt.Sprintf("%.4g/s burst %.0f behind %+v", rate, burst, *a), limiter: a, fits: isBucket(rate, burst)}
	}},
	{"GCRA", func(d draws) foreign {
		g := &simulate.GCRA{Interval: 1 / d.among(5, 800)}
		burst := d.whole(1, 200)
		g.Tolerance = (burst - 1) * g.Interval
		return foreign{says: fmt.Sprintf("%.4g/s burst %.0f", 1/g.Interval, burst), limiter: g, fits: isBucket(1/g.Interval, burst)}
	}},
	{"a leaky bucket that makes requests wait", func(d draws) foreign {
		w := &simulate.Waiting{Rate: d.among(10, 300), Burst: d.whole(3, 60), Work: d.among(2e-3, 2e-2)}
		waits := func(f results.Finding) bool {
			v, is := f.Values["concurrency"] // those that wait, and those that are served
			return is && *v.Low <= w.Burst+2+w.Rate*w.Work && *v.High >= w.Burst
		}
		return foreign{says: fmt.Sprintf("%+v", *w), limiter: w, fits: either(isBucket(w.Rate, w.Burst+1), waits)}
	}},
	{"a sliding log read from a replica", func(d draws) foreign {
		s := &simulate.Delayed{Length: d.among(0.5, 8), Count: d.whole(20, 300)}
		s.Lag = s.Length * d.among(0.005, 0.2)
		return foreign{says: fmt.Sprintf("%+v", *s), limiter: s, fits: func(f results.Finding) bool {
			n, is := f.Values["window_requests"]
			return is && covers(f, "window", s.Length) && strings.Contains(f.Conclusion, "sliding window of") && *n.High >= s.Count
		}}
	}},
	{"a quota of a day", func(d draws) foreign {
		q := &simulate.Quota{Left: int(d.whole(20, 3000))}
		return foreign{says: fmt.Sprintf("%+v", *q), limiter: q}
	}},
	{"a bucket for each connection", func(d draws) foreign {
		rate, burst := d.among(5, 100), d.whole(3, 60)
		c := &simulate.Connections{New: func() simulate.Limiter { return simulate.NewTokens(rate, burst) }}
		return foreign{says: fmt.Sprintf("%.4g/s burst %.0f each", rate, burst), limiter: c, service: d.among(2e-3, 5e-2), fits: func(f results.Finding) bool {
			return c.Used == 1 && isBucket(rate, burst)(f)
		}}
	}},
	{"a bucket for our address before one for all", func(d draws) foreign {
		rate, burst := d.among(10, 200), d.whole(5, 100)
		all := simulate.NewTokens(rate*d.among(3, 10), 20*burst)
		return foreign{says: fmt.Sprintf("%.4g/s burst %.0f, for all %.4g/s", rate, burst, all.Rate), limiter: simulate.Row{simulate.NewTokens(rate, burst), &simulate.Swinging{Limiter: all, Mean: rate, Period: d.among(3, 30), Chance: d, Accept: d}}, fits: isBucket(rate, burst)}
	}},
	{"a bucket that is refilled each second", func(d draws) foreign {
		r := &simulate.Refilled{Interval: 1, Each: d.whole(10, 300)}
		r.Most = math.Round(r.Each * d.among(1, 5))
		return foreign{says: fmt.Sprintf("%+v", *r), limiter: r, fits: func(f results.Finding) bool {
			refilled := covers(f, "refill_interval", 1) && covers(f, "refill_requests", r.Each) && covers(f, "refill_burst", r.Most)
			return refilled || r.Most < 1.05*r.Each && covers(f, "window", 1) && covers(f, "window_requests", r.Most)
		}}
	}},
	{"a bucket that warms up", func(d draws) foreign {
		w := &simulate.Warming{Rate: d.among(10, 300), Warmup: d.among(0.5, 10)}
		return foreign{says: fmt.Sprintf("%+v", *w), limiter: w, fits: isBucket(w.Rate, 1)}
	}},
	{"a bucket that others use, more and less", func(d draws) foreign {
		rate, burst := d.among(30, 300), d.whole(5, 200)
		s := &simulate.Swinging{Limiter: simulate.NewTokens(rate, burst), Mean: rate * (0.1 + 0.3*d.Float64()), Period: d.among(2, 40), Turns: d.IntN(2) == 0, Chance: d, Accept: d}
		return foreign{says: fmt.Sprintf("%.4g/s burst %.0f, others %.4g/s, in %.3g s, by turns %v", rate, burst, s.Mean, s.Period, s.Turns), limiter: s, fits: isBucket(rate, 0)}
	}},
	{"nodes with windows of their own clocks", func(d draws) foreign {
		n := &simulate.Nodes{Chance: d.Rand}
		length, count := d.among(0.3, 3), d.whole(10, 60)
		for range 2 + d.IntN(4) {
			n.All = append(n.All, &simulate.Fixed{Length: length, Count: count, Phase: -length * d.Float64()})
		}
		return foreign{says: fmt.Sprintf("%d of %.0f in %.3g s", len(n.All), count, length), limiter: n}
	}},
	{"a ban after a limit was exceeded", func(d draws) foreign {
		b := &simulate.Ban{For: d.among(0.2, 5)}
		rate, burst := d.among(10, 200), d.whole(10, 100)
		if b.Limiter = simulate.NewTokens(rate, burst); d.IntN(2) == 0 {
			b.Limiter = &simulate.Sliding{Length: 1, Count: burst}
		}
		return foreign{says: fmt.Sprintf("%.4g/s burst %.0f, %T, for %.3g s", rate, burst, b.Limiter, b.For), limiter: b}
	}},
	{"a bucket of whole tokens", func(d draws) foreign {
		w := &simulate.Whole{Rate: d.among(10, 300), Burst: d.whole(5, 200)}
		return foreign{says: fmt.Sprintf("%+v", *w), limiter: w, fits: func(f results.Finding) bool {
			return covers(f, "whole_rate", w.Rate) && covers(f, "whole_burst", w.Burst)
		}}
	}},
	{"requests that cost more or less", func(d draws) foreign {
		c := &simulate.Costly{Tokens: *simulate.NewTokens(d.among(30, 400), d.whole(20, 300)), Most: float64(2 + d.IntN(3)), Chance: d}
		return foreign{says: fmt.Sprintf("%.4g/s burst %.0f, up to %.0f each", c.Rate, c.Burst, c.Most), limiter: c}
	}},
	{"a bucket whose rate rises and falls", func(d draws) foreign {
		b := &simulate.Breathing{Tokens: *simulate.NewTokens(1, d.whole(10, 200)), Mean: d.among(20, 300), Share: 0.2 + 0.5*d.Float64(), Period: d.among(2, 30)}
		return foreign{says: fmt.Sprintf("%+v", *b), limiter: b}
	}},
	{"a smoothed rate", func(d draws) foreign {
		s := &simulate.Smoothed{Rate: d.among(10, 300), Memory: d.among(0.3, 10)}
		return foreign{says: fmt.Sprintf("%+v", *s), limiter: s, fits: isAverage(s.Rate, s.Memory)}
	}},
}

// pairKinds are a limit on the rate and one on concurrency in the same proxy, as nginx's
// limit_req and limit_conn. A request that the second refuses has taken from the first.
var pairKinds = []foreignKind{
	{"a leaky bucket before a limit on concurrency", func(d draws) foreign { return inProxy(d, false) }},
	{"a limit on concurrency before a leaky bucket", func(d draws) foreign { return inProxy(d, true) }},
}

func inProxy(d draws, flightFirst bool) foreign {
	rate, burst, most := d.among(20, 300), d.whole(5, 100), d.whole(3, 30)
	service := most / rate * d.among(0.4, 1.5)
	bucket := &simulate.Leaky{Rate: rate, Burst: burst - 1}
	flight := &simulate.Late{Limiter: &simulate.Concurrency{Most: int(most)}, Mean: d.among(1e-4, 1e-3), Chance: d}
	row := simulate.Row{bucket, flight}
	if flightFirst {
		row = simulate.Row{flight, bucket}
	}
	both := func(f results.Finding) bool {
		return covers(f, "first_rate", rate) && covers(f, "first_burst", burst) && covers(f, "second_concurrency", most)
	}
	only := func(f results.Finding) bool { return covers(f, "concurrency", most) } // the bucket is never empty
	return foreign{
		says: fmt.Sprintf("%.4g/s burst %.0f, %.0f in flight of %.3g s", rate, burst, most, service), limiter: row, service: service,
		fits: either(both, only, isBucket(rate, burst)),
	}
}

// Of limiters of kinds that the probe does not know, no more than one in fifty is named with
// confidence as what it is not. The aim is none: see the error rates of package limiter.
func TestForeignKindsAreNotMistaken(t *testing.T) { areNotMistaken(t, foreignKinds, *foreigners) }

func TestTwoLimitsOfAProxyAreNotMistaken(t *testing.T) { areNotMistaken(t, pairKinds, *foreigners/5) }

func areNotMistaken(t *testing.T, kinds []foreignKind, n int) {
	t.Helper()
	var lock sync.Mutex
	right, unsaid, wrong := 0, 0, 0
	simulate.Many(n, func(i int) {
		i += *firstForeign
		kind := &kinds[i%len(kinds)]
		if !strings.Contains(kind.name, *ofForeign) {
			return
		}
		d := draws{rand.New(rand.NewPCG(uint64(i), 23))}
		x := kind.draw(d)
		front := simulate.NewFront(x.limiter, uint64(i))
		front.Jitter, front.Service = 5e-4*d.Float64(), x.service
		f, _ := play(t, "usage-plan: {}", front.Respond)
		lock.Lock()
		defer lock.Unlock()
		verdict := "right"
		switch {
		case f.Verdict != results.Valid:
			unsaid++
			verdict = "not said"
		case f.Values["refused"].Value == 0 || x.fits != nil && x.fits(f):
			right++
		default:
			wrong++
			verdict = "WRONG"
		}
		t.Logf("%d %s | %s | %s | %s", i, kind.name, x.says, verdict, f.Conclusion)
	})
	t.Logf("of %d limiters of foreign kinds %d are described rightly, of %d it is said that it cannot be told or follows no known rule, %d are wrong", right+unsaid+wrong, right, unsaid, wrong)
	if mostWrong := (right + unsaid + wrong) / 50; wrong > mostWrong {
		t.Errorf("%d are wrong, and at most %d may be", wrong, mostWrong)
	}
}
