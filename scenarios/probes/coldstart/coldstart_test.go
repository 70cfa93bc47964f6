package coldstart

import (
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"tollgate/results"
	"tollgate/scenarios/probes/probe"
	"tollgate/targets"
)

// A coldTruth is a simulated function behind a door, on a clock of its own, and
// what really happened at it.
type coldTruth struct {
	samples  []results.Sample
	reported map[string]targets.Invocation
	cold     []bool
	inits    []float64
}

// simulated sends fan-outs of n requests each to a function whose environments
// have just expired, and as many to warm ones after it, as the lab models both.
func simulated(seed uint64, fanouts, n, warmRounds int, initMedian float64) coldTruth {
	chance := rand.New(rand.NewPCG(seed, 11))
	draw := func(median, sigma float64) float64 { return median * math.Exp(sigma*chance.NormFloat64()) }
	truth := coldTruth{reported: map[string]targets.Invocation{}}
	at := time.Duration(0)
	for f := range fanouts {
		for round := range 1 + warmRounds {
			for i := range n {
				cold := round == 0
				door, duration, init := draw(6, 0.3), draw(8, 0.3), 0.0
				if cold {
					init = draw(initMedian, 0.15)
					duration *= 2 // what a first invocation pays beyond INIT
					truth.inits = append(truth.inits, init)
				}
				id := fmt.Sprintf("r-%d-%d-%d", f, round, i)
				truth.cold = append(truth.cold, cold)
				truth.reported[id] = targets.Invocation{RequestID: id, Init: probe.FromMS(init), Duration: probe.FromMS(duration)}
				truth.samples = append(truth.samples, results.Sample{
					Code: 200, Due: at, Begun: at, Sent: at + time.Duration(i), Service: probe.FromMS(door + duration + init),
					Mark: results.Mark{RequestID: id, Instance: fmt.Sprintf("env-%d-%d", f, i)},
				})
			}
			at += time.Second
		}
	}
	return truth
}

func (c coldTruth) log() []targets.Invocation { return slices.Collect(maps.Values(c.reported)) }

// blind takes the marks away.
func (c coldTruth) blind(requestID, instance bool) []results.Sample {
	samples := slices.Clone(c.samples)
	for i := range samples {
		if requestID {
			samples[i].Mark.RequestID = ""
		}
		if instance {
			samples[i].Mark.Instance = ""
		}
	}
	return samples
}

// score is the F1 of the sorting, with how many cold starts were missed or made up.
func (c coldTruth) score(s classification) (f1 float64, missed, wrong int) {
	found := 0
	for i, it := range s.all {
		switch {
		case it.start != warm && c.cold[i]:
			found++
		case it.start != warm:
			wrong++
		case c.cold[i]:
			missed++
		}
	}
	return 2 * float64(found) / float64(2*found+wrong+missed), missed, wrong
}

func TestEveryColdStartIsFoundByReportOrInstance(t *testing.T) {
	for seed := range uint64(4) {
		truth := simulated(seed, 3, 40, 4, 100)
		for name, s := range map[string]classification{
			"REPORT": classify(truth.blind(false, true), probe.Evidence{Invocations: truth.log()}),
			"marker": classify(truth.blind(true, false), probe.Evidence{}),
		} {
			if f1, missed, wrong := truth.score(s); f1 != 1 {
				t.Errorf("seed %d by %s: %d missed, %d made up", seed, name, missed, wrong)
			}
			if n, _ := s.count(proactive); n != 0 {
				t.Errorf("seed %d by %s: %d proactive starts where there were none", seed, name, n)
			}
		}
		if s := classify(truth.samples, probe.Evidence{}); s.environments != 120 {
			t.Errorf("%d environments, want 120", s.environments)
		}
	}
}

func TestInitIsMeasuredWithinTwoPercent(t *testing.T) {
	for _, row := range []struct {
		name   string
		sight  func(coldTruth) classification
		excess float64 // of the first invocation, which cannot be told from INIT without REPORT
	}{
		{"with REPORT lines", func(c coldTruth) classification { return classify(c.samples, probe.Evidence{Invocations: c.log()}) }, 0},
		{"with markers", func(c coldTruth) classification { return classify(c.blind(true, false), probe.Evidence{}) }, 8},
	} {
		t.Run(row.name, func(t *testing.T) {
			worst, held := 0.0, 0
			const seeds = 8
			for seed := range uint64(seeds) {
				truth := simulated(seed, 4, 150, 1, 100)
				s := row.sight(truth)
				e, ok := s.initTime()
				if !ok {
					t.Fatal("no INIT")
				}
				slices.Sort(truth.inits)
				want := truth.inits[len(truth.inits)/2] + row.excess
				worst = max(worst, math.Abs(e.quantiles["p50"].Value/want-1))
				if e.quantiles["p50"].Holds(want) {
					held++
				}
				if e.penalty != nil && math.Abs(e.penalty.Value-8.4) > 1 {
					t.Errorf("seed %d: the first invocation takes %+.2f ms longer, want 8.4", seed, e.penalty.Value)
				}
			}
			t.Logf("worst error of INIT p50 over %d seeds: %.2f %%; the interval held the truth in %d", seeds, 100*worst, held)
			if worst > 0.02 {
				t.Errorf("INIT p50 is off by %.2f %%", 100*worst)
			}
		})
	}
}

func TestProactiveStartsAreCountedApart(t *testing.T) {
	truth := simulated(1, 2, 40, 5, 100)
	for i := range 5 { // these environments were ready before their first request
		s := &truth.samples[i]
		s.Service -= truth.reported[s.Mark.RequestID].Init
	}
	for name, s := range map[string]classification{
		"REPORT": classify(truth.samples, probe.Evidence{Invocations: truth.log()}),
		"marker": classify(truth.blind(true, false), probe.Evidence{}),
	} {
		cold, _ := s.count(cold)
		early, _ := s.count(proactive)
		if cold != 75 || early != 5 {
			t.Errorf("by %s: %d cold and %d proactive, want 75 and 5", name, cold, early)
		}
	}
}

func TestFailedResponsesAreNoColdStarts(t *testing.T) {
	truth := simulated(1, 1, 20, 5, 100)
	truth.samples[0].Code = 502
	if s := classify(truth.samples, probe.Evidence{}); len(s.all) != len(truth.samples)-1 {
		t.Errorf("%d of %d responses were sorted", len(s.all), len(truth.samples))
	}
}

func TestALogThatCannotBeJoinedStillGivesINIT(t *testing.T) {
	truth := simulated(3, 3, 40, 4, 100)
	s := classify(truth.blind(true, true), probe.Evidence{Invocations: truth.log()})
	if n := len(s.reportedInits()); n != 120 {
		t.Errorf("%d INITs, want 120", n)
	}
	e, ok := s.initTime()
	if !ok || !strings.Contains(e.method, "REPORT") || e.penalty == nil {
		t.Errorf("%+v", e)
	}
	truth.reported["somebody else's"] = targets.Invocation{Duration: 1}
	for i := range 50 {
		truth.reported[fmt.Sprint("other ", i)] = targets.Invocation{Init: 1}
	}
	if s := classify(truth.blind(true, true), probe.Evidence{Invocations: truth.log()}); len(s.log) != 0 {
		t.Error("a log with other traffic in it is taken for that of these requests")
	}
}
