package session

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/targets/lab"
	"tollgate/targets/targettest"
)

// socketRun asks a probe of a WebSocket API of the lab.
func socketRun(t *testing.T, config lab.Sockets, requests, probe string) (Config, *lab.Lab) {
	t.Helper()
	l, doors := targettest.StartLab(t, lab.Config{Seed: 4, Doors: []lab.DoorConfig{{Kind: "websocket-api", Sockets: &config}}})
	text := "name: live\ntargets: {chat: {kind: websocket-api, region: us-east-1, url: \"" + doors[0].URL.String() + "\"}}\nrequests:\n" + requests + "probes:\n  - " + probe + "\n"
	s, err := scenarios.Parse("live.yaml", []byte(text), func(string) (string, bool) { return "", false })
	if err != nil {
		t.Fatal(err)
	}
	return Config{Scenario: s, Out: t.TempDir()}, l
}

// The lab ends connections where its limits say, and what the run counted of them is what
// happened.
func TestTheLifeOfTheLabsConnectionsIsFound(t *testing.T) {
	t.Parallel()
	const idle, life = 0.3, 1.2
	var failed string
	for range 3 { // a busy machine is late, and a message may meet the end of its connection
		c, l := socketRun(t, lab.Sockets{Idle: lab.Duration(idle * float64(time.Second)), Life: lab.Duration(life * float64(time.Second))},
			"  - {name: ask, send: {action: ask}}\n", "connection-life: {idle: 400ms, lifetime: 1500ms, connections: 4}")
		run, err := Run(t.Context(), c)
		if run == nil || len(run.Findings) != 1 {
			t.Fatal(err)
		}
		f := run.Findings[0]
		v, w := f.Values["idle_timeout"], f.Values["lifetime"]
		if failed = ""; v.Low == nil || w.Low == nil || *v.Low > idle || *v.High < idle || *w.Low > life || *w.High < life {
			failed = f.Conclusion
			continue
		}
		doc := &run.Document.Targets[0]
		truth, seen, tried := l.Truth().Doors[0].Sockets, doc.AllSockets(), doc.TrialSockets
		if doc.Sockets != nil || tried == nil || tried.Opened != 1 || tried.Sent != 1 || seen.Opened != truth.Opened || seen.Sent != truth.MessagesIn || seen.Received != truth.MessagesOut {
			failed = fmt.Sprintf("%+v, truth %+v", seen, truth)
			continue
		}
		break
	}
	if failed != "" {
		t.Error(failed)
	}
}

// Everyone gets each message of the lab's chat, the sender included.
func TestAFanOutInTheLabReachesEveryone(t *testing.T) {
	t.Parallel()
	const receivers, messages = 10, 20
	c, l := socketRun(t, lab.Sockets{}, "  - {name: say, send: {action: sendMessage, data: \"${uuid}\"}, reply: none}\n", "fan-out: {receivers: 10, messages: 20, rate: 200/s}")
	run, err := Run(t.Context(), c)
	if run == nil || len(run.Findings) != 1 {
		t.Fatal(err)
	}
	// Counts alone: whether the times can be relied upon is for the machine to say.
	seen, truth := run.Document.Targets[0].ProbeSockets, l.Truth().Doors[0].Sockets
	if seen.Opened != receivers+1 || seen.Sent != messages {
		t.Errorf("%+v", seen)
	}
	if of := int64((receivers + 1) * messages); seen.Received != of || truth.MessagesOut-of > 1 { // one of the trial
		t.Errorf("%d pushes were seen, and %d were sent, of %d", seen.Received, truth.MessagesOut, of)
	}
}

// A server that refuses all connections is a result, which is kept, and not a run that could
// not be made.
func TestARunWithoutAConnectionIsKept(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.NotFoundHandler())
	defer server.Close()
	s, err := scenarios.Parse("closed.yaml", []byte("name: closed\ntargets: {a: {kind: origin, url: \"ws"+strings.TrimPrefix(server.URL, "http")+"\"}}\nrequests: [{name: m, send: hello}]\nwebsocket: {connections: 2}\nload: [{constant: {rate: 20/s, for: 1s}}]\nthresholds: [error_share < 1%]\n"), func(string) (string, bool) { return "", false })
	if err != nil {
		t.Fatal(err)
	}
	s.Trial = scenarios.TrialNone
	run, err := Run(t.Context(), Config{Scenario: s, Out: t.TempDir()})
	if run == nil || ReasonOf(err) != Failed {
		t.Fatalf("%v, %v", run, err)
	}
	if d := run.Document; d.Result != results.Fail || d.Targets[0].Sockets == nil || d.Targets[0].Sockets.Failed < 2 || d.Targets[0].Sockets.Opened != 0 {
		t.Errorf("%s, %+v", d.Result, d.Targets[0].Sockets)
	}
}
