package report

import (
	"strings"
	"testing"
	"time"

	"tollgate/results/compare"
)

// valuesOfRun is a run among the runs of its scenario.
func valuesOfRun(r *Report) compare.RunValues {
	n := runs(31)[30]
	n.Run = r.ID
	return n
}

func TestARunIsShownInItsHistory(t *testing.T) {
	m := newMaker("rest", "http")
	m.blocks, m.perTurn = 2, 50
	m.fill(0, 20*time.Millisecond, nil)
	r := reported(t, m.done(), nil)
	if strings.Contains(pageText(t, r), `id="history"`) {
		t.Error("a report without runs has a history")
	}
	r.WithHistory(append(runs(30), valuesOfRun(r)))
	value, limit, p := 28.4, 24.0, 0.001
	r.Gate = &compare.Decision{Outcome: compare.Regression, Notes: []string{"not confirmed: --rerun=false"}, Gates: []compare.Gate{
		{Target: "rest", Metric: compare.P50, Unit: "ms", Value: &value, Expected: &limit, Limit: &limit, P: &p, Alarm: true, Why: "slower than all of 30 runs"},
		{Target: "http", Metric: compare.P99, Unit: "ms", Why: "5 of 10 runs"},
	}}
	page := pageText(t, r)
	for _, want := range []string{
		`href="#history"`, `id="history"`, "31 runs", ">this run<", ">change 1<", "run-15", "Gate: <strong>regression</strong>",
		"Not confirmed: --rerun=false.", "slower than all of 30 runs", "rest: 28.2 milliseconds on 17 October 2026, 03:00, run-16",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	for _, e := range r.Trend.Panels[0].Chart.Events {
		if e.Label == "this run" && e.At != 30 {
			t.Errorf("this run stands at day %v", e.At)
		}
	}
}

func TestTooFewRunsAreNoHistory(t *testing.T) {
	r := reported(t, newMaker("rest").done(), nil)
	for _, n := range []int{0, 1} {
		if r.WithHistory(runs(n)); r.Trend != nil {
			t.Errorf("%d runs have a trend", n)
		}
	}
}

func pageText(t *testing.T, r *Report) string {
	t.Helper()
	return written(t, "html", r)
}
