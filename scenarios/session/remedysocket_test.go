package session

import (
	"strings"
	"testing"

	"tollgate/results"
)

// What helps against a message that went wrong is not what helps against a request.
func TestRemediesOfMessages(t *testing.T) {
	malformed, timeout := results.ErrMalformed.String(), results.ErrTimeout.String()
	for _, row := range []struct {
		name      string
		trial     results.Trial
		want, not string
	}{
		{"no WebSocket", results.Trial{Method: results.StepSends, Error: malformed}, "a server for WebSocket answers at this path", "speaks HTTP"},
		{"a handshake that is none", results.Trial{Method: results.StepConnects, Error: malformed}, "a server for WebSocket answers at this path", "speaks HTTP"},
		{"no HTTP", results.Trial{Method: "GET", Error: malformed}, "speaks HTTP", "WebSocket"},
		{"no reply", results.Trial{Method: results.StepSends, Error: timeout}, "write reply: none", ""},
		{"no push", results.Trial{Method: results.StepReceives, Error: timeout}, "raise timeout", "reply: none"},
		{"a reply that is not as expected", results.Trial{Request: "ask", Method: results.StepSends, Status: 101, Check: "body: want a"}, "correct send, reply or expect of request ask", "path"},
		{"a message that is refused", results.Trial{Method: results.StepSends, Status: 403}, "correct auth", "expect: {status: 403}"},
		{"a handshake that is refused", results.Trial{Method: results.StepConnects, Status: 403}, "expect: {status: 403}", ""},
	} {
		got := wording{file: "x.yaml"}.remedies(&results.Document{}, []results.Trial{row.trial})
		if !strings.Contains(got, row.want) || row.not != "" && strings.Contains(got, row.not) {
			t.Errorf("%s: %s", row.name, got)
		}
	}
}
