package doors

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"tollgate/targets"
)

// asksForSocket says whether a request asks for WebSocket.
func asksForSocket(r *http.Request) bool {
	return strings.EqualFold(r.Header.Get("Upgrade"), "websocket")
}

// A tunnel passes handshakes of WebSocket on to an instance of a load balancer. Where the
// instance agrees, the two connections are one from then on, until one side ends it or
// nothing comes for as long as the idle timeout. A function gets no WebSocket, and neither
// does what is behind an API.
// Source: Application Load Balancer user guide, "Listeners for your Application Load
// Balancers", WebSockets.
type tunnel struct {
	door      *door
	transport http.RoundTripper
	open      sync.WaitGroup
}

func (t *tunnel) pass(x *exchange, url string) bool {
	r, err := http.NewRequestWithContext(t.door.life, x.request.Method, withQuery(url, x.request.URL.RawQuery), nil)
	if err != nil {
		return x.fail(targets.FaultNetwork)
	}
	for name, values := range x.request.Header {
		if !hopByHop[name] || name == "Upgrade" {
			r.Header[name] = values
		}
	}
	r.Header.Set("Connection", "Upgrade")
	if t.door.kind.forwards != nil {
		t.door.kind.forwards(t.door, x, r)
	}
	got, err := t.transport.RoundTrip(r)
	x.integration = time.Since(x.ready)
	if err != nil {
		return x.fail(targets.FaultNetwork)
	}
	instance, agreed := got.Body.(io.ReadWriteCloser)
	if got.StatusCode != http.StatusSwitchingProtocols || !agreed {
		defer got.Body.Close()
		body, _ := io.ReadAll(io.LimitReader(got.Body, largestBody)) // what came of it
		x.response = t.door.passOn(got, body)
		return false
	}
	x.response = &response{status: got.StatusCode}
	x.send = func(w http.ResponseWriter) { t.join(w, got.Header, instance) }
	return false
}

// join answers a handshake, and copies what either side sends to the other.
func (t *tunnel) join(w http.ResponseWriter, head http.Header, instance io.ReadWriteCloser) {
	t.open.Add(1)
	defer t.open.Done()
	defer instance.Close()
	conn, buffered, err := http.NewResponseController(w).Hijack()
	if err != nil { // over HTTP/2, which has another handshake
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	defer conn.Close()
	var text strings.Builder
	text.WriteString("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n")
	_ = head.WriteSubset(&text, map[string]bool{"Connection": true, "Upgrade": true})
	text.WriteString("\r\n")
	if _, err := conn.Write([]byte(text.String())); err != nil {
		return
	}
	ended := make(chan struct{})
	go func() { // the set may close meanwhile
		select {
		case <-t.door.life.Done():
		case <-ended:
		}
		_ = conn.Close()
		_ = instance.Close()
	}()
	client := idling{conn, time.Duration(t.door.config.Idle), buffered.Reader}
	var both sync.WaitGroup
	var once sync.Once
	over := func() { once.Do(func() { close(ended) }) }
	both.Go(func() { defer over(); _, _ = io.Copy(instance, client) })
	both.Go(func() { defer over(); _, _ = io.Copy(client, instance) })
	both.Wait()
}

// An idling connection ends when nothing has come or gone for as long as it may rest.
type idling struct {
	net.Conn
	rest time.Duration
	read *bufio.Reader
}

func (c idling) Read(b []byte) (int, error) {
	_ = c.SetDeadline(time.Now().Add(c.rest))
	return c.read.Read(b)
}

func (c idling) Write(b []byte) (int, error) {
	_ = c.SetDeadline(time.Now().Add(c.rest))
	return c.Conn.Write(b)
}

func withQuery(url, query string) string {
	if query == "" {
		return url
	}
	return url + "?" + query
}
