//go:build linux

package wire

import (
	"slices"
	"time"

	"tollgate/results"
	"tollgate/scenarios/load"
	"tollgate/scenarios/load/http1"
	"tollgate/scenarios/load/http2"
	"tollgate/scenarios/load/wire/poll"
)

// A mux is what a connection of HTTP/2 has besides: its streams, each of which carries
// an exchange.
type mux struct {
	http2.Conn
	loop    *loop
	conn    *conn
	fresh   []*exchange   // whose first byte has not been handed to the socket
	dirty   bool          // in loop.dirty
	ended   bool          // nothing more is sent
	retired bool          // takes no further requests, and ends with the last of its streams
	heard   time.Duration // when something was received
	asked   time.Duration // when the server was asked for a sign of life
}

// flushFrom is how much is collected for a connection before it is sent, where the loop
// has more to do first.
const flushFrom = 16 << 10

// startMux makes an open connection one of HTTP/2, and gives it what waits for one.
func (l *loop) startMux(c *conn, now time.Duration) {
	c.mux = &mux{loop: l, conn: c, heard: now}
	c.mux.Begin(c.mux)
	l.disown(c)
	x := c.exchange
	c.state, c.since, c.exchange = shared, now, nil
	l.dirtied(c)
	if x != nil {
		x.waits.remove()
		l.board(c, x)
	} else {
		c.dns, c.connect, c.handshake = 0, 0, 0 // no request has waited for it
	}
	l.fill(c, (*exchange).isOrphan) // among them those that waited for c
	l.fill(c, whatever)
	l.offer(c)
}

// room is how many more requests a connection takes.
func (m *mux) room() int {
	if m.retired {
		return 0
	}
	return m.unlessEnded(min(m.Room(), m.conn.pool.endpoint.streams-len(m.Streams())))
}

// board puts a request on a stream of its own.
func (l *loop) board(c *conn, x *exchange) {
	if err := x.renew(); err != nil {
		l.leave(x)
		l.fail(x, l.now(), err, load.WhileSigning)
		return
	}
	m, s := c.mux, &x.sample
	if s.Reused = c.served; !c.served {
		s.DNS, s.Connect, s.TLS = c.dns, c.connect, c.handshake
	}
	x.conn, x.stale, x.kept = c, c.proven, &x.stream.Kept
	s.Protocol = results.HTTP2
	c.served = true
	c.carried++
	l.addCookies(x)
	x.stream.Reset(nil, x.captures())
	x.stream.Whole = x.request.KeepsCoded(l.inFlight)
	x.stream.Sink = x.readEvents(&m.Now)
	x.stream.Owner = x
	head := x.request.headOf(x.text)
	m.Open(&x.stream, &x.request.http2, x.text[:head], x.text[head:], x.body.source(), x.holdsBack())
	if x.holdsBack() {
		if now := l.now(); now+load.ContinueWait < x.clock.until {
			l.clocks.start(&x.clock, load.ContinueWait, now)
		}
	}
	x.fresh = true
	m.fresh = append(m.fresh, x)
	m.retired = m.retired || c.pool.endpoint.reuse.Ended(c.carried, 0)
	l.dirtied(c)
}

// fill gives a connection those of the requests that wait for one.
func (l *loop) fill(c *conn, those func(*exchange) bool) {
	for c.mux.room() > 0 {
		x := l.waitsFor(c, those)
		if x == nil {
			return
		}
		l.detach(x)
		l.board(c, x)
	}
}

// offer lists a connection among those that take further requests, if it does.
func (l *loop) offer(c *conn) {
	if !c.listed && c.mux.room() > 0 {
		c.listed = true
		c.pool.idle = append(c.pool.idle, c)
	}
}

// candidates are how many connections are compared before one is given a request.
const candidates = 16

// raise makes the last one in idle, if that is one of HTTP/2, one with the fewest
// requests under way, and of these one that something is collected for already: so the
// requests that follow the responses on one connection go there together. Where all are
// alike each has its turn.
func (p *pool) raise() {
	n := len(p.idle)
	last := n - 1
	best := p.idle[last]
	if best.mux == nil {
		return
	}
	p.spread++
	at := last
	for k := range min(n, candidates) {
		i := (p.spread + k) % n
		if c := p.idle[i]; c.mux != nil && c.mux.emptier(best.mux, k == 0) {
			at, best = i, c
		}
	}
	p.idle[at], p.idle[last] = p.idle[last], p.idle[at]
}

// emptier reports whether m is to have the next request rather than another one; first
// decides between equals.
func (m *mux) emptier(other *mux, first bool) bool {
	mine, others := len(m.Streams()), len(other.Streams())
	switch {
	case mine != others:
		return mine < others
	case m.dirty != other.dirty:
		return m.dirty
	}
	return first
}

func (l *loop) delist(c *conn) {
	if !c.listed {
		return
	}
	c.listed = false
	p := c.pool
	if last := len(p.idle) - 1; p.idle[last] == c {
		p.idle = p.idle[:last]
		return
	}
	p.idle = slices.DeleteFunc(p.idle, func(o *conn) bool { return o == c })
}

// takes reports whether a listed connection takes a request now, and takes it off the
// list.
func (l *loop) takes(c *conn, now time.Duration) bool {
	if len(c.mux.Streams()) == 0 && now-c.since >= longIdle {
		if now-c.since > load.IdleLimit {
			l.hangUp(c)
			return false
		}
		l.hear(c)
		if c.state != shared {
			return false
		}
	}
	l.delist(c)
	return c.mux.room() > 0
}

func (l *loop) dirtied(c *conn) {
	if !c.mux.dirty {
		c.mux.dirty = true
		l.dirty = append(l.dirty, c)
	}
}

// flush sends what was collected for connections of HTTP/2 since the last time: in one
// call for each, whatever it is made of.
func (l *loop) flush() {
	l.dirty, l.flushing = l.flushing[:0], l.dirty
	for _, c := range l.flushing {
		if c.mux != nil && c.mux.dirty {
			l.flushOne(c)
		}
	}
}

func (l *loop) flushOne(c *conn) {
	m := c.mux
	m.dirty = false
	if len(m.fresh) > 0 {
		now := l.now()
		for _, x := range m.fresh {
			x.sample.Sent, x.fresh = now, false
		}
		m.fresh = m.fresh[:0]
	}
	for range fairReads {
		if err := c.transmit(); err != nil { // whether there are responses all the same shows when they are read
			c.hungUp = true
			l.hear(c)
			return
		}
		if c.backlog() > 0 {
			return // until the socket takes more
		}
		if m.Pump(); len(m.Out) == 0 {
			return
		}
	}
	l.dirtied(c) // others have their turn
}

// transmit sends what it can of what was collected. It is no error that the socket takes
// no more for now.
func (c *conn) transmit() error {
	m := c.mux
	if c.tls != nil {
		if err := c.tls.flush(); err != nil || !c.tls.flushed() {
			return err
		}
		if len(m.Out) == 0 {
			return nil
		}
		_, err := c.tls.conn.Write(m.Out)
		if m.Out = m.Out[:0]; err != nil {
			return err
		}
		return c.tls.flush()
	}
	sent := 0
	for sent < len(m.Out) {
		n, errno := poll.Send(c.fd, m.Out[sent:])
		if errno == poll.Again {
			break
		}
		if errno != 0 {
			return errno
		}
		sent += n
	}
	m.Out = m.Out[:copy(m.Out, m.Out[sent:])]
	return nil
}

// backlog is how much of what was collected has not been sent.
func (c *conn) backlog() int {
	if c.tls != nil {
		return len(c.tls.out) - c.tls.off + len(c.mux.Out)
	}
	return len(c.mux.Out)
}

// hear receives frames.
func (l *loop) hear(c *conn) {
	m := c.mux
	for range fairReads {
		n, drained, err := l.read(c)
		m.Now = l.now()
		if err == errAgain {
			l.settle(c, m.Now)
			return
		}
		if err == nil {
			var k int
			m.heard = m.Now
			k, err = m.Feed(l.buffer[:n])
			l.endEnough(m)
			c.rest = append(c.rest[:0], l.buffer[k:n]...)
		}
		if err != nil {
			l.broken(c, asEnd(err))
			return
		}
		if drained {
			l.settle(c, m.Now)
			return
		}
	}
	l.settle(c, m.Now)
	if c.state == shared {
		c.unread = true
		l.more = append(l.more, c)
	}
}

// settle sees to a connection after something has happened on it.
func (l *loop) settle(c *conn, now time.Duration) {
	m := c.mux
	m.retired = m.retired || m.Leaving() || m.Allowed() == 0 || c.carried > 0 && c.pool.endpoint.reuse.Ended(c.carried, now-c.born)
	resting := len(m.Streams()) == 0
	if m.retired && resting {
		l.hangUp(c)
		return
	}
	if resting {
		c.since = now
	}
	c.pool.endpoint.learn(m.Allowed())
	if m.retired {
		l.delist(c)
	} else {
		l.fill(c, whatever)
		l.offer(c)
	}
	if len(m.Out) > 0 {
		l.dirtied(c)
	}
}

// broken deals with the end of a connection.
func (l *loop) broken(c *conn, err error) {
	m := c.mux
	m.ended = true
	m.OtherIn += int64(len(c.rest))
	if _, malformed := err.(http1.Malformed); !malformed && m.Farewell != nil {
		err = m.Farewell
	}
	for n := len(m.Streams()); n > 0; n = len(m.Streams()) {
		s := m.Streams()[0]
		m.Drop(s)
		m.Failed(s, err, false)
	}
	l.hangUp(c)
}
