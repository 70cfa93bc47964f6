package engines

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	xws "golang.org/x/net/websocket"

	"tollgate/pricing/document"
	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/scenarios/check"
	"tollgate/scenarios/load"
	"tollgate/scenarios/load/websocket"
	"tollgate/targets"
	"tollgate/targets/lab"
)

// messageRig drives messages at a server of golang.org/x/net/websocket.
func messageRig(t *testing.T, serve func(*xws.Conn), reply scenarios.Reply, body string) *rig {
	t.Helper()
	s := httptest.NewServer(xws.Server{Handler: serve}) // xws.Handler would ask for an Origin
	t.Cleanup(s.Close)
	return messagesTo(s.URL, reply, body)
}

func messagesTo(url string, reply scenarios.Reply, body string) *rig {
	r := newRig(url)
	r.job.Targets[0].Kind = &targets.Origin
	r.job.Requests = []scenarios.Request{{Name: "say", Method: "GET", Timeout: 5 * time.Second, Body: []byte(body), Reply: &reply, Header: targets.Header{"Content-Type": {"application/json"}}}}
	r.job.Options.Connections = 2
	r.job.Options.Sockets = &scenarios.Sockets{Ramp: scenarios.PerSecond(1000), Reconnect: scenarios.Backoff{First: time.Millisecond, Most: 10 * time.Millisecond}, Header: targets.Header{}}
	return r
}

func heard(c *xws.Conn) (text string, ok bool) {
	return text, xws.Message.Receive(c, &text) == nil
}

func told(c *xws.Conn, text string) { _ = xws.Message.Send(c, text) }

func echoAll(c *xws.Conn) {
	for {
		text, ok := heard(c)
		if !ok {
			return
		}
		told(c, text)
	}
}

func counts(t *testing.T, e load.Engine) results.SocketDoc {
	t.Helper()
	d, ok := e.(load.SocketCounter).Sockets(0)
	if !ok {
		t.Fatal("nothing is counted")
	}
	return d
}

func TestMessagesAreSentWhenTheyAreDueAndHaveTheirReplies(t *testing.T) {
	t.Parallel()
	r := messageRig(t, echoAll, scenarios.Reply{}, `{"n": 1}`)
	e := r.open(t, websocket.Kind)
	r.run(t, e, every(2*time.Millisecond, 50))
	s := r.sorted()
	if len(s) != 50 {
		t.Fatalf("%d samples", len(s))
	}
	for i := range s {
		if s[i].Err != results.ErrNone || s[i].Code != 101 || s[i].Protocol != results.WebSocket || s[i].Outcome() != results.OK ||
			s[i].Out != 8+6 || s[i].In != 8+2 || s[i].Body != 8 || s[i].Service <= 0 || s[i].Sent < s[i].Begun || s[i].Begun < s[i].Due {
			t.Fatalf("message %d: %+v", i, s[i])
		}
	}
	if d := counts(t, e); d.Opened != 2 || d.Open != 2 || d.Sent != 50 || d.Received != 50 || d.Pushes != 0 || d.UnitsSent != 50 || d.BytesReceived != 400 || d.Connect == nil || d.ConnectedS <= 0 {
		t.Errorf("%+v", d)
	}
}

// A server that answers late does not hold messages back.
func TestMessagesDoNotWaitForEarlierReplies(t *testing.T) {
	t.Parallel()
	const stall = 200 * time.Millisecond
	r := messageRig(t, func(c *xws.Conn) {
		time.Sleep(stall) // the stall under test
		echoAll(c)
	}, scenarios.Reply{}, "x")
	r.job.Options.Connections = 1
	for i, s := range r.drive(t, websocket.Kind, every(10*time.Millisecond, 10)) {
		if s.Err != results.ErrNone || s.Lag() > stall/2 || s.Response() < stall-time.Duration(i+2)*10*time.Millisecond-50*time.Millisecond {
			t.Errorf("message %d: %v, lag %v, response time %v", i, s.Err, s.Lag(), s.Response())
		}
	}
}

func pathTo(t *testing.T, source string) *check.Path {
	t.Helper()
	d := document.Open("x.yaml", []byte("match: "+source+"\n"), document.Options{})
	p := check.ReadPath(d.Value().Fields().Get("match"), source)
	if d.Err() != nil || p == nil {
		t.Fatal(d.Err())
	}
	return p
}

// Replies in another order, with pushes in between, find their messages.
func TestARepliesMessageIsFoundByAValueOfBoth(t *testing.T) {
	t.Parallel()
	const n = 10
	r := messageRig(t, func(c *xws.Conn) {
		var all []string
		for range n {
			text, ok := heard(c)
			if !ok {
				return
			}
			all = append(all, text)
			told(c, `{"news": true}`)
		}
		for i := range all {
			told(c, strings.Replace(all[n-1-i], "{", fmt.Sprintf(`{"place": %d, `, i), 1))
		}
		echoAll(c)
	}, scenarios.Reply{Match: pathTo(t, "$.id")}, `{"id": "${uuid}"}`)
	r.job.Options.Connections = 1
	r.job.Requests[0].Expect = expecting(t, "body: {json: {$.place: {type: integer}}}")
	e := r.open(t, websocket.Kind)
	r.run(t, e, every(5*time.Millisecond, n))
	s := r.sorted()
	slices.SortFunc(s, func(a, b results.Sample) int { return cmp.Compare(a.Sent, b.Sent) }) // as the server got them
	for i := 1; i < len(s); i++ {
		if s[i].Err != results.ErrNone || s[i].Sent+s[i].Service > s[i-1].Sent+s[i-1].Service {
			t.Errorf("message %d: %v, ended after the one before it", i, s[i].Err)
		}
	}
	if d := counts(t, e); len(s) != n || d.Pushes != n || d.Received != 2*n {
		t.Errorf("%d samples, %+v", len(s), d)
	}
}

func TestAMessageWithoutAReplyEndsWhenItIsSent(t *testing.T) {
	t.Parallel()
	got := make(chan string, 10)
	r := messageRig(t, func(c *xws.Conn) {
		for {
			text, ok := heard(c)
			if !ok {
				return
			}
			got <- text
		}
	}, scenarios.Reply{None: true}, `${key}`)
	r.job.Requests[0].Keys = &scenarios.Keys{Count: 1}
	for _, s := range r.drive(t, websocket.Kind, every(time.Millisecond, 3)) {
		if s.Err != results.ErrNone || s.In != 0 {
			t.Errorf("%+v", s)
		}
		if text := <-got; text != "1" {
			t.Errorf("the server got %q", text)
		}
	}
}

// A message on a connection that is about to end fails; the others do not.
func TestAConnectionThatEndsIsOpenedAgain(t *testing.T) {
	t.Parallel()
	r := messageRig(t, func(c *xws.Conn) {
		if text, ok := heard(c); ok {
			told(c, text)
		}
		_ = c.WriteClose(1001) // after one message each
	}, scenarios.Reply{}, "x")
	r.job.Options.Connections = 1
	e := r.open(t, websocket.Kind)
	until(t, func() bool {
		r.run(t, e, every(20*time.Millisecond, 3))
		d := counts(t, e)
		return d.Opened >= 5 && d.Reopened >= 4 && d.Closed["1001"] >= 4
	})
	good := 0
	for _, s := range r.sorted() {
		if s.Err != results.ErrNone && s.Err != results.ErrReset {
			t.Errorf("message %d: %v", s.Seq, s.Err)
		}
		if s.Err == results.ErrNone {
			good++
		}
	}
	if d := counts(t, e); int64(good) != d.Received || good < 4 {
		t.Errorf("%d messages had a reply: %+v", good, d)
	}
}

// until repeats what a busy machine may do late.
func until(t *testing.T, done func() bool) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); !done(); {
		if time.Now().After(end) {
			t.Fatal("it does not happen")
		}
	}
}

func TestAMessageOnAConnectionThatEndsFails(t *testing.T) {
	t.Parallel()
	r := messageRig(t, func(c *xws.Conn) {
		_, _ = heard(c)
		_ = c.WriteClose(1011)
	}, scenarios.Reply{}, "x")
	s := r.drive(t, websocket.Kind, every(time.Millisecond, 1))
	if len(s) != 1 || s[0].Err != results.ErrReset || s[0].Excerpt == nil || !strings.Contains(s[0].Excerpt.Detail, "1011") {
		t.Errorf("%+v, %+v", s, s[0].Excerpt)
	}
}

func TestEachUserHasAConnection(t *testing.T) {
	t.Parallel()
	var open atomic.Int64
	r := messageRig(t, func(c *xws.Conn) { open.Add(1); echoAll(c) }, scenarios.Reply{}, "x")
	r.job.Options.Connections = 0
	e := r.open(t, websocket.Kind)
	r.run(t, e, closed(7, 100*time.Millisecond, 10*time.Millisecond))
	r.run(t, e, closed(7, 50*time.Millisecond, 10*time.Millisecond)) // the same ones
	s := r.sorted()
	if d := counts(t, e); open.Load() != 7 || d.Opened != 7 || len(s) < 7 || int64(len(s)) != d.Received {
		t.Errorf("%d connections, %d samples, %+v", open.Load(), len(s), d)
	}
}

func TestAHandshakeThatIsRefusedIsTheAnswer(t *testing.T) {
	t.Parallel()
	r := messagesTo(serve(t, func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "no entry", http.StatusForbidden)
	}).URL, scenarios.Reply{}, "x")
	if e, err := websocket.Kind.Open(r.job); err == nil || !strings.Contains(err.Error(), "403 Forbidden") {
		t.Errorf("opening the connections beforehand: %v, %v", e, err)
	}
	r.job.Options.Connections = 0
	s := r.drive(t, websocket.Kind, every(time.Millisecond, 1))
	if len(s) != 1 || s[0].Code != 403 || s[0].Outcome() != results.ClientError || s[0].Excerpt == nil || !strings.Contains(s[0].Excerpt.Body, "no entry") {
		t.Errorf("%+v", s)
	}
}

func TestAMessageWithoutItsReplyTimesOut(t *testing.T) {
	t.Parallel()
	r := messageRig(t, func(c *xws.Conn) {
		for ok := true; ok; {
			_, ok = heard(c)
		}
	}, scenarios.Reply{}, "x")
	r.job.Requests[0].Timeout = 30 * time.Millisecond
	for _, s := range r.drive(t, websocket.Kind, every(time.Millisecond, 3)) {
		if s.Err != results.ErrTimeout || s.Service < 20*time.Millisecond {
			t.Errorf("%+v", s)
		}
	}
}

// What tells a client of a fault at a WebSocket API has the status code of that fault.
func TestAFaultThatTheFrontDoorTellsHasAStatusCode(t *testing.T) {
	t.Parallel()
	r := messageRig(t, func(c *xws.Conn) {
		for {
			if _, ok := heard(c); !ok {
				return
			}
			told(c, `{"message": "Internal server error", "connectionId":"NQA1qcRXoAMCHpg=", "requestId":"NQA2HeBOIAMCHpg="}`)
		}
	}, scenarios.Reply{Match: pathTo(t, "$.id")}, `{"id": 1}`)
	r.job.Targets[0].Kind = &targets.WebSocketAPI
	s := r.drive(t, websocket.Kind, every(time.Millisecond, 1))
	if len(s) != 1 || s[0].Code != 500 || s[0].Outcome() != results.ServerError {
		t.Errorf("%+v", s)
	}
}

func TestMessagesUnderWayEndWithTheRun(t *testing.T) {
	t.Parallel()
	r := messageRig(t, func(c *xws.Conn) {
		for ok := true; ok; {
			_, ok = heard(c)
		}
	}, scenarios.Reply{}, "x")
	e := r.open(t, websocket.Kind)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := e.Run(ctx, every(time.Millisecond, 10_000), time.Since(r.job.Epoch)); err != nil {
		t.Fatal(err)
	}
	for _, s := range r.sorted() {
		if s.Err != results.ErrCancelled {
			t.Fatalf("%+v", s)
		}
	}
}

func TestALifetimeEndsConnectionsBetweenMessages(t *testing.T) {
	t.Parallel()
	r := messageRig(t, echoAll, scenarios.Reply{}, "x")
	r.job.Options.Sockets.Lifetime, r.job.Options.Sockets.Ping = 100*time.Millisecond, 20*time.Millisecond
	e := r.open(t, websocket.Kind)
	until(t, func() bool {
		r.run(t, e, every(5*time.Millisecond, 10))
		d := counts(t, e)
		return d.Closed["1000"] >= 2 && d.Reopened >= 2
	})
	for _, s := range r.sorted() {
		if s.Err != results.ErrNone {
			t.Errorf("message %d: %v, %+v", s.Seq, s.Err, s.Excerpt)
		}
	}
}

func TestEnginesOfRequestsAndOfMessagesAreChosenByWhatIsSent(t *testing.T) {
	target := []targets.Target{{Name: "a"}}
	if c, err := All.Choose(scenarios.Engine{Sockets: &scenarios.Sockets{}}, target); err != nil || c[0].Name != "websocket" {
		t.Errorf("%v, %v", c, err)
	}
	if c, err := All.Choose(scenarios.Engine{}, target); err != nil || c[0].Name == "websocket" {
		t.Errorf("%v, %v", c, err)
	}
	if _, err := All.Choose(scenarios.Engine{Use: "vegeta", Sockets: &scenarios.Sockets{}}, target); err == nil {
		t.Error("engine vegeta sends messages")
	}
}

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
	r.job.Requests[1].Name, r.job.Requests[1].Body, r.job.Requests[1].Reply = "say", []byte(`{"action":"sendMessage","data":"hi"}`), &scenarios.Reply{None: true}
	r.job.Pick = func(seq uint64) uint16 { return uint16(seq % 2) }
	r.job.Options.Connections = 5
	e := r.open(t, websocket.Kind)
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
