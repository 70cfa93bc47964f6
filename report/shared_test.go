package report

import (
	"strings"
	"testing"

	"tollgate/results"
)

// What was invoked before the load is stated separately, but not for a function that other targets
// invoke too: whose trial that was is not known.
func TestWhatAFunctionWasInvokedForIsTold(t *testing.T) {
	t.Parallel()
	var sockets *results.SocketDoc
	text := func(note string, of *results.Figures, changes ...func(*Report)) string {
		r := frontDoors(t)
		d := &r.Doors[0]
		d.Sockets = sockets
		d.Functions = []results.FunctionDoc{{Name: "a:live", Routes: []string{"GET /users"}, Requests: []string{"predict"}, Figures: of}}
		d.Observed = &results.ObservedDoc{
			Checks: []results.Reconciled{{What: results.CheckInvocations, Note: note}},
			Functions: []results.ObservedFunction{{Name: "a:live", Metrics: []results.ObservedMetric{{
				Role: "invocations", Points: make([]results.ObservedPoint, 1), Total: map[string]float64{"Sum": 602},
			}}}},
		}
		r.Run.Document.Trial = []results.Trial{{Target: d.Name, Request: "predict", Status: 200}}
		for _, change := range changes {
			change(r)
		}
		return strings.Join(r.functionTexts(), "\n")
	}
	if got := text("", &results.Figures{Requests: 600}); !strings.Contains(got, "601 invocations (and 1 before the load)") || strings.Contains(got, "others invoke it") {
		t.Errorf("its own: %q", got)
	}
	if got := text("", &results.Figures{Requests: 60}); !strings.Contains(got, "more than its 60 requests here: others invoke it too") {
		t.Errorf("of a function that a target of another kind invokes too: %q", got)
	}
	sockets = &results.SocketDoc{Opened: 270}
	if got := text("", &results.Figures{Requests: 60}); strings.Contains(got, "others invoke it") {
		t.Errorf("connections invoke it, too: %q", got)
	}
	sockets = nil
	others := func(r *Report) {
		r.Doors[0].Functions = append([]results.FunctionDoc{{Name: "own"}}, r.Doors[0].Functions...)
		r.Doors[1].Functions = []results.FunctionDoc{{Name: "own"}, {Name: "a:live", Figures: &results.Figures{Requests: 542}}}
	}
	if got := text("", &results.Figures{Requests: 60}, others); !strings.Contains(got, "602 invocations") || !strings.Contains(got, "the function is shared with ") || strings.Contains(got, "others invoke it") {
		t.Errorf("behind a route of another target as well: %q", got)
	}
	note := results.SharedFunction + " fu: all together had 602 responses"
	if got := text(note, &results.Figures{Requests: 300}); !strings.Contains(got, "602 invocations, "+note) {
		t.Errorf("shared: %q", got)
	}
}
