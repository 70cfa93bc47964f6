package websocket

import (
	"bufio"
	"errors"
	"net"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/targets/websocket"
)

func TestBinaryMessagesAreBinary(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var got []string
	s := serveSockets(t, func(p *peer) {
		for {
			m, ok := p.hear()
			if !ok {
				return
			}
			mu.Lock()
			got = append(got, string(m.Payload))
			mu.Unlock()
			if m.Opcode != websocket.Binary {
				t.Errorf("%v", m.Opcode)
			}
			p.say(m.Opcode, string(m.Payload))
		}
	}, nil)
	r := messagesTo(s.URL, scenarios.Reply{}, "\x00\x01\xff")
	r.job.Requests[0].Socket.Binary = true
	e := r.open(t)
	r.run(t, e, every(time.Millisecond, 3))
	if d := counts(t, e); d.BinarySent != 3 || d.BinaryReceived != 3 || !slices.Equal(got, slices.Repeat([]string{"\x00\x01\xff"}, 3)) {
		t.Errorf("%q, %+v", got, d)
	}
}

// Both ends compress, and what is counted is not compressed.
func TestMessagesAreCompressedWhereTheServerAgrees(t *testing.T) {
	t.Parallel()
	body := strings.Repeat("tollgate ", 1000)
	for _, agrees := range []bool{true, false} {
		answer := map[string][]string{}
		if agrees {
			answer[websocket.Extensions] = []string{websocket.Offer}
		}
		r := messagesTo(serveSockets(t, mirror, answer).URL, scenarios.Reply{}, body)
		r.job.Options.Sockets.Compress = true
		e := r.open(t)
		r.run(t, e, every(time.Millisecond, 3))
		for _, s := range r.sorted() {
			if s.Err != results.ErrNone || s.Body != int64(len(body)) || (s.Out < 500) != agrees || (s.In < 500) != agrees {
				t.Errorf("agreed %v: %+v", agrees, s)
			}
		}
		d := counts(t, e)
		if (d.Compressed == 2) != agrees || d.BytesSent != 3*int64(len(body)) || d.BytesReceived != d.BytesSent || (len(r.notes) == 1) == agrees {
			t.Errorf("agreed %v: %+v, %q", agrees, d, r.notes)
		}
	}
}

// A server that agrees to an extension that was not offered fails the connection.
func TestAnExtensionThatWasNotOfferedIsRefused(t *testing.T) {
	t.Parallel()
	answer := map[string][]string{websocket.Extensions: {"permessage-deflate"}}
	for offered, want := range map[bool]string{false: "none was offered", true: "without server_no_context_takeover"} {
		r := messagesTo(serveSockets(t, mirror, answer).URL, scenarios.Reply{}, "x")
		r.job.Options.Sockets.Compress = offered
		if r.open(t); !strings.Contains(r.noted(), want) {
			t.Errorf("offered %v: %q, want %q", offered, r.noted(), want)
		}
	}
}

func TestMessagesAreSentInFramesOfTheSizeAskedFor(t *testing.T) {
	t.Parallel()
	s := serveSockets(t, func(p *peer) {
		for {
			m, ok := p.hear()
			if !ok {
				return
			}
			if heads := m.Wire - int64(len(m.Payload)); len(m.Payload) != 1000 || heads != 9*6+8 && heads != 10*6 { // 9 frames of 100 bytes and more
				t.Errorf("%d bytes in heads", heads)
			}
			p.say(m.Opcode, "ok")
		}
	}, nil)
	r := messagesTo(s.URL, scenarios.Reply{}, strings.Repeat("x", 1000))
	r.job.Options.Sockets.Frame = 100
	for _, s := range r.drive(t, every(time.Millisecond, 2)) {
		if s.Err != results.ErrNone {
			t.Errorf("%+v", s)
		}
	}
}

// A server that takes nothing while it sends is read: neither end waits for the other for
// ever. A pipe has no buffer, so every write waits for the other end.
func TestAServerThatSendsBeforeItReadsIsRead(t *testing.T) {
	t.Parallel()
	_, far, sent := overPipe(t)
	_ = far.SetDeadline(time.Now().Add(10 * time.Second))
	for range 3 {
		for _, of := range []websocket.Opcode{websocket.Text, websocket.Ping} {
			if _, err := far.Write(websocket.AppendFrames(nil, of, []byte("y"), 0, nil)); err != nil {
				t.Fatal(err)
			}
		}
	}
	from := websocket.NewReader(bufio.NewReader(far), websocket.Limits{}, true)
	for _, want := range []websocket.Opcode{websocket.Text, websocket.Pong} {
		if m, err := from.Next(); err != nil || m.Opcode != want {
			t.Fatalf("%v, %v; want %v", m.Opcode, err, want)
		}
	}
	if err := <-sent; err != nil {
		t.Error(err)
	}
}

// A server that takes nothing for too long is gone.
func TestAMessageThatIsNotTakenEndsItsConnection(t *testing.T) {
	t.Parallel()
	c, _, sent := overPipe(t)
	until(t, func() bool { return c.writes.Load() > 0 })
	c.endpoint.keepUp(c.endpoint.engine.now() + writeTimeout/2)
	select {
	case err := <-sent:
		t.Fatalf("too early: %v", err)
	default:
	}
	c.endpoint.keepUp(c.endpoint.engine.now() + 2*writeTimeout)
	if err := <-sent; !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Error(err)
	}
	until(t, c.ends)
}

// overPipe is a connection on which a message is being sent, with its far end.
func overPipe(t *testing.T) (c *conn, far net.Conn, sent chan error) {
	t.Helper()
	r := messagesTo("http://127.0.0.1:1", scenarios.Reply{None: true}, "x")
	r.job.Options.Connections = 0
	p := r.open(t).(*engine).endpoints[0]
	near, far := net.Pipe()
	t.Cleanup(func() { _ = far.Close() })
	c = &conn{endpoint: p, net: near, from: bufio.NewReader(near)}
	p.mu.Lock()
	p.open[c] = struct{}{}
	p.mu.Unlock()
	p.working.Go(c.read)
	x := (&running{endpoint: p}).exchange(nil, 0, 0, 0, 0)
	x.render()
	sent = make(chan error, 1)
	go func() { sent <- c.send(x) }()
	until(t, func() bool { c.mu.Lock(); defer c.mu.Unlock(); return c.used })
	return c, far, sent
}
