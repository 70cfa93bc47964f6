package websocket

import (
	"strings"
	"testing"
	"time"

	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/targets"
	"tollgate/targets/lab"
)

// What the client counts is what the lab's WebSocket API counted, to the last message and
// the last unit.
func TestTheLabCountsTheSameMessages(t *testing.T) {
	t.Parallel()
	at := lab.LogNormal{Median: lab.Duration(time.Millisecond)}
	l, err := lab.Start(lab.Config{
		Function: lab.Function{Init: &at, Warm: &at}, Doors: []lab.DoorConfig{{Kind: targets.WebSocketAPI.Name, Overhead: &at}},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	target, err := l.Doors()[0].Target()
	if err != nil {
		t.Fatal(err)
	}
	r := messagesTo(target.URL.String(), scenarios.Reply{}, "")
	r.job.Targets[0] = target
	r.job.Requests[0].Body = []byte(`{"pad":"` + strings.Repeat("x", 40_000) + `"}`) // two units, in two frames
	r.job.Requests = append(r.job.Requests, r.job.Requests[0])
	r.job.Requests[1].Name, r.job.Requests[1].Body, r.job.Requests[1].Socket = "say", []byte(`{"action":"sendMessage","data":"hi"}`), &scenarios.SocketStep{Reply: scenarios.Reply{None: true}}
	r.job.Pick = func(seq uint64) uint16 { return uint16(seq % 2) }
	r.job.Options.Connections = 5
	e := r.open(t)
	r.run(t, e, every(5*time.Millisecond, 40))
	var d results.SocketDoc
	var s lab.SocketTruth
	for end := time.Now().Add(5 * time.Second); time.Now().Before(end); time.Sleep(5 * time.Millisecond) { // pushes follow, and nothing says when the last one is there
		if d, s = counts(t, e), *l.Truth().Doors[0].Sockets; d.Pushes == 100 {
			break
		}
	}
	if d.Opened != s.Opened || d.Sent != s.MessagesIn || d.Received != s.MessagesOut || d.UnitsSent != s.UnitsIn || d.UnitsReceived != s.UnitsOut || d.Pushes != s.Pushed {
		t.Errorf("the client counts %+v, the lab %+v", d, s)
	}
	if d.Sent != 40 || d.UnitsSent != 60 || d.Received != 120 || d.UnitsReceived != 140 || d.Pushes != 100 {
		t.Errorf("%+v", d)
	}
	// Five of them for at least as long as there were messages. The lab counts from before its
	// response to the handshake, and was asked last.
	if lived := s.ConnectedMS / 1000; d.ConnectedS < 5*39*0.005 || d.ConnectedS > 1.01*lived {
		t.Errorf("connected for %v s, and as the lab counts for %v s", d.ConnectedS, lived)
	}
	for _, one := range r.sorted() {
		if one.Err != results.ErrNone {
			t.Errorf("message %d: %v", one.Seq, one.Err)
		}
	}
}
