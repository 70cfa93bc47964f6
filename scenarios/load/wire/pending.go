//go:build linux

package wire

import (
	"time"

	"tollgate/scenarios"
)

// Requests that wait for a connection stand in loop.waiting. Each waits for one that is
// being opened: alone, or where the target is known to speak HTTP/2 with as many others
// as will have room on it. Those whose connection was lost, or has less room than was
// expected, wait for any.

// The values of endpoint.allowed that are no number of streams.
const (
	undecided = 0  // no connection has been open yet
	onlyHTTP1 = -1 // the latest one speaks HTTP/1.1
)

// undecidedDials is how many connections are opened at a time to a target that may
// choose HTTP/2, until the first one is open. Further requests wait for that: it may
// have room for all.
const undecidedDials = 16

// learn notes how many streams a connection allows. Those that are opened at the same
// time are expected to allow as many.
func (p *endpoint) learn(allowed int) {
	if n := int32(max(min(allowed, p.streams), 1)); n != p.allowed.Load() {
		p.allowed.Store(n)
	}
}

// shares reports whether a connection that is to be opened may carry several requests.
func (p *endpoint) shares() bool { return p.allowed.Load() != onlyHTTP1 && p.mayBeHTTP2() }

func (p *endpoint) mayBeHTTP2() bool {
	return p.http == scenarios.HTTP2 || p.tls != nil && p.http != scenarios.HTTP1
}

// expected is how many requests may wait for one connection being opened, of so many
// that there are.
func (p *endpoint) expected(open int) int {
	n := int(p.allowed.Load())
	most := int(p.perConnection.Load())
	switch {
	case most > 0:
		return min(most, p.streams, max(n, 1))
	case n == undecided && p.http != scenarios.HTTP2 && open < undecidedDials:
		return 1
	case n == undecided:
		return p.streams
	}
	return max(n, 1)
}

// sharable returns a connection being opened that will have room for one more request,
// nil if there is none.
func (p *pool) sharable() *conn {
	c := p.opening
	if c == nil {
		return nil
	}
	waiting := c.riders
	if c.exchange != nil {
		waiting++
	}
	if waiting >= p.endpoint.expected(p.open) {
		return nil
	}
	return c
}

// ride lets a request wait for a connection that others wait for as well.
func (l *loop) ride(c *conn, x *exchange) {
	x.conn = c
	c.riders++
	l.waiting.insert(x, &x.waits, l.waiting.last)
}

// detach ends the waiting of a request. A connection being opened that no request waits
// for any more is given up where others have room for more.
func (l *loop) detach(x *exchange) {
	x.waits.remove()
	c := x.conn
	l.leave(x)
	if c == nil || c.exchange != nil || c.riders > 0 || c.state != dialling && c.state != securing {
		return
	}
	if c.pool.endpoint.allowed.Load() > undecided {
		l.hangUp(c)
	} else {
		l.lasts(c)
	}
}

// leave takes a request off the connection that it waits for, or is on.
func (l *loop) leave(x *exchange) {
	switch c := x.conn; {
	case c == nil:
		if x.orphan {
			l.orphans--
		}
	case c.exchange == x:
		c.exchange = nil
	case c.state == dialling || c.state == securing:
		c.riders--
	}
	x.conn, x.orphan = nil, false
}

// disown lets the requests that wait for c wait for any connection, but for the one that
// it was opened for.
func (l *loop) disown(c *conn) {
	for n := l.waiting.first; n != nil && c.riders > 0; n = n.next {
		if x := n.of; x.conn == c && x != c.exchange {
			c.riders--
			l.orphaned(x)
		}
	}
}

func (l *loop) orphaned(x *exchange) {
	x.conn, x.orphan = nil, true
	l.orphans++
}

// foster finds connections for those that wait for any.
func (l *loop) foster(now time.Duration) {
	next := l.waiting.first
	for next != nil && l.orphans > 0 {
		x := next.of
		next = next.next
		if !x.orphan || !x.pool.endpoint.names.Known() {
			continue
		}
		if !l.place(x, now) && x.pool == l.pool {
			return // those behind it wait for the same; few wait for other hosts
		}
	}
}

// place gives a request a connection that is there, or is being opened, or opens one.
func (l *loop) place(x *exchange, now time.Duration) bool {
	if !x.anew {
		if c := l.idleConn(x.pool, now); c != nil {
			l.detach(x)
			l.assign(c, x, l.now())
			return true
		}
	}
	if c := x.pool.sharable(); c != nil {
		l.leave(x)
		x.conn = c
		c.riders++
		return true
	}
	if l.sizing.full(x.pool.open) || l.handshakes >= maxHandshakes {
		return false
	}
	l.detach(x)
	l.open(x)
	return true
}

// assign gives a request to a connection that is free for it.
func (l *loop) assign(c *conn, x *exchange, now time.Duration) {
	if c.mux == nil {
		c.carry(x)
		l.send(x, now)
		return
	}
	l.board(c, x)
	l.offer(c)
	if len(c.mux.Out) >= flushFrom {
		l.flushOne(c)
	}
}

func (x *exchange) isOrphan() bool { return x.orphan }

func whatever(*exchange) bool { return true }
