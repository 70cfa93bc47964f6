package nethttp

import (
	"cmp"
	"context"
	"net"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"

	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/scenarios/load"
)

// A pool holds the connections to one target over HTTP/2, and knows whether the target
// speaks that: the first connection shows it. Requests go to the connection with the
// fewest under way, and a further one is opened only when all are full.
type pool struct {
	dialer    *dialer
	transport *http.Transport // speaks HTTP/2 over connections that it is handed
	most      int             // connections; 0: any number
	streams   int             // under way on a connection, at most

	mu    sync.Mutex
	conns []*framedConn
	calls []*call
	http1 bool // the target chose HTTP/1.1

	// perConnection is how many requests the server took on the latest connection that it
	// ended while it was sent more; 0: there was none.
	perConnection int

	turns   uint64 // uses that were given so far
	changed signal
}

// A call opens a connection, on behalf of all requests that it could carry.
type call struct {
	done    chan struct{}
	waiting int
	shakes  atomic.Bool // the TCP connection is there
	err     error       // when it is done
}

// handed is the key under which a context holds the connection that the transport is to
// speak over.
type handed struct{}

func newPool(d *dialer, o *scenarios.Engine) *pool {
	t := &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return ctx.Value(handed{}).(net.Conn), nil
		},
		DisableCompression:     true,
		IdleConnTimeout:        load.IdleLimit,
		ExpectContinueTimeout:  load.ContinueWait,
		MaxResponseHeaderBytes: load.MaxHeader,
		Protocols:              new(http.Protocols),
		HTTP2: &http.HTTP2Config{
			MaxReadFrameSize: maxFrame,
			WriteByteTimeout: d.patience, // else one upload that is not read would keep all others from a connection
		},
	}
	t.Protocols.SetUnencryptedHTTP2(true) // whatever encrypts is below
	return &pool{dialer: d, transport: t, most: o.MaxConnections, streams: load.StreamsOn(o)}
}

// get returns the use of a connection, which put gives back; nil without an error: the
// target speaks HTTP/1.1. A call may time out a moment before the request that waits for it:
// how far that call has come is how far the request has.
func (p *pool) get(ctx context.Context, shakes *atomic.Bool) (*ride, error) {
	for shook := false; ; {
		changed := p.changed.next()
		r, c, http1 := p.look()
		switch {
		case http1:
			return nil, nil
		case r != nil:
			return r, nil
		case c == nil: // all are full, and no further one is allowed
			select {
			case <-changed:
			case <-ctx.Done():
				return nil, ctx.Err()
			}
			continue
		}
		select {
		case <-c.done:
			if c.err != nil && load.Classify(c.err, load.WhileDialling) != results.ErrTimeout { // each request has a deadline of its own
				return nil, c.err
			}
			shook = shook || c.err != nil && c.shakes.Load()
		case <-ctx.Done():
			shakes.Store(shook || c.shakes.Load())
			return nil, ctx.Err()
		}
	}
}

// look returns a connection that has room for a request, or else a call that will bring
// one, if one may.
func (p *pool) look() (r *ride, c *call, http1 bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.http1 {
		return nil, nil, true
	}
	if r := p.reserve(); r != nil {
		return r, nil, false
	}
	i := slices.IndexFunc(p.calls, func(c *call) bool { return c.waiting < min(p.streams, cmp.Or(p.perConnection, p.streams)) })
	switch {
	case i >= 0:
		c = p.calls[i]
	case p.most > 0 && len(p.conns)+len(p.calls) >= p.most:
		return nil, nil, false
	default:
		c = p.begin()
	}
	c.waiting++
	return nil, c, false
}

// begin begins a call.
func (p *pool) begin() *call {
	c := &call{done: make(chan struct{})}
	p.calls = append(p.calls, c)
	p.dialer.opening.Go(func() { p.open(c) })
	return c
}

// reserve takes room on the connection with the fewest requests, and drops those that can
// carry no more.
func (p *pool) reserve() *ride {
	p.conns = slices.DeleteFunc(p.conns, func(m *framedConn) bool {
		if m.client.Err() == nil && !m.leaving() {
			return false
		}
		p.retire(m)
		return true
	})
	slices.SortStableFunc(p.conns, (*framedConn).after)
	for i, m := range p.conns {
		if m.using >= p.streams || p.ends(m) || m.client.Reserve() != nil {
			continue
		}
		m.using++
		p.turns++
		m.turn = p.turns
		if m.carried++; m.reuse.Ended(m.carried, 0) { // age counts when a response ends
			p.conns = slices.Delete(p.conns, i, i+1)
			p.retire(m)
		}
		return &ride{conn: m, reused: m.carried > 1}
	}
	return nil
}

// after orders connections by which is used next: the one with the fewest requests, and of
// those the one that has rested longest, so that connections that were opened beforehand are
// all used, as engine wire does it.
func (m *framedConn) after(o *framedConn) int {
	return cmp.Or(cmp.Compare(m.using, o.using), cmp.Compare(m.turn, o.turn))
}

// ends reports whether the server is about to end a connection, if it does that as it did
// with the latest one.
func (p *pool) ends(m *framedConn) bool {
	if p.perConnection == 0 || m.carried < p.perConnection {
		return false
	}
	if m.using == 0 { // it does not
		p.perConnection = 0
		return false
	}
	return true
}

// ended notes how many requests the server took on a connection that it has ended.
func (p *pool) ended(m *framedConn) {
	n := m.requests()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.perConnection = n
}

// retire has a connection carry no further request; it ends with the last one.
func (p *pool) retire(m *framedConn) {
	m.retired = true
	if m.using == 0 {
		go func() { _ = m.client.Close() }()
	}
}

// put gives a connection back when its request has ended.
func (p *pool) put(m *framedConn) {
	p.mu.Lock()
	m.using--
	if !m.retired && m.reuse.Ended(m.carried, m.clock()-m.since) {
		p.conns = slices.DeleteFunc(p.conns, func(o *framedConn) bool { return o == m })
		m.retired = true
	}
	if m.retired && m.using == 0 {
		go func() { _ = m.client.Close() }()
	}
	p.mu.Unlock()
	p.changed.send()
}

// open makes a call.
func (p *pool) open(c *call) {
	ctx := context.WithValue(p.dialer.ends, shakingHands{}, &c.shakes)
	m, err := p.dialer.open(ctx, "tcp", true)
	if err == nil {
		err = p.take(m)
	}
	p.mu.Lock()
	p.calls = slices.DeleteFunc(p.calls, func(o *call) bool { return o == c })
	p.mu.Unlock()
	c.err = err
	close(c.done)
	p.changed.send()
}

// take takes over a connection that was opened, or leaves it to HTTP/1.1 if that is what
// the target chose.
func (p *pool) take(m *timedConn) error {
	if !m.http2 {
		p.dialer.spare(m)
		p.mu.Lock()
		defer p.mu.Unlock()
		p.http1 = true
		return nil
	}
	f := newFramedConn(m.link)
	client, err := p.transport.NewClientConn(context.WithValue(p.dialer.ends, handed{}, net.Conn(f)), "http", "target.invalid:80")
	if err != nil {
		_ = f.Close()
		return err
	}
	f.client = client
	client.SetStateHook(func(*http.ClientConn) { p.changed.send() })
	p.mu.Lock()
	defer p.mu.Unlock()
	p.conns = append(p.conns, f)
	return nil
}

// learn finds out what the target speaks, if that is not known, and returns how many
// requests may be under way on as many connections as the scenario allows.
func (p *pool) learn(ctx context.Context) (inFlight int) {
	p.mu.Lock()
	if len(p.conns) == 0 && len(p.calls) == 0 && !p.http1 {
		p.begin()
	}
	calls := slices.Clone(p.calls)
	p.mu.Unlock()
	for _, c := range calls {
		select {
		case <-c.done:
		case <-ctx.Done():
		}
	}
	p.mu.Lock()
	var m *framedConn
	if len(p.conns) > 0 {
		m = p.conns[0]
	}
	p.mu.Unlock()
	if m == nil {
		return p.most
	}
	return p.most * m.room(ctx, p.streams)
}

func (p *pool) close() {
	p.mu.Lock()
	conns := p.conns
	p.conns = nil
	p.mu.Unlock()
	for _, m := range conns {
		_ = m.client.Close()
	}
}

// A signal tells those who wait that something has changed.
type signal struct {
	mu sync.Mutex
	ch chan struct{}
}

// next is closed by the next send.
func (s *signal) next() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ch == nil {
		s.ch = make(chan struct{})
	}
	return s.ch
}

func (s *signal) send() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ch != nil {
		close(s.ch)
		s.ch = nil
	}
}
