package probes

import (
	"strings"
	"testing"

	"tollgate/scenarios"
)

// Where some targets receive requests and others messages, a probe asks those that it can.
func TestAProbeAsksTheTargetsThatItSuits(t *testing.T) {
	for _, row := range []struct{ probe, asks, want string }{
		{"connection-life: {}", "ws", ""},
		{"connection-life: {target: http}", "", "target http is sent requests"},
		{"limits: {target: ws}", "", "target ws is sent messages over WebSocket"},
		{"limits: {}", "http origin", ""},
	} {
		text := `name: both
targets:
  http: {kind: http-api, url: lab}
  ws: {kind: websocket-api, url: lab}
  origin: {kind: origin, url: "http://127.0.0.1:8080"}
requests: [{name: a, path: /, message: {send: a}}]
probes: [{` + row.probe + `}]
`
		s, err := scenarios.Parse("x.yaml", []byte(text), func(string) (string, bool) { return "", false })
		if err != nil {
			t.Fatal(err)
		}
		all, err := Parse(s, true)
		var asked []string
		for _, q := range all {
			asked = append(asked, q.Target.Name)
		}
		if got := strings.Join(asked, " "); got != row.asks || (err == nil) != (row.want == "") || err != nil && !strings.Contains(err.Error(), row.want) {
			t.Errorf("%s asks %q: %v", row.probe, got, err)
		}
	}
}
