package doors

import (
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// An acceptGate is a listener that can be shut, so that connections are refused, and
// opened again at the same address.
type acceptGate struct {
	address string

	mu     sync.Mutex
	inner  net.Listener  // nil: shut
	turned chan struct{} // closed when inner changes or the gate closes
	closed bool
	inside map[net.Conn]struct{}
}

func newGate(address string) (*acceptGate, error) {
	inner, err := net.Listen("tcp", address)
	if err != nil {
		return nil, err
	}
	return &acceptGate{
		address: inner.Addr().String(), inner: inner,
		turned: make(chan struct{}), inside: map[net.Conn]struct{}{},
	}, nil
}

// Accept waits for a connection, and while the gate is shut for its opening.
func (g *acceptGate) Accept() (net.Conn, error) {
	for {
		g.mu.Lock()
		inner, turned, closed := g.inner, g.turned, g.closed
		g.mu.Unlock()
		switch {
		case closed:
			return nil, net.ErrClosed
		case inner == nil:
			<-turned
			continue
		}
		c, err := inner.Accept()
		if err == nil && g.enter(c, inner) {
			return c, nil
		}
		if err != nil && g.holds(inner) {
			return nil, err
		}
	}
}

func (g *acceptGate) enter(c net.Conn, by net.Listener) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.inner != by {
		_ = c.Close() // no goroutine reads it
		return false
	}
	g.inside[c] = struct{}{}
	return true
}

func (g *acceptGate) leave(c net.Conn) {
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.inside, c)
}

func (g *acceptGate) holds(inner net.Listener) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.inner == inner
}

func (g *acceptGate) shut() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed || g.inner == nil {
		return
	}
	_ = g.inner.Close() // an error leaves nothing to do
	g.turn(nil)
	for c := range g.inside {
		_ = c.Close() // its reader forgets it
	}
}

// reopen listens again. Should another program have taken the port meanwhile,
// it tries until it is free.
func (g *acceptGate) reopen() {
	for !g.tryOpen() {
		time.Sleep(10 * time.Millisecond)
	}
}

func (g *acceptGate) tryOpen() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed || g.inner != nil {
		return true
	}
	inner, err := net.Listen("tcp", g.address)
	if err == nil {
		g.turn(inner)
	}
	return err == nil
}

// turn puts another listener in place; the lock is held.
func (g *acceptGate) turn(inner net.Listener) {
	g.inner = inner
	close(g.turned)
	g.turned = make(chan struct{})
}

// Close shuts the gate for good. Connections that were accepted stay.
func (g *acceptGate) Close() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed {
		return nil
	}
	g.closed = true
	defer g.turn(nil)
	if g.inner == nil {
		return nil
	}
	return g.inner.Close()
}

// Addr is where the gate is, open or shut.
func (g *acceptGate) Addr() net.Addr {
	address, _ := net.ResolveTCPAddr("tcp", g.address) // numbers only
	return address
}

type countedListener struct {
	*acceptGate
	door *door
}

func (l countedListener) Accept() (net.Conn, error) {
	c, err := l.acceptGate.Accept()
	if err != nil {
		return nil, err
	}
	l.door.counters.opened.Add(1)
	l.door.counters.open.Add(1)
	l.door.metrics.opened()
	return &countedConn{Conn: c, door: l.door}, nil
}

type countedConn struct {
	net.Conn
	door   *door
	closed atomic.Bool
}

func (c *countedConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if n > 0 {
		c.door.counters.in.Add(int64(n))
		c.door.metrics.passed(n)
	}
	return n, err
}

// Write counts first, so that a client that has its response finds it counted.
func (c *countedConn) Write(p []byte) (int, error) {
	c.door.counters.out.Add(int64(len(p)))
	c.door.metrics.passed(len(p))
	return c.Conn.Write(p)
}

func (c *countedConn) Close() error {
	if !c.closed.Swap(true) {
		c.door.gate.leave(c.Conn)
		c.door.counters.open.Add(-1)
		c.door.metrics.closed()
	}
	return c.Conn.Close()
}
