package doors

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"golang.org/x/net/websocket"
)

// A server on this machine behind routes of a WebSocket API, which greets and refuses.
func TestAServerGetsTheMessagesOfARoute(t *testing.T) {
	var mu sync.Mutex
	var got, ids []string
	status := http.StatusOK
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		mu.Lock()
		defer mu.Unlock()
		got, ids = append(got, fmt.Sprintf("%s %s %q %v", r.Method, r.URL, body, err)), append(ids, r.Header.Get("connectionId"))
		w.WriteHeader(status)
		_, _ = fmt.Fprintf(w, "hello %s", body)
	}))
	defer server.Close()
	at := func(path string) *Integration { return &Integration{Type: "http", URL: server.URL + path} }
	l := startChat(t, Sockets{Routes: []SocketRoute{
		{Key: "$connect", Integration: at("/connect")}, {Key: "$disconnect", Integration: at("/disconnect")}, {Key: "$default", Integration: at("/say"), TwoWay: true},
	}})
	c := l.open()
	if err := websocket.Message.Send(c, "you"); err != nil {
		t.Fatal(err)
	}
	var answer string
	if err := websocket.Message.Receive(c, &answer); err != nil || answer != "hello you" {
		t.Errorf("%q, %v", answer, err)
	}
	_ = c.Close()
	want := []string{`POST /connect "" <nil>`, `POST /say "you" <nil>`, `POST /disconnect "" <nil>`}
	var seen []string
	for end := time.Now().Add(5 * time.Second); len(seen) < len(want) && time.Now().Before(end); {
		time.Sleep(5 * time.Millisecond) // the connection's end has no other sign here
		mu.Lock()
		seen = slices.Clone(got)
		mu.Unlock()
	}
	if !slices.Equal(seen, want) || ids[0] == "" || ids[1] != ids[0] || ids[2] != ids[0] {
		t.Errorf("%q of %q, want %q", seen, ids, want)
	}
	mu.Lock()
	status = http.StatusForbidden
	mu.Unlock()
	if _, err := l.dial(); err == nil || l.truth().Status["403"] != 1 {
		t.Errorf("the server refuses, and the handshake ends with %v, %v", err, l.truth().Status)
	}
	server.Close()
	if _, err := l.dial(); err == nil || l.truth().Status["502"] != 1 {
		t.Errorf("the server is gone, and the handshake ends with %v, %v", err, l.truth().Status)
	}
}
