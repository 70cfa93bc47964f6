package websocket

import (
	"bufio"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/scenarios/load"
	"tollgate/targets/websocket"
)

// A misbehaving server does on each connection, and at each message, what it draws.
type misbehaving struct {
	listener net.Listener
	said     atomic.Int64 // messages, before the client could know
	stop     chan struct{}
	working  sync.WaitGroup

	mu  sync.Mutex
	rng *rand.Rand
}

func startMisbehaving(t *testing.T, seed uint64) *misbehaving {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &misbehaving{listener: l, stop: make(chan struct{}), rng: rand.New(rand.NewPCG(seed, 1))}
	s.working.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			s.working.Go(func() {
				defer c.Close()
				s.serve(c.(*net.TCPConn))
			})
		}
	})
	return s
}

func (s *misbehaving) close() {
	close(s.stop)
	_ = s.listener.Close()
	s.working.Wait()
}

// draw is a number below n.
func (s *misbehaving) draw(n int) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.rng.IntN(n)
}

// rest waits up to so long, or until the server ends.
func (s *misbehaving) rest(most time.Duration) {
	select {
	case <-time.After(time.Duration(s.draw(int(most)))):
	case <-s.stop:
	}
}

// serve shakes hands, well most of the time.
func (s *misbehaving) serve(c *net.TCPConn) {
	_ = c.SetDeadline(time.Now().Add(3 * time.Second))
	from := bufio.NewReader(c)
	key, packs := "", false
	for line := ""; line != "\r\n"; {
		var err error
		if line, err = from.ReadString('\n'); err != nil {
			return
		}
		name, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
		if strings.EqualFold(name, "Sec-WebSocket-Key") {
			key = value
		}
		packs = packs || strings.EqualFold(name, websocket.Extensions)
	}
	answer := "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " + websocket.Accept(key) + "\r\n"
	if packs = packs && s.draw(2) == 0; packs {
		answer += websocket.Extensions + ": " + websocket.Offer + "\r\n"
	}
	answer += "\r\n"
	switch s.draw(14) {
	case 0:
		return
	case 1:
		answer = "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 4\r\n\r\nbusy"
	case 2:
		answer = strings.Replace(answer, "Accept: ", "Accept: x", 1)
	case 3:
		answer = answer[:s.draw(len(answer))]
	case 4:
		answer = "what?\r\n\r\n"
	case 5:
		s.rest(50 * time.Millisecond)
	}
	if _, err := io.WriteString(c, answer); err != nil || !strings.HasSuffix(answer, "\r\n\r\n") || !strings.HasPrefix(answer, "HTTP/1.1 101") {
		return
	}
	p := &peer{Reader: websocket.NewReader(from, websocket.Limits{}, true), Conn: c, pack: packs}
	p.Deflated = packs
	s.talk(p, c)
}

// talk answers messages until something goes wrong.
func (s *misbehaving) talk(p *peer, c *net.TCPConn) {
	for {
		m, err := p.Next()
		if err != nil {
			return
		}
		if m.Opcode == websocket.Close {
			if s.draw(3) > 0 {
				p.say(websocket.Close, string(m.Payload))
			} else {
				s.rest(200 * time.Millisecond)
			}
			return
		}
		if m.Opcode == websocket.Ping || m.Opcode == websocket.Pong {
			continue
		}
		if !s.answer(p, c, string(m.Payload)) {
			return
		}
	}
}

// answer does something about a message; false: the connection is over.
func (s *misbehaving) answer(p *peer, c *net.TCPConn, text string) bool {
	frame := websocket.AppendFrames(nil, websocket.Text, []byte(text), 0, nil)
	s.said.Add(1)
	switch s.draw(40) {
	case 0:
		p.say(websocket.Close, string(websocket.Closing([]int{1000, 1001, 1011, 4000, websocket.NoStatus}[s.draw(5)], "enough")))
		return s.draw(2) == 0
	case 1:
		_ = c.SetLinger(0) // the client is reset
		return false
	case 2:
		_, _ = p.Write(frame[:s.draw(len(frame))])
		return false
	case 3:
		_, _ = p.Write([]byte{0xff, byte(s.draw(256)), 1, 2, 3})
		return false
	case 4:
		_, _ = p.Write(websocket.AppendFrames(nil, websocket.Text, []byte("masked"), 0, maskKey))
		return true
	case 5: // nothing
	case 6:
		s.rest(150 * time.Millisecond)
	case 7:
		for range s.draw(200) {
			s.said.Add(1)
			p.say(websocket.Text, `{"push": "`+strings.Repeat("y", s.draw(2000))+`"}`)
		}
	case 8:
		for range s.draw(200) {
			p.say(websocket.Ping, "are you there")
		}
	case 9:
		p.say(websocket.Text, `{"message": "Internal server error", "connectionId":"a=", "requestId":"b="}`)
	case 10: // in pieces
		for part := range strings.SplitSeq(string(websocket.AppendFrames(nil, websocket.Text, []byte(text), 1+s.draw(10), nil)), "\x00") {
			if _, err := p.Write([]byte(part)); err != nil {
				return false
			}
		}
		return false // each part but the last lacks its end
	case 11:
		frames := websocket.AppendFrames(nil, websocket.Text, []byte(text), 1+s.draw(10), nil)
		for len(frames) > 0 {
			n := 1 + s.draw(len(frames))
			if _, err := p.Write(frames[:n]); err != nil {
				return false
			}
			frames = frames[n:]
		}
	default:
		p.say(websocket.Text, text)
	}
	return true
}

// misbehavingRig is a job of one of the ways to send messages.
func misbehavingRig(t *testing.T, url string, round int) (r *rig, turn scenarios.Turn, most int) {
	const gap, n = time.Millisecond, 60
	switch round % 3 {
	case 0:
		r = messagesTo(url, scenarios.Reply{}, "hello")
		r.job.Options.Connections = 5
		turn, most = every(gap, n), n
	case 1:
		r = messagesTo(url, scenarios.Reply{Match: pathTo(t, "$.id")}, `{"id": "${uuid}"}`)
		r.job.Options.Connections = 0
		turn, most = closed(6, gap*n, time.Millisecond), 6*n
	default:
		r = flowRig(t, url, `
      - {name: open, connect: {}}
      - {name: a, send: "one", timeout: 100ms}
      - {name: b, send: {id: "${uuid}"}, reply: none, timeout: 100ms}
      - {name: c, receive: {match: $.id, value: never}, timeout: 20ms, expect: {body: {contains: x}}}
      - {name: d, close: 1000, timeout: 100ms}
`, "")
		turn, most = every(gap, n), 6*n
	}
	r.job.Requests[0].Timeout = 100 * time.Millisecond
	r.job.Options.Sockets.Ramp, r.job.Options.Sockets.Compress, r.job.Options.Sockets.Frame = scenarios.PerSecond(10_000), round%2 == 0, 10
	r.job.Options.Sockets.Ping, r.job.Options.Sockets.Lifetime = 20*time.Millisecond, 50*time.Millisecond
	return r, turn, most
}

// Whatever a server does, a run ends, each message has one outcome, what is counted adds up,
// and nothing is left behind.
func TestServersThatMisbehave(t *testing.T) {
	before := runtime.NumGoroutine()
	t.Run("round", func(t *testing.T) {
		for round := range rounds {
			t.Run(fmt.Sprint(round), func(t *testing.T) {
				t.Parallel()
				misbehave(t, round)
			})
		}
	})
	for end := time.Now().Add(10 * time.Second); runtime.NumGoroutine() > before+2; time.Sleep(10 * time.Millisecond) { // tests that were paused may go on, and nothing says when goroutines have ended
		if time.Now().After(end) {
			all := make([]byte, 1<<20)
			t.Fatalf("%d goroutines before, %d now:\n%s", before, runtime.NumGoroutine(), all[:runtime.Stack(all, true)])
		}
	}
}

func misbehave(t *testing.T, round int) {
	s := startMisbehaving(t, uint64(round))
	defer s.close()
	r, turn, most := misbehavingRig(t, "http://"+s.listener.Addr().String(), round)
	var e load.Engine
	within(t, "open and run", func() {
		var err error
		if e, err = Kind.Open(r.job); err != nil {
			t.Errorf("open: %v", err)
			return
		}
		if err := e.Run(t.Context(), turn, time.Since(r.job.Epoch)); err != nil {
			t.Errorf("run: %v", err)
		}
	})
	if t.Failed() {
		return
	}
	within(t, "close", func() { _ = e.Close() })
	addsUp(t, r, counts(t, e), s, most)
	if len(r.samples) == 0 && round%3 != 1 { // users may have no connection in time
		t.Error("nothing was sent")
	}
}

// within reports what takes longer than it may, however busy the machine.
func within(t *testing.T, what string, do func()) {
	t.Helper()
	done := make(chan struct{})
	go func() {
		defer close(done)
		do()
	}()
	select {
	case <-done:
	case <-time.After(30 * time.Second):
		all := make([]byte, 1<<20)
		t.Fatalf("%s takes for ever:\n%s", what, all[:runtime.Stack(all, true)])
	}
}

func addsUp(t *testing.T, r *rig, d results.SocketDoc, s *misbehaving, most int) {
	t.Helper()
	var closed, byServer int64
	for code, n := range d.Closed {
		closed += n
		if byServer += d.ClosedByServer[code]; d.ClosedByServer[code] > n {
			t.Errorf("%s: %d of %d by the server", code, d.ClosedByServer[code], n)
		}
	}
	if d.Open != 0 || d.Opened != closed || d.Pushes > d.Received || d.ConnectedS < 0 || d.Sent < 0 {
		t.Errorf("%+v", d)
	}
	seen := map[[2]uint64]bool{}
	good := int64(0)
	for _, one := range r.sorted() {
		k := [2]uint64{one.Seq, uint64(one.Request)}
		if seen[k] || one.Outcome() == results.OwnFault && one.Err != results.ErrCancelled || one.Service < 0 || one.Sent < one.Begun {
			t.Errorf("%+v, %+v", one, one.Excerpt)
		}
		if seen[k] = true; one.Outcome() == results.OK && one.Protocol == results.WebSocket && one.In > 0 {
			good++
		}
	}
	if n := len(r.samples); n > most || good > s.said.Load() {
		t.Errorf("%d samples, at most %d; %d good ones, %d messages of the server", n, most, good, s.said.Load())
	}
}

// A server that ends every connection as soon as it is open is quoted, whatever a message that
// is just being written runs into; Go's words for that are not shown.
func TestAServerThatClosesAtOnceIsQuoted(t *testing.T) {
	t.Parallel()
	for _, reply := range []scenarios.Reply{{}, {None: true}} {
		s := serveSockets(t, func(p *peer) { p.bye(4001) }, nil)
		for range 2 {
			r := messagesTo(s.URL, reply, "x")
			r.job.Requests[0].Timeout = 30 * time.Millisecond // until one is written before its connection has ended
			for _, x := range r.drive(t, every(100*time.Microsecond, 20)) {
				if x.Excerpt != nil && strings.Contains(x.Excerpt.Detail, "use of closed") {
					t.Fatalf("%+v", x.Excerpt)
				}
			}
		}
	}
}
