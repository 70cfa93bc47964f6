package websocket

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

	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/targets"
)

func TestMessagesAreSentWhenTheyAreDueAndHaveTheirReplies(t *testing.T) {
	t.Parallel()
	r := messageRig(t, echoAll, scenarios.Reply{}, `{"n": 1}`)
	e := r.open(t)
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
	for i, s := range r.drive(t, every(10*time.Millisecond, 10)) {
		if s.Err != results.ErrNone || s.Lag() > stall/2 || s.Response() < stall-time.Duration(i+2)*10*time.Millisecond-50*time.Millisecond {
			t.Errorf("message %d: %v, lag %v, response time %v", i, s.Err, s.Lag(), s.Response())
		}
	}
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
	e := r.open(t)
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
	for _, s := range r.drive(t, every(time.Millisecond, 3)) {
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
	e := r.open(t)
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

func TestAMessageOnAConnectionThatEndsFails(t *testing.T) {
	t.Parallel()
	r := messageRig(t, func(c *xws.Conn) {
		_, _ = heard(c)
		_ = c.WriteClose(1011)
	}, scenarios.Reply{}, "x")
	s := r.drive(t, every(time.Millisecond, 1))
	if len(s) != 1 || s[0].Err != results.ErrReset || s[0].Excerpt == nil || !strings.Contains(s[0].Excerpt.Detail, "1011") {
		t.Errorf("%+v, %+v", s, s[0].Excerpt)
	}
}

func TestEachUserHasAConnection(t *testing.T) {
	t.Parallel()
	var open atomic.Int64
	r := messageRig(t, func(c *xws.Conn) { open.Add(1); echoAll(c) }, scenarios.Reply{}, "x")
	r.job.Options.Connections = 0
	e := r.open(t)
	until(t, func() bool { // a busy machine may take longer than a turn to open them
		r.run(t, e, closed(7, 100*time.Millisecond, 10*time.Millisecond))
		return len(r.sorted()) > 7
	})
	r.run(t, e, closed(7, 50*time.Millisecond, 10*time.Millisecond)) // the same ones
	s := r.sorted()
	if d := counts(t, e); open.Load() != 7 || d.Opened != 7 || len(s) < 7 || int64(len(s)) != d.Received {
		t.Errorf("%d connections, %d samples, %+v", open.Load(), len(s), d)
	}
}

// A status code that is good for a request opens no connection.
func TestAHandshakeIsNotAnsweredByAnotherGoodStatus(t *testing.T) {
	for _, status := range []int{200, 302} {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }))
		t.Cleanup(s.Close)
		all := messagesTo(s.URL, scenarios.Reply{None: true}, "x").drive(t, every(time.Millisecond, 1))
		if len(all) != 1 || all[0].Code != status || all[0].Outcome() != results.Unexpected || all[0].Check != "want 101" || all[0].Excerpt == nil {
			t.Errorf("%+v", all)
		}
	}
}

func TestAHandshakeThatIsRefusedIsTheAnswer(t *testing.T) {
	t.Parallel()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "no entry", http.StatusForbidden)
	}))
	t.Cleanup(s.Close)
	r := messagesTo(s.URL, scenarios.Reply{}, "x")
	all := r.drive(t, every(time.Millisecond, 1))
	if note := r.noted(); !strings.Contains(note, "no connection could be opened before the load") || !strings.Contains(note, "403 Forbidden") {
		t.Errorf("opening the connections beforehand: %q", note)
	}
	if len(all) != 1 || all[0].Code != 403 || all[0].Outcome() != results.ClientError || all[0].Excerpt == nil || !strings.Contains(all[0].Excerpt.Body, "no entry") {
		t.Errorf("%+v", all)
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
	for _, s := range r.drive(t, every(time.Millisecond, 3)) {
		if s.Err != results.ErrTimeout || s.Sent+s.Service-s.Begun < 25*time.Millisecond {
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
	s := r.drive(t, every(time.Millisecond, 1))
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
	e := r.open(t)
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
	e := r.open(t)
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
