package session

import (
	"testing"
	"time"

	"tollgate/pricing"
	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/targets"
	"tollgate/targets/lab"
	"tollgate/targets/targettest"
)

// What steps over WebSocket are billed for adds up to what the lab counted: each step has its
// connections, messages and invocations, and what went to everyone stands next to them.
func TestStepsOverWebSocketCostWhatTheLabCounted(t *testing.T) {
	t.Parallel()
	l, doors := targettest.StartLab(t, lab.Config{Seed: 4, Doors: []lab.DoorConfig{{Kind: "websocket-api"}}})
	s, err := scenarios.Parse("talk.yaml", []byte(`name: talk
targets: {chat: {kind: websocket-api, region: us-east-1, url: "`+doors[0].URL.String()+`"}}
values: {id: uuid}
flows:
  - name: talk
    steps:
      - {name: open, connect: {}}
      - {name: hello, send: {action: hello, id: "${id}"}, reply: {match: $.id}}
      - {name: say, send: {action: sendMessage, data: {from: "${id}"}}, reply: none}
      - {name: heard, receive: {match: $.from, value: "${id}"}}
      - {name: bye, close: 1000}
load: [{closed: {users: 1, for: 500ms}}]
`), func(string) (string, bool) { return "", false })
	if err != nil {
		t.Fatal(err)
	}
	s.Trial = scenarios.TrialNone
	run, err := Run(t.Context(), Config{Scenario: s, Out: t.TempDir()})
	if run == nil {
		t.Fatal(err)
	}
	seen := run.Document.Targets[0].Sockets
	truth := func() lab.DoorTruth { return l.Truth().Doors[0] }
	for end := time.Now().Add(10 * time.Second); truth().Invocations < seen.Sent+2*seen.Opened && time.Now().Before(end); {
		time.Sleep(time.Millisecond) // nothing says when what is behind $disconnect has run
	}
	parts := results.StepTraffic(run, 0, targets.Target{Name: "chat", Kind: &targets.WebSocketAPI}, results.Month{})
	var sum struct{ connections, sent, messages, units, invocations pricing.Quantity }
	for _, p := range parts {
		sum.connections, sum.sent = sum.connections.Add(p.Sockets.Quantity), sum.sent.Add(p.FromClients.Quantity)
		sum.messages, sum.units = sum.messages.Add(p.Messages.Quantity), sum.units.Add(p.MessageUnits.Quantity)
		sum.invocations = sum.invocations.Add(p.Invocations.Quantity)
	}
	d := truth()
	for what, row := range map[string]struct {
		got  pricing.Quantity
		want int64
	}{
		"connections":          {sum.connections, d.Sockets.Opened},
		"messages of clients":  {sum.sent, d.Sockets.MessagesIn},
		"messages":             {sum.messages, d.Sockets.MessagesIn + d.Sockets.MessagesOut},
		"units":                {sum.units, d.Billable},
		"invocations":          {sum.invocations, d.Invocations},
		"invocations of open":  {parts["talk/open"].Invocations.Quantity, 2 * d.Sockets.Opened},
		"invocations of hello": {parts["talk/hello"].Invocations.Quantity, d.Sockets.MessagesOut - d.Sockets.Pushed},
		"replies to hello":     {parts["talk/hello"].Messages.Quantity.Sub(parts["talk/hello"].FromClients.Quantity), d.Sockets.MessagesOut - d.Sockets.Pushed},
		"pushes":               {parts["pushes:talk"].Messages.Quantity, d.Sockets.Pushed},
	} {
		if row.got.Cmp(pricing.Whole(row.want)) != 0 {
			t.Errorf("%s: %s, and the lab counted %d", what, row.got, row.want)
		}
	}
	if d.Sockets.Opened < 2 || len(parts) != 4 {
		t.Errorf("%d conversations, %d parts of their cost", d.Sockets.Opened, len(parts))
	}
}
