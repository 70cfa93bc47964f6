package compare

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"tollgate/results"
)

// runOn is a run with the given values at one target.
func runOn(day int, values map[Metric]float64) RunValues {
	n := RunValues{
		Run: run.AddDate(0, 0, day).Format("20060102"), Started: run.AddDate(0, 0, day), Scenario: "nightly", Shape: "the same",
		Verdict: results.Valid,
	}
	for _, t := range traits {
		if v, ok := values[t.metric]; ok {
			n.Values = append(n.Values, Value{Target: "api", Metric: t.metric, Value: v, N: 20_000})
		}
	}
	return n
}

// usual are the values of a run like any other: they vary by 2 %.
func usual(chance *rand.Rand) map[Metric]float64 {
	level := 1 + 0.02*chance.NormFloat64()
	return map[Metric]float64{P50: 20 * level, P90: 30 * level, P99: 60 * level, Goodput: 500, ErrorShare: 0.0001, ColdShare: 0.002, Dollars: 3.5 * (1 + 0.001*chance.NormFloat64())}
}

// baselineRuns are n daily runs before day 0.
func baselineRuns(n int) []RunValues {
	chance := rand.New(rand.NewPCG(11, 12))
	var ns []RunValues
	for day := -n; day < 0; day++ {
		ns = append(ns, runOn(day, usual(chance)))
	}
	return ns
}

func TestTheGateFinds(t *testing.T) {
	rows := []struct {
		name    string
		change  func(map[Metric]float64)
		runs    int
		options GateOptions
		outcome Outcome
		alarms  []Metric
	}{
		{"nothing in a run like the others", func(map[Metric]float64) {}, 30, GateOptions{}, Passed, nil},
		{"half as slow again at p50", func(v map[Metric]float64) { v[P50] *= 1.5 }, 30, GateOptions{}, Regression, []Metric{P50}},
		{"half as slow again at p50 after ten runs only", func(v map[Metric]float64) { v[P50] *= 1.5 }, 10, GateOptions{}, Regression, []Metric{P50}},
		{"nothing after nine runs, for it learns", func(v map[Metric]float64) { v[P50] *= 1.5 }, 9, GateOptions{}, Learning, nil},
		{"nothing in a run that is faster", func(v map[Metric]float64) { v[P50] /= 2; v[P99] /= 2 }, 30, GateOptions{}, Passed, nil},
		{"nothing below the least percentage", func(v map[Metric]float64) { v[P99] *= 1.5 }, 30, GateOptions{Percent: 60}, Passed, nil},
		{"nothing below the least milliseconds", func(v map[Metric]float64) { v[P50] *= 1.5 }, 30, GateOptions{MS: 12}, Passed, nil},
		{"less goodput", func(v map[Metric]float64) { v[Goodput] = 450 }, 30, GateOptions{}, Regression, []Metric{Goodput}},
		{"nothing in more goodput", func(v map[Metric]float64) { v[Goodput] = 550 }, 30, GateOptions{}, Passed, nil},
		{"errors in one request of a hundred", func(v map[Metric]float64) { v[ErrorShare] = 0.01 }, 30, GateOptions{}, Regression, []Metric{ErrorShare}},
		{"nothing in a few errors more", func(v map[Metric]float64) { v[ErrorShare] = 0.0009 }, 30, GateOptions{}, Passed, nil},
		{"costs a tenth higher", func(v map[Metric]float64) { v[Dollars] *= 1.1 }, 30, GateOptions{}, Regression, []Metric{Dollars}},
		{"a percentile without samples", func(v map[Metric]float64) { delete(v, P99) }, 30, GateOptions{}, Regression, []Metric{P99}},
		{"a target without good responses while it learns", func(v map[Metric]float64) { delete(v, P50); v[ErrorShare] = 1 }, 3, GateOptions{}, Regression, []Metric{P50}},
		{"nothing where the log of the function could not be read", func(v map[Metric]float64) { delete(v, ColdShare) }, 30, GateOptions{}, Passed, nil},
		{"more cold starts", func(v map[Metric]float64) { v[ColdShare] = 0.03 }, 30, GateOptions{}, Regression, []Metric{ColdShare}},
		{"no price, though there was one every run", func(v map[Metric]float64) { delete(v, Dollars) }, 30, GateOptions{}, Regression, []Metric{Dollars}},
		{"nothing in a p99.9 of twenty thousand requests", func(v map[Metric]float64) { v[P999] = 1e6 }, 30, GateOptions{}, Passed, nil},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			values := usual(rand.New(rand.NewPCG(1, 2)))
			row.change(values)
			d := Check(runOn(0, values), baselineRuns(row.runs), row.options)
			var alarms []Metric
			for _, g := range d.Gates {
				if g.Alarm {
					alarms = append(alarms, g.Metric)
				}
				if g.Why == "" {
					t.Errorf("%s says nothing", g.Metric)
				}
			}
			if d.Outcome != row.outcome || !slices.Equal(alarms, row.alarms) || d.Runs != row.runs {
				t.Errorf("%s with alarms at %v after %d runs, want %s with %v; %+v", d.Outcome, alarms, d.Runs, row.outcome, row.alarms, d.Gates)
			}
		})
	}
}

func TestWhatTheGeneratorMayHaveAddedWidensTheLimit(t *testing.T) {
	history := baselineRuns(30)
	for i := range history {
		history[i].Values[0].Added = 0.5
	}
	check := func(value, added float64) Gate {
		run := runOn(0, usual(rand.New(rand.NewPCG(1, 2))))
		run.Values[0].Value, run.Values[0].Added = value, added
		d := Check(run, history, GateOptions{})
		if g := d.Gates[0]; g.Doubtful != (d.Outcome == Undecided) || g.Alarm != (d.Outcome == Regression) {
			t.Errorf("%.1f ms, of which %.1f: %s with %+v", value, added, d.Outcome, g)
		}
		return d.Gates[0]
	}
	plain := check(20, 0.5)
	for _, row := range []struct {
		what            string
		value, added    float64
		alarm, doubtful bool
	}{
		{"a change alarms where the generator added what it always does", 26, 0.5, true, false},
		{"and where it added a little more", 26, 1.5, true, false},
		{"it is not decided where the generator may have caused it", 26, 8, false, true},
		{"a larger one alarms all the same", 40, 8, true, false},
		{"no change is decided however much that was", 20, 8, false, false},
	} {
		g := check(row.value, row.added)
		if g.Alarm != row.alarm || g.Doubtful != row.doubtful || strings.Contains(g.Why, "not decided: the load generator") != row.doubtful {
			t.Errorf("%s: alarm %v, doubtful %v: %s", row.what, g.Alarm, g.Doubtful, g.Why)
		}
		if want := *plain.Limit + row.added - 0.5; *g.Limit < want-1e-9 || *g.Limit > want+1e-9 {
			t.Errorf("%s: the limit is %.3f, want %.3f", row.what, *g.Limit, want)
		}
	}
	sent := runOn(0, usual(rand.New(rand.NewPCG(1, 2))))
	for i := range sent.Values {
		if v := &sent.Values[i]; v.Metric == Goodput {
			v.Value, v.Added = 480, 20
		}
	}
	if d := Check(sent, history, GateOptions{}); d.Outcome != Undecided {
		t.Errorf("requests that were never sent: %s, want them to be no regression of the target", d.Outcome)
	}
}

func TestTheLeastDisturbedRunsAreTheBaseline(t *testing.T) {
	history := baselineRuns(30)
	for i := range history {
		if i%2 == 0 {
			history[i].Values[0].Value += 4
			history[i].Values[0].Added = 5
		}
	}
	d := Check(runOn(0, usual(rand.New(rand.NewPCG(1, 2)))), history, GateOptions{})
	if g := d.Gates[0]; g.Runs != 15 || d.Runs != 30 || *g.Expected > 20.5 || !strings.Contains(g.Why, "the 15 least disturbed of 30 baseline runs") {
		t.Errorf("%d of %d: %s", g.Runs, d.Runs, g.Why)
	}
	if g := d.Gates[1]; g.Runs != 30 {
		t.Errorf("p90 has %d runs, though it was never disturbed", g.Runs)
	}
}

func TestAGateSaysWhereItsLimitIs(t *testing.T) {
	values := usual(rand.New(rand.NewPCG(1, 2)))
	values[P50] = 40
	d := Check(runOn(0, values), baselineRuns(40), GateOptions{})
	g := d.Gates[0]
	if g.Metric != P50 || *g.Expected < 19 || *g.Expected > 21 || *g.Limit < *g.Expected*1.05 || *g.Limit > 25 || *g.Low >= *g.Expected || *g.High <= *g.Expected || *g.Change < 0.9 {
		t.Errorf("%+v", g)
	}
	if !strings.Contains(g.Why, "40.0 ms") || !strings.Contains(g.Why, "of 40 baseline runs") || !strings.Contains(g.Why, "the limit is") {
		t.Errorf("why: %s", g.Why)
	}
	// At the limit it is quiet, and just beyond it is not.
	for value, outcome := range map[float64]Outcome{*g.Limit * 0.995: Passed, *g.Limit * 1.005: Regression} {
		values[P50] = value
		if d := Check(runOn(0, values), baselineRuns(40), GateOptions{}); d.Outcome != outcome {
			t.Errorf("%.3f ms with a limit of %.3f ms: %s", value, *g.Limit, d.Outcome)
		}
	}
}

func TestTheGateNeverDecidesOnARunThatIsNotValid(t *testing.T) {
	for verdict, outcome := range map[results.Verdict]Outcome{results.Invalid: Refused, "": Refused, results.Suspect: Passed} {
		run := runOn(0, usual(rand.New(rand.NewPCG(1, 2))))
		run.Verdict, run.Reasons = verdict, []string{"the generator was late"}
		if d := Check(run, baselineRuns(30), GateOptions{}); d.Outcome != outcome || !slices.Contains(d.Notes, "the generator was late") {
			t.Errorf("verdict %q: %s, %q", verdict, d.Outcome, d.Notes)
		}
	}
	run := Lab().Run(rand.New(rand.NewPCG(1, 1)), Day{Date: run}, Plan{Targets: []Target{{Name: "a"}}, Blocks: 10, Requests: 50})
	run.Document.State = results.Torn
	d := Check(ValuesOf(run), nil, GateOptions{})
	var text strings.Builder
	if err := d.Text(&text); err != nil || d.Outcome != Refused || strings.Contains(text.String(), "0 runs") || !strings.Contains(text.String(), "it is torn, and the missing part") {
		t.Errorf("a run that was cut off: %s, %v", text.String(), err)
	}
}

func TestHistoryIsWhatCounts(t *testing.T) {
	rows := []struct {
		name   string
		change func([]RunValues)
		runs   int
		note   string
	}{
		{"all of it", func([]RunValues) {}, 40, ""},
		{"without invalid runs, but with suspect ones", func(ns []RunValues) { ns[0].Verdict, ns[1].Verdict = results.Invalid, results.Suspect }, 39, "1 run (invalid)"},
		{"without another load", func(ns []RunValues) { ns[0].Shape = "twice the rate" }, 39, "1 run (another load"},
		{"without another scenario, silently", func(ns []RunValues) { ns[0].Scenario = "daily" }, 39, ""},
		{"without what was excluded", func(ns []RunValues) { ns[0].Excluded = true }, 39, "excluded by a note"},
		{"without alarms that nobody has looked at", func(ns []RunValues) { ns[0].Alarmed = true }, 39, "no note acknowledges"},
		{"without reruns, silently", func(ns []RunValues) { ns[0].RerunOf = "another" }, 39, ""},
		{"without runs that begin later, as after a step of the clock", func(ns []RunValues) { ns[0].Started = run.AddDate(1, 0, 0) }, 39, "began later"},
		{"from a new baseline on", func(ns []RunValues) { ns[25].Baseline = true }, 15, ""},
		{"and no more than sixty runs of it", nil, 60, ""},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			ns := baselineRuns(40)
			if row.change == nil {
				ns = baselineRuns(100)
			} else {
				row.change(ns)
			}
			rand.New(rand.NewPCG(1, 1)).Shuffle(len(ns), func(i, j int) { ns[i], ns[j] = ns[j], ns[i] })
			d := Check(runOn(0, usual(rand.New(rand.NewPCG(1, 2)))), ns, GateOptions{})
			notes := strings.Join(d.Notes, "\n")
			if d.Runs != row.runs || !strings.Contains(notes, row.note) || row.note == "" && notes != "" {
				t.Errorf("%d runs with notes %q, want %d with %q", d.Runs, notes, row.runs, row.note)
			}
		})
	}
}

// A tenth of bad runs widens the interval hardly at all.
func TestAClockThatWasSetBackDoesNotOpenTheGate(t *testing.T) {
	slow := usual(rand.New(rand.NewPCG(1, 2)))
	slow[P50] *= 2
	for _, row := range []struct {
		name string
		runs int // that are kept
		day  int // of the run
		want Outcome
	}{
		{"the run is of last year, and so are no others", 30, -365, Refused},
		{"most of its history came later", 30, -25, Refused},
		{"all of its history came before", 30, 0, Regression},
		{"there are too few runs, whenever they were", 9, -365, Learning},
	} {
		d := Check(runOn(row.day, slow), baselineRuns(row.runs), GateOptions{})
		if d.Outcome != row.want {
			t.Errorf("%s: %s, want %s", row.name, d.Outcome, row.want)
		}
		if noted := strings.Contains(strings.Join(d.Notes, "\n"), "the clock of the machine was set back"); noted != (row.want == Refused) || noted && strings.Contains(strings.Join(d.Notes, "\n"), "learning") {
			t.Errorf("%s: notes %q", row.name, d.Notes)
		}
	}
}

func TestBadRunsDoNotWidenTheGate(t *testing.T) {
	ns := baselineRuns(30)
	limit := func() float64 {
		d := Check(runOn(0, usual(rand.New(rand.NewPCG(1, 2)))), ns, GateOptions{})
		return *d.Gates[0].Limit
	}
	before := limit()
	for i := range 3 {
		ns[10*i].Values[0].Value *= 3
	}
	if after := limit(); after > before*1.05 {
		t.Errorf("three runs three times as slow move the limit from %.2f to %.2f ms", before, after)
	}
}

// doubtful is a decision whose first metric was too disturbed.
func doubtful(d Decision) Decision {
	d.Gates[0].Alarm, d.Gates[0].Doubtful, d.Outcome = false, true, Undecided
	return d
}

func TestARerunConfirmsOrClearsAnAlarm(t *testing.T) {
	slow := usual(rand.New(rand.NewPCG(1, 2)))
	slow[P50] *= 2
	history := baselineRuns(30)
	again := func(values map[Metric]float64, verdict results.Verdict) Decision {
		n := runOn(0, values)
		n.Run, n.RerunOf, n.Verdict = "again", "20261122", verdict
		return Check(n, history, GateOptions{})
	}
	rows := []struct {
		name    string
		rerun   Decision
		outcome Outcome
		says    string
	}{
		{"confirmed where it is slow again", again(slow, results.Valid), Regression, "the rerun confirms it"},
		{"cleared where it is not", again(usual(rand.New(rand.NewPCG(3, 4))), results.Valid), Passed, "the rerun does not confirm"},
		{"standing where the rerun is invalid", again(slow, results.Invalid), Regression, "is not confirmed but stands"},
		{"standing where the rerun was too disturbed to tell", doubtful(again(slow, results.Valid)), Regression, "too disturbed to confirm or refute it, so the alarm stands"},
		{"confirmed where the rerun has no samples at all", again(nil, results.Valid), Regression, "the rerun confirms it"},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			d := Check(runOn(0, slow), history, GateOptions{})
			if d.Outcome != Regression {
				t.Fatalf("twice as slow: %s", d.Outcome)
			}
			d.Confirm(row.rerun)
			text := strings.Join(d.Notes, "\n") + d.Gates[0].Why
			if d.Outcome != row.outcome || d.Rerun != "again" || !strings.Contains(text, row.says) {
				t.Errorf("%s, %q, rerun %q", d.Outcome, text, d.Rerun)
			}
		})
	}
}

func TestTheGateComparesWithATargetOfTheSameRun(t *testing.T) {
	rows := []struct {
		name    string
		head    Target
		blocks  int
		options GateOptions
		verdict results.Verdict
		outcome Outcome
	}{
		{"finds 20 % in one run", Target{Slower: 0.2}, 20, GateOptions{}, results.Valid, Regression},
		{"finds errors", Target{Failed: 0.05}, 20, GateOptions{}, results.Valid, Regression},
		{"finds a target that answers nothing", Target{Failed: 1}, 20, GateOptions{}, results.Valid, Regression},
		{"ignores a change below its limit", Target{Slower: 0.2}, 20, GateOptions{Percent: 50}, results.Valid, Passed},
		{"passes what is faster, where everything is decided", Target{Slower: -0.2}, 150, GateOptions{}, results.Valid, Passed},
		{"decides nothing by five blocks", Target{Slower: 0.2}, 5, GateOptions{}, results.Valid, Undecided},
		{"refuses an invalid run", Target{Slower: 0.2}, 20, GateOptions{}, results.Invalid, Refused},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			row.head.Name = "canary"
			run := played(21, row.blocks, 400, Target{Name: "stable"}, row.head)
			run.Document.Verdict = row.verdict
			d := CheckTargets(ValuesOf(run), compared(t, run, Options{Base: "stable", withoutRatios: true}), row.options)
			if d.Outcome != row.outcome || d.Against != "stable" {
				t.Errorf("%s against %q, want %s: %+v", d.Outcome, d.Against, row.outcome, d.Gates)
			}
		})
	}
}
