package simulate

import (
	"bytes"
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"strconv"
	"sync"
	"time"

	"tollgate/scenarios/load"
)

// Posts is an application that sends each message to every connection but that of its
// sender, as its fields say. Times are in seconds.
type Posts struct {
	First   float64 // median until the first one is sent
	Each    float64 // median of a post; posts follow each other
	Workers int     // that post side by side; 0: one
	Groups  int     // receivers that are reached by one post together; 0: one
	Grow    float64 // share by which a post takes longer than the one before it
	Noise   float64 // sigma of the log-normal distribution of all of these
	Lose    float64 // share of the deliveries that never come
	Late    float64 // share of the deliveries that come a minute late
	Twice   float64 // share of the deliveries that come twice
	Cut     float64 // share of the deliveries at which the connection ends instead
	Slower  float64 // factor of all times from half of the messages on; 0: none
	Halfway int     // the number of that message
	Mute    bool    // what is sent carries nothing of the message
	Same    bool    // messages are all alike
	Refuse  bool    // no connection can be opened
	Seed    uint64
}

// Arrivals are when the receivers of a message get it; lost ones are infinite.
func (p Posts) Arrivals(random *rand.Rand, receivers, message int) []float64 {
	factor := 1.0
	if p.Slower > 0 && message >= p.Halfway {
		factor = p.Slower
	}
	draw := func(median float64) float64 { return factor * median * math.Exp(p.Noise*random.NormFloat64()) }
	free := make([]float64, max(p.Workers, 1)) // when each worker is
	begin := draw(p.First)
	for i := range free {
		free[i] = begin
	}
	all, each := make([]float64, receivers), p.Each
	for i := range all {
		if group := max(p.Groups, 1); i%group != 0 {
			all[i] = all[i-1]
			continue
		}
		next := 0
		for w := range free {
			if free[w] < free[next] {
				next = w
			}
		}
		free[next] += draw(each)
		all[i] = free[next]
		each *= 1 + p.Grow
	}
	for i := range all {
		switch x := random.Float64(); {
		case x < p.Lose:
			all[i] = math.Inf(1)
		case x < p.Lose+p.Late:
			all[i] += 60
		}
	}
	return all
}

// Open makes it a server on a clock.
func (p Posts) Open(now func() time.Duration) load.Sockets {
	return &posts{Posts: p, now: now, random: rand.New(rand.NewPCG(p.Seed, 11))}
}

type posts struct {
	Posts
	now func() time.Duration

	mu       sync.Mutex
	random   *rand.Rand
	sockets  []*posted
	messages int // sent so far
}

// Open implements load.Sockets.
func (p *posts) Open(context.Context) (load.Socket, load.Opening) {
	o := load.Opening{Begun: p.now(), Asked: p.now(), Done: p.now(), Status: 101}
	if p.Refuse {
		o.Status, o.Err = 403, errors.New("the handshake was answered by status 403 Forbidden")
		return nil, o
	}
	s := &posted{server: p, messages: make(chan []byte, 1000), done: make(chan struct{})}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.sockets = append(p.sockets, s)
	return s, o
}

// Message implements load.Sockets.
func (p *posts) Message(_ int, seq uint64) ([]byte, error) {
	id := "message " + strconv.FormatUint(1_000_000+seq, 10)
	if p.Same {
		id = "hello everybody"
	}
	return []byte(`{"action":"sendMessage","data":"` + id + `"}`), nil
}

// Close implements load.Sockets.
func (p *posts) Close() error { return nil }

type posted struct {
	server   *posts
	messages chan []byte
	once     sync.Once
	done     chan struct{}
	cut      bool // by the server
}

// Send implements load.Socket.
func (s *posted) Send(message []byte) error {
	p := s.server
	p.mu.Lock()
	defer p.mu.Unlock()
	var to []*posted
	for _, other := range p.sockets {
		if other != s {
			to = append(to, other)
		}
	}
	push := bytes.Clone(message)
	if p.Mute {
		push = []byte("there is news")
	}
	for i, at := range p.Arrivals(p.random, len(to), p.messages) {
		if math.IsInf(at, 1) {
			continue
		}
		cut, twice := p.random.Float64() < p.Cut, p.random.Float64() < p.Twice
		go to[i].deliver(secondsOf(at), push, cut, twice)
	}
	p.messages++
	return nil
}

func (s *posted) deliver(after time.Duration, message []byte, cut, twice bool) {
	select {
	case <-time.After(after):
	case <-s.done:
		return
	}
	if cut {
		s.cut = true
		s.Close()
		return
	}
	s.messages <- message
	if twice {
		s.messages <- message
	}
}

// Ping implements load.Socket.
func (s *posted) Ping() error { return nil }

// RoundTrip implements load.Socket.
func (s *posted) RoundTrip() time.Duration { return 0 }

// Receive implements load.Socket.
func (s *posted) Receive() ([]byte, time.Duration, error) {
	select {
	case m := <-s.messages:
		return m, s.server.now(), nil
	case <-s.done:
		return nil, s.server.now(), &load.SocketEnd{At: s.server.now(), Code: 1000, Own: !s.cut}
	}
}

// Close implements load.Socket.
func (s *posted) Close() { s.once.Do(func() { close(s.done) }) }
