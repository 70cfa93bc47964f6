package report

import (
	"strings"
	"testing"
	"time"

	"tollgate/results"
)

func TestRunsLaidOverEachOtherKeepTheirNumbers(t *testing.T) {
	made := func(median time.Duration, verdict results.Verdict) *results.Run {
		m := newMaker("rest", "http")
		m.fill(0, median, nil)
		m.fill(1, median/2, nil)
		run := m.done("p(99) < 100ms")
		run.Document.Verdict = verdict
		return run
	}
	a, b := made(20*time.Millisecond, results.Valid), made(40*time.Millisecond, results.Suspect)
	b.Document.Reasons = []string{"it was late"}
	both, err := Overlay(a, b)
	if err != nil {
		t.Fatal(err)
	}
	r := reported(t, both, nil)
	if len(r.Doors) != 4 || r.Doors[0].Name != "rest, run 1" || r.Doors[3].Name != "http, run 2" || len(r.Thresholds) != 4 {
		t.Fatalf("%d doors, thresholds %+v", len(r.Doors), r.Thresholds)
	}
	if r.Verdict != results.Suspect || strings.Join(r.Document.Reasons, "") != "run 2: it was late" {
		t.Errorf("verdict %s, reasons %q", r.Verdict, r.Document.Reasons)
	}
	for i, run := range []*results.Run{a, a, b, b} {
		want, got := run.Document.Targets[i%2].Latency["response"], r.Doors[i].response()
		if *want.P99 != *got.P99 || both.Good(uint16(i)).Count() != 7500 {
			t.Errorf("door %d: p99 %v, want %v", i, *got.P99, *want.P99)
		}
	}
	if len(r.Percentiles.Panels[0].Curves) != 4 || len(r.Heat.Panels) != 4 || len(r.Timeline.Panels) != 4 {
		t.Error("a picture lacks a target")
	}
	if len(a.Document.Targets) != 2 || a.Document.Targets[0].Name != "rest" {
		t.Error("the runs themselves were changed")
	}
}

func TestRunsOfOtherStagesAreNotLaidOverEachOtherInTime(t *testing.T) {
	a, b := newMaker("rest"), newMaker("rest")
	b.run.Document.Stages = []results.StageDoc{{Load: "constant 100/s", Seconds: 15, Blocks: 5, BlockS: 3}}
	both, err := Overlay(a.done(), b.done())
	if err != nil || both.Document.Stages != nil || !strings.Contains(strings.Join(both.Document.Warnings, " "), "different stages") {
		t.Errorf("%v, stages %v, warnings %q", err, both.Document.Stages, both.Document.Warnings)
	}
	if _, err := Overlay(); err == nil {
		t.Error("no runs at all are laid over each other")
	}
}

func TestPopulationsOfRunsOfOtherStagesAreLaidOverEachOther(t *testing.T) {
	a, b := newMaker("rest"), newMaker("rest")
	b.run.Document.Stages = []results.StageDoc{{Load: "constant 100/s", Seconds: 15, Blocks: 5, BlockS: 3}}
	runs := []*results.Run{a.done(), b.done()}
	for i, names := range [][]string{{"free", "pro"}, {"free"}} {
		d := &runs[i].Document
		d.Targets[0].ByPopulation = map[string]results.Figures{}
		for _, name := range names {
			d.Populations = append(d.Populations, results.PopulationDoc{Name: name, Start: 1, Targets: []string{"rest"}, Stages: []int{1}})
			d.Targets[0].ByPopulation[name] = d.Targets[0].Figures
		}
	}
	both, err := Overlay(runs...)
	if err != nil {
		t.Fatal(err)
	}
	var rows []string
	for _, row := range reported(t, both, nil).populationRows() {
		rows = append(rows, row.Name+" at "+row.Target+row.Load)
	}
	if got := strings.Join(rows, "; "); got != "free at rest, run 1; free at rest, run 2; pro at rest, run 1" {
		t.Errorf("populations are %s", got)
	}
}
