package session

import (
	"strings"
	"testing"

	"tollgate/scenarios"
	"tollgate/targets/lab"
	"tollgate/targets/targettest"
)

// Two front doors, one of requests and one of messages, receive the same work in
// interleaved blocks, each by its engine; what was counted is what the lab counted.
func TestRequestsAndTheirMessagesAreSentSideBySide(t *testing.T) {
	t.Parallel()
	l, doors := targettest.StartLab(t, lab.Config{Seed: 4, Doors: []lab.DoorConfig{{Kind: "http-api"}, {Kind: "websocket-api"}}})
	text := `name: both
targets:
  http: {kind: http-api, region: us-east-1, url: "` + doors[0].URL.String() + `"}
  chat: {kind: websocket-api, region: us-east-1, url: "` + doors[1].URL.String() + `"}
requests:
  - {name: health, path: /, message: {send: {action: health, id: "${uuid}"}, reply: {match: $.id}}}
  - name: predict
    path: /predict
    json: {features: [5.1, 3.5, 1.4, 0.2]}
    weight: 3
    expect: {body: {contains: class_name}}
    message: {send: {action: predict, id: "${uuid}", features: [5.1, 3.5, 1.4, 0.2]}, reply: {match: $.id}, expect: {body: {contains: class_name}}}
websocket: {connections: 3}
blocks: 2
load: [{constant: {rate: 20/s, for: 2s}}]
`
	s, err := scenarios.Parse("both.yaml", []byte(text), func(string) (string, bool) { return "", false })
	if err != nil {
		t.Fatal(err)
	}
	s.Trial = scenarios.TrialNone
	run, err := Run(t.Context(), Config{Scenario: s, Out: t.TempDir()})
	if run == nil {
		t.Fatal(err)
	}
	const health, predict = 10, 30
	for i, d := range run.Document.Targets {
		if d.Requests != health+predict || d.ByRequest["health"].Requests != health || d.ByRequest["predict"].Requests != predict || d.Failed > 0 {
			t.Errorf("%s: %+v", d.Name, d.Figures)
		}
		if (d.Engine == "websocket") != (i == 1) || d.Messages != (i == 1) || (d.Sockets != nil) != (i == 1) {
			t.Errorf("%s: engine %s, messages %v, connections %v", d.Name, d.Engine, d.Messages, d.Sockets)
		}
	}
	truth, seen := l.Truth().Doors[1].Sockets, run.Document.Targets[1].Sockets
	if seen.Opened != 3 || truth.Opened != 3 || seen.Sent != health+predict || truth.MessagesIn != seen.Sent || truth.MessagesOut != seen.Received {
		t.Errorf("%+v, truth %+v", seen, truth)
	}
	if e := run.Document.Engine.Name; !strings.Contains(e, "+") || !strings.Contains(run.Document.BothSorts(), "(chat) against a request and its response (http)") {
		t.Errorf("engine %s; %s", e, run.Document.BothSorts())
	}
}
