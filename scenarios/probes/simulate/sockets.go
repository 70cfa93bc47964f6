package simulate

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/scenarios/load"
	"tollgate/scenarios/probes/probe"
)

// AskSockets asks a question about connections of WebSocket, of a server that stands for
// the target, on a fake clock.
func AskSockets(t *testing.T, p *probe.Probe, options string, server func(now func() time.Duration) load.Sockets) (f results.Finding) {
	t.Helper()
	q := ParseSockets(t, p, options)
	synctest.Test(t, func(t *testing.T) {
		epoch := time.Now()
		now := func() time.Duration { return time.Since(epoch) }
		m := probe.Measured{CPUs: 2}
		f = q.Asked(t.Context(), probe.Asking{
			Target: q.Target, Epoch: epoch, Sockets: server(now),
			Record: func(s *results.Sample) { m.Samples = append(m.Samples, *s) },
		}, func() *probe.Measured { return &m })
		if took := now(); took > q.For+time.Minute || int64(len(m.Samples)) > q.Requests {
			t.Errorf("%d samples in %v, and %d in %v announced", len(m.Samples), took, q.Requests, q.For)
		}
	})
	checkIntervals(t, f)
	return f
}

// ParseSockets parses a probe with options about a WebSocket API.
func ParseSockets(t testing.TB, p *probe.Probe, options string) probe.Question {
	t.Helper()
	text := "name: x\ntargets: {chat: {kind: websocket-api, url: lab}}\nrequests: [{name: ask, send: {action: ask, id: \"${uuid}\"}}, {name: say, send: {action: sendMessage, data: \"${uuid}\"}, reply: none}]\nprobes:\n  - " + options + "\n"
	s, err := scenarios.Parse("x.yaml", []byte(text), func(string) (string, bool) { return "", false })
	if err != nil {
		t.Fatal(err)
	}
	all := p.Questions(s, 0, true)
	if err := s.Probes[0].Options.Err(); err != nil {
		t.Fatal(err)
	}
	return all[0]
}

// Enders is a server that ends connections, as one of its descriptions says. Times are in
// seconds.
type Enders struct {
	Idle     float64 // of silence, until a connection ends; 0: never
	Step     float64 // timers fire at whole multiples of it; 0: at any time
	Vary     float64 // of each connection's idle time, up to this share longer
	Sweep    float64 // connections are looked at all so many seconds, at the same time; 0: each has a timer
	Phase    float64 // of the first sweep
	Life     float64 // from the opening, whatever is sent; 0: for ever
	Deaf     bool    // messages do not count as activity
	DeafPing bool    // pings do not
	Losses   float64 // share of the connections that are cut on their way, at a random age
	Restart  float64 // when all connections end; 0: never
	Code     int
	News     float64 // until each connection is sent a message; 0: never

	Trip float64 // median of the way to and fro
	Wild float64 // its spread, as the sigma of a log-normal distribution
	Seed uint64
}

// Open makes it a server on a clock.
func (e Enders) Open(now func() time.Duration) load.Sockets {
	return &enders{Enders: e, now: now, random: rand.New(rand.NewPCG(e.Seed, 9))}
}

type enders struct {
	Enders
	now    func() time.Duration
	mu     sync.Mutex
	random *rand.Rand
}

// way is how long one way takes.
func (e *enders) way() time.Duration {
	e.mu.Lock()
	defer e.mu.Unlock()
	return secondsOf(e.Trip / 2 * math.Exp(e.Wild*e.random.NormFloat64()))
}

func secondsOf(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }

// Open implements load.Sockets.
func (e *enders) Open(ctx context.Context) (load.Socket, load.Opening) {
	o := load.Opening{Begun: e.now()}
	time.Sleep(e.way() + e.way()) // TCP; the clock is a fake one
	o.Asked = e.now()
	time.Sleep(e.way())
	s := &ender{server: e, opened: e.now(), active: e.now(), wake: make(chan struct{}, 1), done: make(chan struct{})}
	e.mu.Lock()
	s.idle = e.Idle * (1 + e.Vary*e.random.Float64())
	if e.random.Float64() < e.Losses {
		s.lost = e.random.Float64() * max(e.Idle, e.Life)
	}
	e.mu.Unlock()
	time.Sleep(e.way())
	o.Done, o.Status = e.now(), 101
	if ctx.Err() != nil {
		o.Err = ctx.Err()
		return nil, o
	}
	return s, o
}

// Message implements load.Sockets.
func (e *enders) Message(int, uint64) ([]byte, error) { return []byte("{}"), nil }

// Close implements load.Sockets.
func (e *enders) Close() error { return nil }

type ender struct {
	server *enders
	opened time.Duration
	idle   float64
	told   bool
	lost   float64 // the age at which it is cut; 0: it is not

	mu     sync.Mutex
	active time.Duration
	closed bool
	wake   chan struct{}
	done   chan struct{} // this end closed it
}

var errOver = errors.New("the connection has ended")

func (s *ender) send(deaf bool) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return errOver
	}
	if !deaf {
		s.active = s.server.now() // plus one way, which is short
	}
	select {
	case s.wake <- struct{}{}:
	default:
	}
	return nil
}

// Send implements load.Socket.
func (s *ender) Send([]byte) error { return s.send(s.server.Deaf) }

// Ping implements load.Socket.
func (s *ender) Ping() error { return s.send(s.server.DeafPing) }

// RoundTrip implements load.Socket.
func (s *ender) RoundTrip() time.Duration { return s.server.way() + s.server.way() }

// Close implements load.Socket.
func (s *ender) Close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.closed {
		s.closed = true
		close(s.done)
	}
}

const never = time.Duration(math.MaxInt64)

// due is when the server ends the connection, as things stand.
func (s *ender) due() (at time.Duration, code int) {
	e := s.server
	s.mu.Lock()
	defer s.mu.Unlock()
	at, code = never, e.Code
	if s.idle > 0 {
		at = s.active + secondsOf(s.idle)
		switch {
		case e.Sweep > 0:
			n := math.Ceil((at.Seconds() - e.Phase) / e.Sweep)
			at = secondsOf(e.Phase + n*e.Sweep)
		case e.Step > 0:
			at = secondsOf(math.Ceil(at.Seconds()/e.Step) * e.Step)
		}
	}
	if e.Life > 0 {
		at = min(at, s.opened+secondsOf(e.Life))
	}
	if s.lost > 0 && s.opened+secondsOf(s.lost) < at {
		at, code = s.opened+secondsOf(s.lost), 1006
	}
	if r := secondsOf(e.Restart); r > s.opened && r < at {
		at, code = r, 1001
	}
	return at, code
}

// Receive implements load.Socket.
func (s *ender) Receive() ([]byte, time.Duration, error) {
	for {
		at, code := s.due()
		var timer <-chan time.Time
		if at != never {
			timer = time.After(at - s.server.now())
		}
		var news <-chan time.Time
		if s.server.News > 0 && !s.told {
			news = time.After(s.opened + secondsOf(s.server.News) - s.server.now())
		}
		select {
		case <-news:
			s.told = true
			_ = s.send(false) // it is open
			return []byte("news"), s.server.now(), nil
		case <-timer:
			if later, _ := s.due(); later > at {
				continue
			}
			time.Sleep(s.server.way()) // the clock is a fake one
			s.mu.Lock()
			s.closed = true
			s.mu.Unlock()
			now := s.server.now()
			return nil, now, &load.SocketEnd{At: now, Code: code, Reason: "Going away"}
		case <-s.wake:
		case <-s.done:
			return nil, s.server.now(), &load.SocketEnd{At: s.server.now(), Code: 1000, Own: true}
		}
	}
}
