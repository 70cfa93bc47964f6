package observe

import (
	"testing"
	"time"

	"tollgate/results"
)

func TestTrialsCountAmongTheClientsRequests(t *testing.T) {
	run := &results.Run{Document: results.Document{
		Targets: []results.TargetDoc{{Name: "rest"}, {Name: "http"}},
		Trial: []results.Trial{
			{Target: "rest", Status: 200, Service: 100},
			{Target: "rest", Status: 429, Service: 300, Error: "none"},
			{Target: "rest", Error: "timeout"},
			{Target: "rest", Error: "reset"},
			{Target: "rest", Error: "generator"},
			{Target: "http", Status: 500, Service: 1},
		},
	}}
	v := viewOf(run, map[uint16]bool{0: true})
	if v.requests != 4 || v.responses != 2 || v.status4xx != 1 || v.status429 != 1 || v.status5xx != 0 || v.timeouts != 1 || v.broken != 1 {
		t.Errorf("the client's view is %+v", v)
	}
	if v.timed != 2 || v.service < 195*time.Millisecond || v.service > 205*time.Millisecond {
		t.Errorf("%d responses took %v in the mean", v.timed, v.service)
	}
}

func TestTheWindowBeginsWithTheTrial(t *testing.T) {
	started := time.Date(2026, 11, 22, 12, 1, 10, 0, time.UTC)
	for _, c := range []struct {
		name string
		at   time.Time
		from int // minute
	}{
		{"a minute before the load", started.Add(-20 * time.Second), 0},
		{"in the minute of the load", started.Add(-5 * time.Second), 1},
		{"a time that is none of this run's", started.Add(-20 * time.Hour), 1},
	} {
		doc := &results.Document{Started: started, Seconds: 10, Trial: []results.Trial{{At: c.at}}}
		if w := windowOf(doc, started); w.From.Minute() != c.from {
			t.Errorf("%s: the window begins at %s", c.name, w.From)
		}
	}
}
