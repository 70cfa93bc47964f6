package main

import (
	"strings"
	"testing"

	"tollgate/results"
)

func TestWhichRunsCannotBeContinued(t *testing.T) {
	rows := []struct {
		name   string
		change func(*results.Document)
		says   string // "": it can
	}{
		{"a finished run", func(*results.Document) {}, ""},
		{"a suspect run", func(d *results.Document) { d.Verdict = results.Suspect }, ""},
		{"an invalid run", func(d *results.Document) { d.Verdict = results.Invalid }, "it is invalid"},
		{"a torn run", func(d *results.Document) { d.State = results.Torn }, "it is torn"},
		{"an interrupted run", func(d *results.Document) { d.State = results.Interrupted }, "it is interrupted"},
		{"an interrupted run that was to be decided", func(d *results.Document) { d.State, d.Decide = results.Interrupted, &results.Decide{} }, ""},
		{"a run of ab", func(d *results.Document) { d.Generated = true }, "there is no file of it"},
		{"a run with two stages", func(d *results.Document) { d.Stages = append(d.Stages, d.Stages[0]) }, "its load has 2 stages"},
		{"a run with a warm-up", func(d *results.Document) { d.Stages = append([]results.StageDoc{{WarmUp: true}}, d.Stages...) }, ""},
		{"a run of another machine", func(d *results.Document) { d.Machine.CPUs += 3 }, "the generator is part of what is measured"},
		{"a run that continues another", func(d *results.Document) { d.Stages[0].FirstBlock = 10 }, "continue the run that was made of both"},
	}
	for _, row := range rows {
		d := &results.Document{State: results.Finished, Verdict: results.Valid, Machine: results.ThisMachine(), Stages: []results.StageDoc{{Load: "constant 9/s", Blocks: 20}}}
		row.change(d)
		if why := notContinued(d); (why == "") != (row.says == "") || !strings.Contains(why, row.says) {
			t.Errorf("%s: %q, want %q", row.name, why, row.says)
		}
	}
}
