package report

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"tollgate/results"
	"tollgate/results/compare"
)

// runs are n runs of two targets; from the 16th on the first is slower.
func runs(n int) (all []compare.RunValues) {
	for i := range n {
		p50 := 20 + 0.2*float64(i%5)
		if i >= 15 {
			p50 += 8
		}
		all = append(all, compare.RunValues{
			Run: fmt.Sprintf("run-%02d", i), Started: time.Date(2026, 10, 1+i, 3, 0, 0, 0, time.UTC), Scenario: "front-doors", Shape: "s", Verdict: results.Valid,
			Values: []compare.Value{
				{Target: "rest", Metric: compare.P50, Value: p50, N: 7500},
				{Target: "http", Metric: compare.P50, Value: 16 + 0.1*float64(i%3), N: 7500},
				{Target: "rest", Metric: compare.ErrorShare, Value: 0.001, N: 7500},
			},
		})
	}
	return all
}

func TestATrendShowsEachRunAndWhereALevelChanged(t *testing.T) {
	tr, err := NewTrend("front-doors", runs(30))
	if err != nil {
		t.Fatal(err)
	}
	p := tr.Panels[0]
	if len(tr.Panels) != 2 || len(p.Chart.Series) != 2 || len(p.RunTable().Rows) != 60 || len(p.Chart.Series[0].Points) != 30 {
		t.Fatalf("%d panels, %d series, %d rows", len(tr.Panels), len(p.Chart.Series), len(p.RunTable().Rows))
	}
	if len(p.ChangePoints) != 1 || p.ChangePoints[0].Run != "run-15" || len(p.Chart.Events) != 1 || p.Chart.Events[0].At != 15 {
		t.Errorf("change points %+v, events %+v", p.ChangePoints, p.Chart.Events)
	}
	var b bytes.Buffer
	if err := WriteTrend(&b, tr); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"30 runs", "run-15", "change 1", "Content-Security-Policy", `id="history-p50"`, "0.10%"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("the page lacks %q", want)
		}
	}
}

func TestATrendNeedsTwoRuns(t *testing.T) {
	if _, err := NewTrend("front-doors", runs(1)); err == nil || !strings.Contains(err.Error(), "1 run") {
		t.Errorf("of one run: %v", err)
	}
}
