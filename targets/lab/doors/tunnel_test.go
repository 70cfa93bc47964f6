package doors

import (
	"bufio"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// echo is a server that agrees to WebSocket, whatever the path, unless it is /plain, and sends
// back each line.
func echo(t *testing.T) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Upgrade") != "websocket" || r.URL.Path == "/plain" {
			http.Error(w, "no WebSocket here", http.StatusUpgradeRequired)
			return
		}
		conn, buffered, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer conn.Close()
		_, _ = io.WriteString(conn, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: "+r.Header.Get("Sec-WebSocket-Key")+r.URL.RawQuery+"\r\n\r\n")
		for {
			line, err := buffered.ReadString('\n')
			if err != nil {
				return
			}
			_, _ = io.WriteString(conn, "echo "+line)
		}
	}))
	t.Cleanup(s.Close)
	return s
}

func handshake(t *testing.T, url string) *http.Response {
	t.Helper()
	r, err := http.NewRequest(http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range map[string]string{"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Key": "key", "Sec-WebSocket-Version": "13"} {
		r.Header.Set(name, value)
	}
	got, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = got.Body.Close() })
	return got
}

// The instances of a load balancer get WebSocket; a function, and what is behind an API, do not.
func TestALoadBalancerPassesWebSocketToItsInstances(t *testing.T) {
	server := echo(t)
	fast := &LogNormal{Median: Duration(20 * time.Microsecond)}
	quick := &Function{Init: fast, Warm: fast}
	s, err := Start(Config{Doors: []DoorConfig{
		{Kind: "alb", Function: quick, Rules: []Rule{{Path: "/chat*", Targets: []string{server.URL}}, {Path: "/plain", Targets: []string{server.URL}}}},
		{Kind: "rest-api", Function: quick, Routes: []Route{{Path: "/chat", Integration: &Integration{Type: "http", URL: server.URL}}}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	balancer, rest := s.Doors()[0], s.Doors()[1]
	for url, want := range map[string]int{balancer.URL + "/chat?x=1": 101, balancer.URL + "/plain": 426, balancer.URL + "/": 400, rest.URL + "/chat": 426} {
		if got := handshake(t, url); got.StatusCode != want {
			t.Errorf("%s: %d, want %d", url, got.StatusCode, want)
		}
	}
	got := handshake(t, balancer.URL+"/chat?x=1")
	if accept := got.Header.Get("Sec-WebSocket-Accept"); accept != "keyx=1" || got.Header.Get("Upgrade") != "websocket" {
		t.Fatalf("the handshake is %v", got.Header)
	}
	conn := got.Body.(io.ReadWriteCloser)
	lines := bufio.NewReader(conn)
	for _, text := range []string{"one\n", strings.Repeat("x", 100_000) + "\n"} {
		if _, err := io.WriteString(conn, text); err != nil {
			t.Fatal(err)
		}
		if back, err := lines.ReadString('\n'); err != nil || back != "echo "+text {
			t.Fatalf("%d bytes came back, %v", len(back), err)
		}
	}
	if truth := truthOf(s, balancer.Name); truth.Status["101"] != 2 || truth.Invocations != 0 || truth.BytesIn < 100_000 {
		t.Errorf("the truth is %+v", truth)
	}
	if err := s.Close(); err != nil { // which ends the connection
		t.Error(err)
	}
	if _, err := lines.ReadString('\n'); err == nil {
		t.Error("the connection goes on after the lab")
	}
}
