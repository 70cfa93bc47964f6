package compare

import (
	"strings"
	"testing"
	"time"

	"tollgate/results"
)

// TestImportedRunsAreComparedAsFarAsTheyGo changes one thing at a time of two runs, of which
// the second is slower by a half.
func TestImportedRunsAreComparedAsFarAsTheyGo(t *testing.T) {
	imported := func(lacks ...results.Lack) func(*results.Document) {
		return func(d *results.Document) {
			d.Verdict = results.Unknown
			d.Imported = &results.ImportDoc{Program: "vegeta", Format: "vegeta", Keeps: results.KeepsSamples, Lacks: append(lacks, results.LackGenerator)}
		}
	}
	for _, c := range []struct {
		name         string
		change       func(base, head *results.Document)
		metric       Metric
		verdict      Verdict
		why, noteHas string
	}{
		{"of one machine and hour", nil, P50, Worse, "", ""},
		{"the far quantiles of it", nil, P90, Inconclusive, "it is not known what its load generator added", ""},
		{"of a machine that was not recorded", func(b, h *results.Document) { imported(results.LackMachine)(h) }, P50, Inconclusive, "whether one machine made both", ""},
		{"of a time that was not recorded", func(b, h *results.Document) { imported(results.LackTimes)(h) }, P50, Inconclusive, "when they were made", ""},
		{"at another rate", func(b, h *results.Document) { b.Targets[0].Rate, h.Targets[0].Rate = 100, 200 }, P50, Inconclusive, "whether that was asked for was not recorded", ""},
		{"with another name for its target", func(b, h *results.Document) { h.Targets[0].Name = "green" }, P50, Worse, "", "is compared with that of"},
		{"of another scenario", func(b, h *results.Document) { h.Scenario = "other" }, P50, Worse, "", ""},
		{"next to a run of Tollgate's", func(b, h *results.Document) { b.Imported, b.Verdict = nil, results.Valid }, P50, Worse, "", ""},
	} {
		base, head := played(1, 12, 400, Target{Name: "api"}), played(2, 12, 400, Target{Name: "api", Slower: 0.5})
		head.Document.ID = "head"
		imported()(&base.Document)
		imported()(&head.Document)
		if c.change != nil {
			c.change(&base.Document, &head.Document)
		}
		got, err := Runs(base, head, nil)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		for _, e := range got.Pairs[0].Effects {
			if e.Metric == c.metric && (e.Verdict != c.verdict || !strings.Contains(e.Why, c.why)) {
				t.Errorf("%s: %s is %s (%s), want %s (%s)", c.name, e.Metric, e.Verdict, e.Why, c.verdict, c.why)
			}
		}
		if notes := strings.Join(got.Notes, "\n"); !strings.Contains(notes, c.noteHas) {
			t.Errorf("%s: %s, want %q", c.name, notes, c.noteHas)
		}
	}
}

func TestTheGateSaysWhereAnImportedRunHadAnotherRate(t *testing.T) {
	values := func(id string, verdict results.Verdict, goodput float64) RunValues {
		return RunValues{Run: id, Scenario: "load", Verdict: verdict, Started: t0.Add(time.Duration(len(id)) * time.Hour), Values: []Value{
			{Target: "api", Metric: P50, Value: 20, N: 1000}, {Target: "api", Metric: ErrorShare, N: 1000}, {Target: "api", Metric: Goodput, Value: goodput, N: 1000},
		}}
	}
	var history []RunValues
	for i := range 12 {
		history = append(history, values(strings.Repeat("x", i+1), results.Unknown, 100))
	}
	for _, c := range []struct {
		name    string
		verdict results.Verdict
		goodput float64
		says    bool
	}{
		{"the same rate", results.Unknown, 101, false},
		{"half of it", results.Unknown, 50, true},
		{"twice as much", results.Unknown, 200, true},
		{"a run of ours", results.Valid, 50, false},
	} {
		d := Check(values(strings.Repeat("y", 20), c.verdict, c.goodput), history, GateOptions{})
		if got := strings.Contains(strings.Join(d.Notes, " "), "if another rate was asked for"); got != c.says || d.Outcome == Refused {
			t.Errorf("%s: %s, notes %q", c.name, d.Outcome, d.Notes)
		}
	}
}

var t0 = time.Date(2026, 11, 30, 0, 0, 0, 0, time.UTC)
