package limiter

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"tollgate/results"
	"tollgate/scenarios/probes/simulate"
)

// A load is stages of requests that arrive at random, at a rate for some seconds.
type load [][2]float64

// sent are the times at which a load sends.
func (l load) sent(seed uint64) (all []float64) {
	chance := rand.New(rand.NewPCG(seed, 5))
	from := 0.0
	for _, stage := range l {
		if rate := stage[0]; rate > 0 {
			for t := from + chance.ExpFloat64()/rate; t < from+stage[1]; t += chance.ExpFloat64() / rate {
				all = append(all, t)
			}
		}
		from += stage[1]
	}
	return all
}

// decided are the decisions of a front about a load.
func decided(f *simulate.Front, l load, seed uint64) []Decision {
	sent := l.sent(seed)
	samples := make([]results.Sample, len(sent))
	for i, t := range sent {
		samples[i] = results.Sample{Sent: time.Duration(t * 1e9), Code: 200}
	}
	f.Respond(samples)
	all := make([]Decision, len(sent))
	for i := range samples {
		s := &samples[i]
		all[i] = Decision{Sent: s.Sent.Seconds(), Done: (s.Sent + s.Service).Seconds(), Passed: s.Code == 200}
	}
	return all
}

// around are a flood, an overload, a pause, another flood and less than the rate.
func around(rate, burst, overload float64) load {
	flood := [2]float64{3 * rate, 0.55*burst/rate + max(0.5, 8/rate)}
	return load{flood, {2 * rate, overload}, {0, 1.3*(burst+1)/rate + 0.1}, flood, {0.5 * rate, 2}}
}

func TestRulesAreNamed(t *testing.T) {
	for _, row := range []struct {
		name    string
		limiter simulate.Limiter
		load    load
		service float64
		noise   float64 // share that is refused although it was admitted
		kind    Kind
		truth   func(*Fit) (Interval, float64)
	}{
		{"a token bucket", simulate.NewTokens(33.3, 19), around(33.3, 19, 3), 0, 0, TokenBucket, func(f *Fit) (Interval, float64) { return f.Rate, 33.3 }},
		{"a token bucket of one", simulate.NewTokens(13, 1), around(13, 1, 6), 0, 0, TokenBucket, func(f *Fit) (Interval, float64) { return f.Burst, 1 }},
		{"a token bucket of which some are lost", simulate.NewTokens(33.3, 19), around(33.3, 19, 3), 0, 0.02, TokenBucket, func(f *Fit) (Interval, float64) { return f.Rate, 33.3 }},
		{"nginx", &simulate.Leaky{Rate: 50, Burst: 20}, around(50, 20, 3), 0, 0, TokenBucket, func(f *Fit) (Interval, float64) { return f.Burst, 21 }},
		{"a fixed window", &simulate.Fixed{Length: 1, Count: 50, Phase: -0.3}, around(50, 50, 3), 0, 0, FixedWindow, func(f *Fit) (Interval, float64) { return f.Length, 1 }},
		{"a sliding window", &simulate.Sliding{Length: 1, Count: 50}, around(50, 50, 3), 0, 0, SlidingWindow, func(f *Fit) (Interval, float64) { return f.Count, 50 }},
		{"a sliding window counter", &simulate.Counter{Length: 1, Count: 50, Phase: 0.2}, around(50, 50, 3), 0, 0, SlidingCounter, func(f *Fit) (Interval, float64) { return f.Count, 50 }},
		{"a limit on concurrency", &simulate.Concurrency{Most: 5}, around(100, 5, 3), 0.05, 0, Concurrency, func(f *Fit) (Interval, float64) { return f.Count, 5 }},
		{"refusal at random", simulate.NewRandom(0.33, 5), around(50, 50, 3), 0, 0, Random, func(f *Fit) (Interval, float64) { return f.Other, 0.33 }},
		{"a bucket that is refilled now and then", &simulate.Refilled{Interval: 0.4, Each: 20, Most: 60}, around(50, 60, 4), 0, 0, IntervalBucket, func(f *Fit) (Interval, float64) { return f.Length, 0.4 }},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			f := simulate.NewFront(row.limiter, 7)
			f.Jitter, f.Service, f.RefusedAfter = 3e-4, row.service, row.noise
			a := Identify(decided(f, row.load, 7))
			if a.Doubt != "" {
				t.Fatalf("doubt %q, a %s", a.Doubt, a.Fits[0].Kind)
			}
			best := &a.Fits[0]
			if best.Kind != row.kind {
				t.Fatalf("it is a %s, want a %s", best.Kind, row.kind)
			}
			if i, truth := row.truth(best); truth < i.Low || truth > i.High {
				t.Errorf("%.5g (%.5g to %.5g), and in truth %.5g", i.Value, i.Low, i.High, truth)
			}
		})
	}
}

func TestWhatShowsNoRule(t *testing.T) {
	some := func(passed ...bool) (all []Decision) {
		for i, p := range passed {
			all = append(all, Decision{Sent: float64(i), Done: float64(i) + 0.1, Passed: p})
		}
		return all
	}
	for _, row := range []struct {
		name      string
		decisions []Decision
		kind      Kind
		doubt     string
	}{
		{"nothing was refused", some(true, true), None, ""},
		{"nothing passed", some(false, false), RefusesAll, ""},
		{"hardly anything was refused", some(true, false, true), "", "too few"},
		{"nothing was sent", nil, None, ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			a := Identify(row.decisions)
			if !strings.Contains(a.Doubt, row.doubt) || (a.Doubt == "") != (row.doubt == "") {
				t.Errorf("doubt %q, want %q", a.Doubt, row.doubt)
			}
			if row.kind != "" && a.Fits[0].Kind != row.kind {
				t.Errorf("%s, want %s", a.Fits[0].Kind, row.kind)
			}
		})
	}
}

func TestTheLeastBurstLetsAllPass(t *testing.T) {
	var all []Decision
	for i := range 10 {
		all = append(all, Decision{Sent: float64(i) / 10, Passed: true})
	}
	if got := LeastBurst(all, 5); got != 5.5 { // ten in 0.9 s, of which 4.5 come back
		t.Errorf("%v, want 5.5", got)
	}
}

func TestABucketIsEstimatedFromCounts(t *testing.T) {
	f := simulate.NewFront(simulate.NewTokens(50, 40), 3)
	r, ok := Estimate(decided(f, load{{20, 1}, {150, 3}}, 3))
	if !ok || r.Rate < 45 || r.Rate > 55 || r.Burst < 34 || r.Burst > 46 || r.Fill < 41/50. {
		t.Errorf("%+v, %v", r, ok)
	}
	if _, ok := Estimate(nil); ok {
		t.Error("there is a bucket where nothing was sent")
	}
}
