package report

import (
	"strings"
	"testing"

	"tollgate/results"
)

// A message without a reply has no response time, and tables say what they show of it.
func TestTablesSayWhatTheTimeOfAMessageWithoutAReplyIs(t *testing.T) {
	for step, said := range map[string]bool{results.StepSends: false, results.StepPosts: true} {
		r := &Report{Document: results.Document{Requests: []string{"say"}, SocketSteps: map[string]string{"say": step}}}
		if note := strings.Join(r.latencyNotes(), "; "); strings.Contains(note, "until they are written") != said {
			t.Errorf("%s: %s", step, note)
		}
	}
}

// What servers push belongs to no step: it stands next to them, and the note says why.
func TestCostsOfFlowsNamePushes(t *testing.T) {
	requests := Door{TargetDoc: results.TargetDoc{Name: "rest", FlowCosts: map[string]results.FlowCost{"talk": {Steps: map[string]float64{"talk/hello": 1}}}}}
	messages := Door{TargetDoc: results.TargetDoc{Name: "chat", Sockets: &results.SocketDoc{}, FlowCosts: map[string]results.FlowCost{
		"talk": {Steps: map[string]float64{"talk/open": 0.25, "talk/hello": 0.25, "pushes:talk": 0.5}},
	}}}
	for _, c := range []struct {
		what            string
		door            Door
		ends            string
		client, sockets bool
	}{
		{"requests", requests, ": 100% hello", true, false},
		{"messages", messages, ": 50% pushes, 25% open, 25% hello", false, true},
	} {
		r := &Report{Document: results.Document{Flows: []results.FlowDoc{{Name: "talk", Steps: []string{"talk/open", "talk/hello"}}}}, Doors: []Door{c.door}}
		if lines := r.flowCosts(); len(lines) != 1 || !strings.HasSuffix(lines[0], c.ends) {
			t.Errorf("%s: %q, want %q at its end", c.what, lines, c.ends)
		}
		note := r.flowCostNote()
		if strings.Contains(note, "the client's view of each step") != c.client || strings.Contains(note, "over WebSocket") != c.sockets {
			t.Errorf("%s: %s", c.what, note)
		}
	}
}
