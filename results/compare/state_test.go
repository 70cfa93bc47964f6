package compare

import (
	"math/rand/v2"
	"strings"
	"testing"

	"tollgate/results"
)

// spoiled makes the newest n runs invalid.
func spoiled(ns []RunValues, n int) []RunValues {
	for i := len(ns) - n; i < len(ns); i++ {
		ns[i].Verdict, ns[i].Reasons = results.Invalid, []string{"the load generator was late"}
	}
	return ns
}

func TestTheGateSaysWhetherItIsArmed(t *testing.T) {
	invalid := func(run *RunValues) {
		run.Verdict, run.Reasons = results.Invalid, []string{"the load generator was late"}
	}
	like := func(*RunValues) {}
	wild := func(ns []RunValues) []RunValues {
		chance := rand.New(rand.NewPCG(5, 6))
		for i := range ns {
			for k := range ns[i].Values {
				ns[i].Values[k].Value *= 1 + chance.Float64()
			}
		}
		return ns
	}
	loads := func(ns []RunValues, every int) []RunValues {
		for i := range ns {
			ns[i].Shape = strings.Repeat("x", 1+i/every)
		}
		return ns
	}
	rows := []struct {
		what    string
		change  func(*RunValues)
		history []RunValues
		want    State
		says    string
	}{
		{"armed with thirty runs, and from which change on", like, baselineRuns(30), StateArmed, "armed 30/10: finds changes from p50 +"},
		{"learning with none", like, nil, StateLearning, "learning 0/10: decides from 10 baseline runs on"},
		{"learning with nine", like, baselineRuns(9), StateLearning, "learning 9/10"},
		{"learning still where one run is invalid", invalid, baselineRuns(9), StateLearning, "learning 9/10"},
		{"armed where one run is invalid", invalid, baselineRuns(30), StateArmed, "but this run was not checked"},
		{"armed where the third run after two invalid ones counts again", like, spoiled(baselineRuns(30), 2), StateArmed, "armed 28/10"},
		{"blind where that one is invalid, too", invalid, spoiled(baselineRuns(30), 2), StateBlind, "none of the last 3 runs counted, this one included: the load generator was late"},
		{"blind where none ever counted", invalid, spoiled(baselineRuns(5), 5), StateBlind, "none of the last 6 runs counted"},
		{"blind where many runs never fill the baseline", like, spoiled(baselineRuns(15), 12), StateBlind, "12 of 15 runs of this load do not count (invalid)"},
		{"learning where the load changed once", like, loads(baselineRuns(30), 30), StateLearning, "learning 0/10"},
		{"blind where it changes with each run", like, loads(baselineRuns(5), 1), StateBlind, "each of the last 5 runs sent another load"},
		{"blind where runs differ so much that half as much again passes", like, wild(baselineRuns(12)), StateBlind, "p50 alarms only from +"},
	}
	for _, row := range rows {
		run := runOn(0, usual(rand.New(rand.NewPCG(1, 2))))
		row.change(&run)
		d := Check(run, row.history, GateOptions{})
		if d.State != row.want || !strings.Contains(d.Stated(), row.says) {
			t.Errorf("%s: %q, want %s with %q", row.what, d.Stated(), row.want, row.says)
		}
		valid(t, GateSchema(), d)
		var text strings.Builder
		if err := d.Text(&text); err != nil || !strings.HasPrefix(text.String(), "gate        "+string(row.want)) {
			t.Errorf("%s: the state is not first in\n%s", row.what, text.String())
		}
	}
	busy := baselineRuns(30)
	for i := 27; i < 30; i++ {
		busy[i].Values[0].Added = busy[i].Values[0].Value / 2
	}
	blurred := runOn(0, usual(rand.New(rand.NewPCG(1, 2))))
	blurred.Values[0].Added = 10
	for history, want := range map[*[]RunValues]string{
		ptrTo(baselineRuns(30)): "armed 30/10: but the load generator's machine was so busy in this run that it finds only changes from p50 +",
		&busy:                   "blind: none of the last 4 runs counted, this one included",
	} {
		if d := Check(blurred, *history, GateOptions{}); !strings.HasPrefix(d.Stated(), want) {
			t.Errorf("a median of which half may be the machine's: %q, want %q", d.Stated(), want)
		}
	}
	late := runOn(-365, usual(rand.New(rand.NewPCG(1, 2))))
	if d := Check(late, baselineRuns(30), GateOptions{}); d.State != StateBlind || !strings.Contains(d.StateWhy, "30 runs of the history began later") {
		t.Errorf("a clock that was set back: %q", d.Stated())
	}
	tried := spoiled(baselineRuns(30), 2)
	tried[29].RetryOf = tried[28].Run
	third := runOn(0, nil)
	third.RetryOf = tried[28].Run
	invalid(&third)
	if d := Check(third, tried, GateOptions{}); d.State != StateArmed {
		t.Errorf("three attempts at one run are no three runs: %q", d.Stated())
	}
	noted := spoiled(baselineRuns(30), 2)
	noted[29].Excluded = true
	run := runOn(0, nil)
	invalid(&run)
	if d := Check(run, noted, GateOptions{}); d.State != StateArmed {
		t.Errorf("a run that somebody excluded is no run that did not count: %q", d.Stated())
	}
}

func TestTheGateAgainstATargetIsArmedByBlocks(t *testing.T) {
	for blocks, want := range map[int]State{20: StateArmed, 5: StateBlind} {
		run := played(21, blocks, 400, Target{Name: "stable"}, Target{Name: "canary"})
		d := CheckTargets(ValuesOf(run), compared(t, run, Options{Base: "stable", withoutRatios: true}), GateOptions{})
		if d.State != want {
			t.Errorf("%d blocks: %q, want %s", blocks, d.Stated(), want)
		}
		valid(t, GateSchema(), d)
	}
}

func ptrTo[T any](x T) *T { return &x }
