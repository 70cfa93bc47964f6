package saturation

import (
	"math/rand/v2"
	"strings"
	"testing"

	"tollgate/results"
	"tollgate/scenarios/probes/simulate"
)

const quickly = "saturation: {from: 100/s, to: 3000/s, for: 2s}"

// workers is a server of four workers that take 5 ms, 800/s, with an endless queue.
func workers() *simulate.Server {
	return &simulate.Server{Workers: 4, Service: simulate.Constant(0.005), Queue: simulate.Unbounded}
}

func seeded(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 5)) }

func TestServersAsTheyAreDescribed(t *testing.T) {
	spread, pausing, gate, drifting, full := workers(), workers(), workers(), workers(), workers()
	spread.Service = simulate.LogNormal(0.005, 1, seeded(1))
	pausing.PauseEvery, pausing.PauseFor, pausing.PauseFirst = 0.5, 0.05, 0.2
	gate.Workers, gate.Service = 8, simulate.Constant(0.02)
	drifting.Service = simulate.Drifting(0.005, 0.004)
	full.Queue = 0
	slowing := workers()
	slowing.Service = simulate.From(35, simulate.Constant(0.005), simulate.Constant(0.010))
	later := workers()
	later.Service = simulate.From(9, simulate.Constant(0.005), simulate.Constant(0.010))
	preempted := func(slice, share float64) func([]results.Sample) {
		p, s := &simulate.Preempted{Slice: slice, Share: share, Chance: seeded(2)}, workers()
		return func(all []results.Sample) { p.Delay(all); s.Respond(all) }
	}
	stopped, limited := &simulate.Preempted{Slice: 0.5, Share: 0.6, From: 21, Chance: seeded(3)}, simulate.Behind(simulate.NewTokens(300, 60), workers())
	disturbedLater := func(all []results.Sample) { stopped.Delay(all); limited(all) }
	for _, row := range []struct {
		name   string
		answer func([]results.Sample)
		truth  float64 // 0: no value may be reported
		says   string
	}{
		{"four workers of 5 ms with a queue", workers().Respond, 800, "does not keep up"},
		{"the same with service times that are widely spread", spread.Respond, 800, "does not keep up"},
		{"pauses of 50 ms every half second", pausing.Respond, 720, "does not keep up"},
		{"an upstream of eight at a time, 20 ms each", gate.Respond, 400, "does not keep up"},
		{"no queue: 503 when all are busy", full.Respond, simulate.ErlangRate(0.01, 0.005, 4), "503"},
		{"a rate limit before the capacity", simulate.Behind(simulate.NewTokens(300, 60), workers()), 300 / 0.99, "no saturation"},
		{"a server that slows down while it is measured", slowing.Respond, 0, "no one highest rate"},
		{"a server that slowed down before", later.Respond, 400, "At first it did better"},
		{"capacity that drifts", drifting.Respond, 0, "no one highest rate"},
		{"a generator that runs in two of three slices", preempted(0.03, 1./3), 0, "cannot be told: the generator was disturbed"},
		{"a generator that is disturbed from some time on", disturbedLater, 0, "and not at"},
		{"a generator that is a little late", preempted(0.005, 0.2), 800, "does not keep up"},
		{"more capacity than is asked for", (&simulate.Server{Workers: 20, Service: simulate.Constant(0.005), Queue: simulate.Unbounded}).Respond, 0, "no saturation up to there"},
	} {
		t.Run(row.name, func(t *testing.T) {
			f, h := play(t, quickly, row.answer)
			v, there := f.Values["highest_rate"]
			t.Logf("%d stages, %s: %s", len(h), f.Verdict, f.Conclusion)
			switch {
			case there != (row.truth > 0):
				t.Errorf("highest rate %v, want %v", v, row.truth)
			case there && (*v.Low > row.truth || *v.High < row.truth || *v.High/(*v.Low) > 1.25):
				t.Errorf("%v in %v to %v, want %v within, and no more than 25 %% of width", v.Value, *v.Low, *v.High, row.truth)
			}
			if !strings.Contains(f.Conclusion, row.says) {
				t.Errorf("want %q in %q, %v", row.says, f.Conclusion, f.Tables[0].Rows)
			}
		})
	}
}

// A threshold on response times breaks before the queue grows without end.
func TestAResponseTimeBreaksBelowTheCapacity(t *testing.T) {
	one := &simulate.Server{Workers: 1, Service: simulate.Constant(0.002), Queue: simulate.Unbounded}
	f, _ := play(t, `saturation: {from: 20/s, to: 2000/s, for: 5s, thresholds: ["p(99) < 100ms"]}`, one.Respond)
	v := f.Values["highest_rate"]
	// The mean wait of M/D/1 is ρ/(2(1−ρ)) of the service time, and its tail is close to exponential.
	if v.Value < 450 || v.Value > 500 || *v.Low > 476.5 || *v.High < 476.5 {
		t.Errorf("%v (%v to %v): %s", v.Value, *v.Low, *v.High, f.Conclusion)
	}
	if c := f.Values["capacity"]; c.Value != 0 && (*c.Low > 500 || *c.High < 500) {
		t.Errorf("capacity %v", c)
	}
}
