package coldstart

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/scenarios/probes/probe"
	"tollgate/scenarios/probes/simulate"
	"tollgate/targets"
)

// tracedWorld is a probe's traffic at a function whose cold starts no latency
// tells, and of which X-Ray records the first of each second and a share of the
// others. Stage n has sizes[n] requests, evenly over its seconds, of which a part
// are cold; the first of each second never is.
func tracedWorld(seed uint64, share float64, sizes []int, cold []float64) (h probe.History, evidence probe.Evidence, trulyCold int) {
	chance := rand.New(rand.NewPCG(seed, 7))
	const length = 4 * time.Second
	at, id := time.Duration(0), 0
	for n, size := range sizes {
		m := probe.Measured{Stage: probe.Stage{Name: stageFan, Stage: scenarios.Stage{For: length}}, Started: at, Due: int64(size)}
		second := int64(-1)
		for i := range size {
			due := at + length*time.Duration(i)/time.Duration(size)
			now := int64(due / time.Second)
			isCold := now == second && chance.Float64() < cold[n] // the first of each second finds a warm one
			if isCold {
				trulyCold++
			}
			s := results.Sample{Due: due, Begun: due, Sent: due, Code: 200, Service: probe.FromMS(30 * math.Exp(0.1*chance.NormFloat64()))}
			if now != second || chance.Float64() < share {
				id++
				s.Mark.Trace = fmt.Sprintf("1-%08x", id)
				t := targets.Trace{ID: s.Mark.Trace, At: time.Unix(1_800_000_000, 0).Add(due)}
				if isCold {
					t.Init = probe.FromMS(20 * math.Exp(0.1*chance.NormFloat64()))
				}
				evidence.Traces = append(evidence.Traces, t)
			}
			second = now
			m.Samples = append(m.Samples, s)
		}
		h = append(h, m)
		at += length
	}
	return h, evidence, trulyCold
}

func TestXRayFindsEveryColdStartThatItRecorded(t *testing.T) {
	sizes, cold := []int{40, 40, 400}, []float64{1, 0.5, 0.02}
	h, evidence, truly := tracedWorld(1, 1, sizes, cold)
	f := options{}.conclude(h, evidence, probe.About{})
	if got := f.Values["cold_starts"]; got.Value != float64(truly) || !strings.Contains(got.Method, "Initialization") {
		t.Errorf("%+v, want %d", got, truly)
	}
	if v := f.Values["init_p50"]; math.Abs(v.Value/20-1) > 0.05 || !strings.Contains(v.Method, "X-Ray") {
		t.Errorf("INIT p50 %+v", v)
	}
	if v := f.Values["traced"]; v.Value != 480 {
		t.Errorf("%v were recorded", v.Value)
	}
}

// With Lambda's own rule few are recorded, another part of each stage: the
// interval has to hold the share of all.
func TestTheShareOfAllIsEstimatedFromASample(t *testing.T) {
	sizes, cold := []int{100, 100, 300}, []float64{0.95, 0.6, 0.03}
	held, worst := 0, 0.0
	const repetitions = 16
	for seed := range uint64(repetitions) {
		h, evidence, truly := tracedWorld(seed, 0.05, sizes, cold)
		f := options{}.conclude(h, evidence, probe.About{})
		share := f.Values["cold_share"]
		want := float64(truly) / 500
		if share.Low == nil {
			t.Fatalf("no share: %s", f.Conclusion)
		}
		if *share.Low <= want && want <= *share.High {
			held++
		}
		worst = max(worst, math.Abs(share.Value-want))
		if recorded, counted := f.Values["traced"].Value, f.Values["responses"].Value; recorded > 120 || counted != recorded {
			t.Fatalf("%v of 500 were recorded, and %v are sorted", recorded, counted)
		}
		if seed > 0 {
			continue
		}
		t.Log(f.Conclusion)
		if !strings.Contains(f.Conclusion, "X-Ray recorded") || !strings.Contains(strings.Join(f.Assumptions, "\n"), "shows no cold start of the others") {
			t.Errorf("%s %q", f.Conclusion, f.Assumptions)
		}
	}
	t.Logf("the interval held the share of all in %d of %d; it was off by %.3f at most", held, repetitions, worst)
	if held < repetitions-3 { // how often exactly, package estimate tests
		t.Errorf("the interval held the share of all in %d of %d", held, repetitions)
	}
}

// A machine that is busy for a while has two sorts of latencies too.
func TestXRayOverrulesLatenciesThatHaveAnotherReason(t *testing.T) {
	slow := func(h probe.History, cold bool) {
		for n := range h {
			second := time.Duration(-1)
			for i := range h[n].Samples {
				s := &h[n].Samples[i]
				first := s.Due.Truncate(time.Second) != second
				second = s.Due.Truncate(time.Second)
				if isCold := n < 2 && !first; isCold == cold {
					s.Service *= 10
				}
			}
		}
	}
	for _, row := range []struct {
		name  string
		cold  bool // the slow ones are the cold ones
		alone bool
	}{
		{"slow are others than the cold ones", false, true},
		{"slow are the cold ones", true, false},
	} {
		h, evidence, truly := tracedWorld(3, 0.05, []int{100, 100, 300}, []float64{1, 1, 0})
		slow(h, row.cold)
		f := options{}.conclude(h, evidence, probe.About{})
		overruled := strings.Contains(strings.Join(f.Assumptions, "\n"), "X-Ray disagrees")
		if overruled != row.alone || !row.alone && f.Values["cold_starts"].Value != float64(truly) {
			t.Errorf("%s: overruled %v, %v cold starts: %s", row.name, overruled, f.Values["cold_starts"].Value, f.Conclusion)
		}
		want := float64(truly) / 500
		if share := f.Values["cold_share"]; *share.Low > want || *share.High < want {
			t.Errorf("%s: a share of %v [%v, %v], want %v", row.name, share.Value, *share.Low, *share.High, want)
		}
	}
}

func TestTracesAreJoinedByTheirIDOrThatOfTheRequest(t *testing.T) {
	j := joinTraces([]targets.Trace{{ID: "1-a", RequestID: "r1", Init: 1}, {ID: "1-b", Init: 2}})
	for name, row := range map[string]struct {
		mark results.Mark
		want time.Duration // 0: nothing
	}{
		"by the trace":    {results.Mark{Trace: "1-b"}, 2},
		"by the request":  {results.Mark{RequestID: "r1"}, 1},
		"the trace first": {results.Mark{Trace: "1-b", RequestID: "r1"}, 2},
		"by neither":      {results.Mark{Trace: "1-c", RequestID: "r2"}, 0},
		"without ids":     {results.Mark{}, 0},
	} {
		got := j.of(row.mark)
		if (got != nil) != (row.want > 0) || got != nil && got.Init != row.want {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

// The order of evidence: REPORT lines, markers, X-Ray, latency.
func TestXRayRanksBelowREPORTAndInstancesAndAboveLatency(t *testing.T) {
	truth := simulated(1, 2, 40, 5, 100)
	var traces []targets.Trace
	for i := range truth.samples {
		s := &truth.samples[i]
		s.Mark.Trace = "1-" + s.Mark.RequestID
		traces = append(traces, targets.Trace{ID: s.Mark.Trace, Init: truth.reported[s.Mark.RequestID].Init})
	}
	for name, row := range map[string]struct {
		samples  []results.Sample
		evidence probe.Evidence
		want     basis
	}{
		"REPORT": {truth.samples, probe.Evidence{Invocations: truth.log(), Traces: traces}, byReport},
		"marker": {truth.blind(true, false), probe.Evidence{Traces: traces}, byInstance},
		"X-Ray":  {truth.blind(true, true), probe.Evidence{Traces: traces}, byTrace},
		"none":   {truth.blind(true, true), probe.Evidence{}, byLatency},
	} {
		s := classify(row.samples, row.evidence)
		if s.basis() != row.want {
			t.Errorf("%s: sorted by %s", name, basisText[s.basis()])
		}
		if f1, missed, wrong := truth.score(s); row.want != byLatency && f1 != 1 {
			t.Errorf("%s: %d missed, %d made up", name, missed, wrong)
		}
	}
}

func TestXRayShowsProactiveStartsOfNamedInstances(t *testing.T) {
	truth := simulated(1, 1, 20, 5, 100)
	samples := truth.blind(true, false)
	samples[0].Mark.Trace, samples[1].Mark.Trace = "1-ahead", "1-waited"
	s := classify(samples, probe.Evidence{Traces: []targets.Trace{{ID: "1-ahead", Init: time.Second, Ahead: true}, {ID: "1-waited", Init: time.Second}}})
	early, _ := s.count(proactive)
	if cold, _ := s.count(cold); early != 1 || cold != 19 {
		t.Errorf("%d ahead and %d cold, want 1 and 19", early, cold)
	}
}

func TestAConfigurationIsChangedOnlyWhereTheScenarioSaysSoAndItIsConfirmed(t *testing.T) {
	const renew = "cold-start: {cold_starts: 50, fan_out: 20, warm_requests: 100, renew: true}"
	function := targets.Function{Name: "ml"}
	pose := func(options string, f targets.Function, lab, yes bool) (probe.Question, error) {
		s, err := scenarios.Parse("x.yaml", []byte("name: x\ntargets:\n  url: {kind: function-url, url: lab}\nrequests:\n  - {name: a, path: /}\nprobes:\n  - "+options+"\n"), func(string) (string, bool) { return "", false })
		if err != nil {
			t.Fatal(err)
		}
		s.Targets[0].Lab, s.Targets[0].Function = lab, f
		q := Probe().Questions(s, 0, yes)[0]
		if err := s.Probes[0].Options.Err(); err != nil {
			return q, err
		}
		if changes := q.Announced().Changes; strings.Contains(options, "renew: true") != strings.Contains(changes, targets.RenewalVariable) {
			t.Errorf("%s announces %q", options, changes)
		}
		return q, q.Refused
	}
	for name, row := range map[string]struct {
		probe    string
		function targets.Function
		lab, yes bool
		want     string
	}{
		"not asked for":         {"cold-start: {}", function, false, false, ""},
		"asked for":             {renew, function, false, false, "sets the variable TOLLGATE_RENEWED of its environment, so that Lambda retires all of its execution environments; the variable is left there: confirm with --yes"},
		"confirmed":             {renew, function, false, true, ""},
		"at the lab":            {renew, targets.Function{}, true, false, ""},
		"without a function":    {renew, targets.Function{}, false, true, "give it function"},
		"of a version":          {renew, targets.Function{Name: "ml:7"}, false, true, "reaches $LATEST alone"},
		"restored and not made": {"cold-start: {restore: true}", function, false, true, "belongs to renew: true"},
		"not true":              {"cold-start: {renew: perhaps}", function, false, true, "neither true nor false"},
	} {
		if _, err := pose(row.probe, row.function, row.lab, row.yes); (err == nil) != (row.want == "") || err != nil && !strings.Contains(err.Error(), row.want) {
			t.Errorf("%s: %v, want %q", name, err, row.want)
		}
	}
	for _, restore := range []bool{false, true} {
		q, err := pose(strings.Replace(renew, "renew: true", fmt.Sprintf("renew: true, restore: %v", restore), 1), function, false, true)
		if err != nil {
			t.Fatal(err)
		}
		f, h := playRenewed(t, q, probe.Evidence{Restored: restore})
		var renewed []int64
		for _, m := range h {
			if m.Renew {
				renewed = append(renewed, m.Due)
			}
		}
		if !slices.Equal(renewed, []int64{20, 20, 20}) || h.Last().Name != stageWarm || h.Last().Renew {
			t.Errorf("after changes %v were sent", renewed)
		}
		if f.Values["cold_starts"].Value != 60 || f.Values["new_after_renewal"].Value != 1 {
			t.Errorf("%+v", f.Values)
		}
		said, left := strings.Join(f.Assumptions, "\n"), "left there"
		if restore {
			left = "was removed in the end"
		}
		if !strings.Contains(said, "was changed before each fan-out") || !strings.Contains(said, left) || q.Renews.Restore != restore {
			t.Errorf("it says %s", said)
		}
	}
}

// playRenewed plays a function of which every environment is new after a change
// of its configuration, and names itself.
func playRenewed(t *testing.T, q probe.Question, evidence probe.Evidence) (results.Finding, probe.History) {
	t.Helper()
	change := 0
	_, h := simulate.Play(t, q, func(stage probe.Stage, samples []results.Sample) {
		if stage.Renew {
			change++
		}
		for i := range samples {
			samples[i].Service = 20*time.Millisecond + time.Duration(i)*time.Microsecond
			samples[i].Mark.Instance = fmt.Sprintf("env-%d-%d", change, i%20)
			if stage.Renew {
				samples[i].Service += 500 * time.Millisecond
			}
		}
	})
	return q.Answer(h, evidence), h
}
