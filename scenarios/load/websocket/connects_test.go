package websocket

import (
	"io"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	xws "golang.org/x/net/websocket"

	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/scenarios/load"
	"tollgate/targets"
)

// Every third handshake is refused as API Gateway does it.
func TestHandshakesAreRequests(t *testing.T) {
	var asked atomic.Int64
	refused := targets.WebSocketAPI.Errors[targets.FaultThrottled]
	echo := xws.Server{Handler: echoAll}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if asked.Add(1)%3 == 0 {
			w.Header().Set("x-amzn-ErrorType", refused.ErrorType)
			w.WriteHeader(refused.Status)
			_, _ = io.WriteString(w, refused.Body)
			return
		}
		echo.ServeHTTP(w, r)
	}))
	defer s.Close()
	r := messagesTo(s.URL, scenarios.Reply{}, "x")
	r.job.Targets[0].Kind, r.job.Marks = &targets.WebSocketAPI, &scenarios.Marks{}
	e, err := Connects(r.job)
	if err != nil {
		t.Fatal(err)
	}
	r.run(t, e, every(2*time.Millisecond, 60))
	if err := e.Close(); err != nil {
		t.Error(err)
	}
	counts := map[int]int{}
	for _, s := range r.sorted() {
		counts[s.Code]++
		if good := s.Code == switched; good != (s.Outcome() == results.OK) || good == (s.Mark.Fault == targets.FaultThrottled) || s.Service <= 0 || s.Sent < s.Begun || s.Begun < s.Due {
			t.Errorf("%+v", s)
		}
	}
	if counts[switched] != 40 || counts[http.StatusTooManyRequests] != 20 || asked.Load() != 60 {
		t.Errorf("%v of %d handshakes", counts, asked.Load())
	}
	if d, counted := e.(load.SocketCounter).Sockets(0); !counted || d.Opened != 40 || d.Failed != 20 || d.Open != 0 {
		t.Errorf("%+v", d)
	}
}

func TestHandshakesThatGetNoAnswerAreErrors(t *testing.T) {
	s := httptest.NewServer(nil)
	s.Close()
	r := messagesTo(s.URL, scenarios.Reply{}, "x")
	e, err := Connects(r.job)
	if err != nil {
		t.Fatal(err)
	}
	r.run(t, e, every(time.Millisecond, 3))
	for _, s := range r.sorted() {
		if s.Err != results.ErrRefused || s.Code != 0 {
			t.Errorf("%+v", s)
		}
	}
	if err := e.Run(t.Context(), scenarios.Turn{Load: scenarios.Users{N: 1}}, 0); err == nil {
		t.Error("users open connections")
	}
	if err := e.Close(); err != nil {
		t.Error(err)
	}
}
