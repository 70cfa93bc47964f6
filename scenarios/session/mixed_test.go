package session

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/targets/lab"
	"tollgate/targets/targettest"
)

// bothDoors are a front door of requests and one of messages in the lab, with what a scenario
// says besides its targets.
func bothDoors(t *testing.T, rest string) (*results.Run, lab.Truth) {
	t.Helper()
	l, doors := targettest.StartLab(t, lab.Config{Seed: 4, Doors: []lab.DoorConfig{{Kind: "http-api"}, {Kind: "websocket-api"}}})
	text := `name: both
targets:
  http: {kind: http-api, region: us-east-1, url: "` + doors[0].URL.String() + `"}
  chat: {kind: websocket-api, region: us-east-1, url: "` + doors[1].URL.String() + `"}
` + rest
	s, err := scenarios.Parse("both.yaml", []byte(text), func(string) (string, bool) { return "", false })
	if err != nil {
		t.Fatal(err)
	}
	s.Trial = scenarios.TrialNone
	run, err := Run(t.Context(), Config{Scenario: s, Out: t.TempDir()})
	if run == nil {
		t.Fatal(err)
	}
	return run, l.Truth()
}

// Two front doors, one of requests and one of messages, receive the same work in
// interleaved blocks, each by its engine; what was counted is what the lab counted.
func TestRequestsAndTheirMessagesAreSentSideBySide(t *testing.T) {
	t.Parallel()
	run, all := bothDoors(t, `requests:
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
`)
	const health, predict = 10, 30
	for i, d := range run.Document.Targets {
		if d.Requests != health+predict || d.ByRequest["health"].Requests != health || d.ByRequest["predict"].Requests != predict || d.Failed > 0 {
			t.Errorf("%s: %+v", d.Name, d.Figures)
		}
		if (d.Engine == "websocket") != (i == 1) || d.Messages != (i == 1) || (d.Sockets != nil) != (i == 1) {
			t.Errorf("%s: engine %s, messages %v, connections %v", d.Name, d.Engine, d.Messages, d.Sockets)
		}
	}
	truth, seen := all.Doors[1].Sockets, run.Document.Targets[1].Sockets
	if seen.Opened != 3 || truth.Opened != 3 || seen.Sent != health+predict || truth.MessagesIn != seen.Sent || truth.MessagesOut != seen.Received {
		t.Errorf("%+v, truth %+v", seen, truth)
	}
	// Each connection is held for the 2 s of the target's turns and, in all, longer.
	if d := seen; d.InTurnsS < 3*1.9 || d.InTurnsS > 3*2.6 || d.ConnectedS < d.InTurnsS+3*1.5 {
		t.Errorf("connected for %.2f s, of which %.2f s in turns of the target", d.ConnectedS, d.InTurnsS)
	}
	if e := run.Document.Engine.Name; !strings.Contains(e, "+") || !strings.Contains(run.Document.BothSorts(), "(chat) against a request and its response (http)") {
		t.Errorf("engine %s; %s", e, run.Document.BothSorts())
	}
}

// Steps of a flow are requests at one target and messages at the other, and go on with what
// the ones before them have left.
func TestFlowsOfRequestsAndOfTheirMessages(t *testing.T) {
	t.Parallel()
	run, all := bothDoors(t, `flows:
  - name: look
    steps:
      - name: predict
        path: /predict
        json: {features: [5.1, 3.5, 1.4, 0.2]}
        extract: {class: $.class_name}
        message: {send: {action: predict, id: "${uuid}", features: [5.1, 3.5, 1.4, 0.2]}, reply: {match: $.id}}
      - name: keep
        path: "/?class=${steps.predict.class}"
        when: "${steps.predict.class} == setosa"
        message: {send: {action: keep, id: "${uuid}", class: "${steps.predict.class}"}, reply: {match: $.id}, expect: {body: {contains: setosa}}}
websocket: {connections: 2}
blocks: 1
load: [{constant: {rate: 10/s, for: 1s}}]
`)
	const walks = 10
	for _, d := range run.Document.Targets {
		if f := d.Flows["look"]; f.Started != walks || f.Completed != walks || d.Requests != 2*walks || d.Failed > 0 {
			t.Errorf("%s: %+v, %+v", d.Name, f, d.Figures)
		}
	}
	truth, seen := all.Doors[1].Sockets, run.Document.Targets[1].Sockets
	if truth.MessagesIn != 2*walks || seen.Sent != 2*walks || truth.MessagesOut != seen.Received || truth.Opened != 2 {
		t.Errorf("%+v, truth %+v", seen, truth)
	}
	if got := run.Document.SocketSteps; got["look/predict"] != results.StepSends || got["look/keep"] != results.StepSends {
		t.Errorf("steps over WebSocket are recorded as %v", got)
	}
}

// A flow may fetch what it connects with over HTTP, and go on with requests while it is
// connected: the lab's API takes connections with the token alone.
func TestAFlowFetchesTheTokenThatItConnectsWith(t *testing.T) {
	t.Parallel()
	var asked, after atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/login" && r.Method == http.MethodPost {
			asked.Add(1)
			_, _ = io.WriteString(w, `{"token": "good"}`)
			return
		}
		after.Add(1)
		_, _ = io.WriteString(w, "for "+r.Header.Get("X-User"))
	}))
	defer server.Close()
	guard := &lab.Authorizer{Type: "token", Tokens: map[string]string{"good": "allow"}}
	l, doors := targettest.StartLab(t, lab.Config{Seed: 4, Doors: []lab.DoorConfig{{Kind: "websocket-api", Sockets: &lab.Sockets{Routes: []lab.SocketRoute{{Key: "$connect", Authorizer: guard}, {Key: "$default", TwoWay: true}}}}}})
	s, err := scenarios.Parse("login.yaml", []byte(`name: login
targets: {chat: {kind: websocket-api, region: us-east-1, url: "`+doors[0].URL.String()+`"}}
hosts: ["`+server.URL+`"]
flows:
  - name: talk
    steps:
      - {name: login, url: "`+server.URL+`/login", json: {user: "${uuid}"}, extract: {token: $.token}}
      - {name: open, connect: {headers: {Authorization: "${steps.login.token}"}}}
      - {name: ask, send: {action: ask, id: "${uuid}"}, reply: {match: $.id}, extract: {id: $.id}}
      - {name: read, url: "`+server.URL+`/read", headers: {X-User: "${steps.ask.id}"}, expect: {body: {contains: "-"}}}
      - {name: again, send: {action: again, id: "${uuid}"}, reply: {match: $.id}}
      - {name: bye, close: 1000}
load: [{constant: {rate: 10/s, for: 1s}}]
`), func(string) (string, bool) { return "", false })
	if err != nil {
		t.Fatal(err)
	}
	s.Trial = scenarios.TrialNone
	run, err := Run(t.Context(), Config{Scenario: s, Out: t.TempDir()})
	if run == nil {
		t.Fatal(err)
	}
	const walks = 10
	d, truth := run.Document.Targets[0], l.Truth().Doors[0].Sockets
	if f := d.Flows["talk"]; f.Completed != walks || asked.Load() != walks || after.Load() != walks {
		t.Errorf("%+v; %d logins and %d requests after them", f, asked.Load(), after.Load())
	}
	if truth.Opened != walks || truth.MessagesIn != 2*walks || d.Sockets.Opened != walks || d.Sockets.Sent != 2*walks || d.Sockets.Received != 2*walks {
		t.Errorf("%+v, truth %+v", d.Sockets, truth)
	}
	login := d.ByRequest["talk/login"]
	if login.Requests != walks || login.Status["200"] != walks || login.Latency["response"].P50 == nil || d.ByRequest["talk/open"].Status["101"] != walks {
		t.Errorf("%+v", login)
	}
}

// A population whose requests have no messages may stand next to one of messages.
func TestAPopulationOfRequestsNextToOneOfMessages(t *testing.T) {
	t.Parallel()
	run, all := bothDoors(t, `requests: [{name: only, path: /}, {name: ask, path: /, message: {send: {action: ask}}}]
populations:
  readers: {targets: [http], requests: [only], load: [{constant: {rate: 20/s, for: 1s}}]}
  talkers: {targets: [chat], requests: [ask], load: [{constant: {rate: 10/s, for: 1s}}]}
websocket: {connections: 2}
`)
	if web, chat := run.Document.Targets[0].Requests, run.Document.Targets[1].Requests; web != 20 || chat != 10 || all.Doors[1].Sockets.MessagesIn != 10 {
		t.Errorf("%d requests and %d messages, truth %+v", web, chat, all.Doors[1].Sockets)
	}
}
