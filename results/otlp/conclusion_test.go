package otlp

import (
	"testing"

	"tollgate/results"
)

// What an imported run did not record is not sent as a zero.
func TestWhatWasNotRecordedIsNotSent(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		fact  string
		lacks []results.Lack
		sent  map[string]int // points of each
	}{
		{"a run that lacks nothing", nil, map[string]int{"tollgate.target.rate": 1, "tollgate.target.goodput": 1, "tollgate.target.error_share": 1, "tollgate.run.lag.p99": 1, "tollgate.run.in_flight.max": 1, "tollgate.run.result": 1}},
		{"one without times", []results.Lack{results.LackTimes}, map[string]int{"tollgate.target.rate": 0, "tollgate.target.goodput": 0, "tollgate.target.error_share": 1, "tollgate.run.result": 1}},
		{"one of an unknown generator", []results.Lack{results.LackGenerator}, map[string]int{"tollgate.target.rate": 1, "tollgate.run.lag.p99": 0, "tollgate.run.in_flight.max": 0}},
		{"one without outcomes", []results.Lack{results.LackOutcomes}, map[string]int{"tollgate.target.goodput": 0, "tollgate.target.error_share": 0, "tollgate.run.lag.p99": 1}},
	} {
		t.Run(row.fact, func(t *testing.T) {
			t.Parallel()
			doc := &results.Document{Imported: &results.ImportDoc{Lacks: row.lacks}, Targets: []results.TargetDoc{{Name: "a"}}}
			doc.Targets[0].Requests = 1
			m := &message{to: &Receiver{}}
			m.conclude(doc)
			sent := m.request(doc)
			for name, want := range row.sent {
				if got := figureOf(sent, name).points; got != want {
					t.Errorf("%s has %d points, want %d", name, got, want)
				}
			}
		})
	}
	known := map[string]bool{}
	for _, c := range conclusions {
		known[c.name] = true
	}
	for name := range lacking {
		if !known[name] {
			t.Errorf("%s is no conclusion", name)
		}
	}
}
