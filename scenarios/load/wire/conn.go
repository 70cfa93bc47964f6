//go:build linux

package wire

import (
	"io"
	"net/netip"
	"slices"
	"time"

	"tollgate/scenarios/load"
	"tollgate/scenarios/load/http1"
	"tollgate/scenarios/load/wire/poll"
)

// A conn is one connection, with the request that it carries at the moment.
type conn struct {
	number     int    // in loop.conns
	generation uint32 // distinguishes its events from those of an earlier connection
	fd         int    // -1: none
	state      state
	pool       *pool
	tls        *session // nil: without
	hungUp     bool     // the server will send no more than what has arrived
	served     bool     // it has carried a request before
	carried    int      // requests so far
	born       time.Duration
	address    netip.AddrPort
	attempted  time.Duration    // when that was tried
	tried      []netip.AddrPort // by the attempts at connecting
	latest     time.Duration    // of these attempts
	rivals     []*conn          // further attempts under way
	lead       *conn            // not nil: this is one

	began                   time.Duration // to connect, or to shake hands
	dns, connect, handshake time.Duration // what opening it took
	since                   time.Duration // when it was put to rest

	loaded   bool // exchange is under way
	unread   bool // in loop.more
	exchange exchange
	response http1.Response
	rest     []byte // an unfinished line of the response
	capture  http1.Capture
	noted    http1.Noted
	loop     *loop

	links [numLists]link
	until time.Duration // its end, if it stands in a list of deadlines
}

type state uint8

const (
	gone      state = iota // and free to be used for another connection
	dialling               // waiting for the TCP handshake
	securing               // waiting for the TLS handshake
	abandoned              // likewise, but no longer wanted
	idle                   // open and idle
	busy                   // carrying a request
)

func (s state) phase() load.Phase {
	switch s {
	case dialling:
		return load.WhileDialling
	case securing:
		return load.WhileSecuring
	}
	return load.WhileExchanging
}

// A pool is a loop's connections to one endpoint.
type pool struct {
	endpoint *endpoint
	idle     []*conn // the one that rested last is the last
	open     int     // in any state but gone
	turn     int     // of the endpoint's addresses
	noted    http1.Deviations
	held     bool // it was noted that requests wait for the scenario's limit
}

// newConn returns a conn to a pool's endpoint that is not connected yet.
func (l *loop) newConn(p *pool) *conn {
	var c *conn
	if n := len(l.free); n > 0 {
		c, l.free = l.conns[l.free[n-1]], l.free[:n-1]
	} else {
		c = &conn{number: len(l.conns), loop: l}
		l.conns = append(l.conns, c)
	}
	c.generation++
	c.fd, c.state, c.pool, c.tls = -1, dialling, p, nil
	c.carried, c.born = 0, 0
	c.tried, c.rivals, c.lead = c.tried[:0], c.rivals[:0], nil
	c.served, c.hungUp, c.dns, c.connect, c.handshake = false, false, 0, 0, 0
	p.open++
	return c
}

func (c *conn) key() uint64 { return uint64(c.generation)<<32 | uint64(uint32(c.number)) }

// write sends what it can of what c may send. It is no error that the socket
// takes no more for now.
func (c *conn) write() error {
	x := &c.exchange
	if c.tls != nil {
		if x.off < x.upTo {
			if _, err := c.tls.conn.Write(x.text[x.off:x.upTo]); err != nil {
				return err
			}
			x.off = x.upTo
		}
		return c.tls.flush()
	}
	for x.off < x.upTo {
		n, errno := poll.Send(c.fd, x.text[x.off:x.upTo])
		if errno == poll.Again {
			return nil
		}
		if errno != 0 {
			return errno
		}
		x.off += n
	}
	return nil
}

// flushed reports whether all that was written is on its way.
func (c *conn) flushed() bool { return c.tls == nil || c.tls.flushed() }

// read receives into b. It returns io.EOF when the server will send no more,
// and poll.Again when nothing is there.
func (c *conn) read(b []byte) (int, error) {
	if c.tls != nil {
		return c.tls.read(b)
	}
	n, errno := poll.Recv(c.fd, b)
	switch {
	case errno == poll.Again:
		return 0, errAgain
	case errno != 0:
		return 0, errno
	case n == 0:
		return 0, io.EOF
	}
	return n, nil
}

func (c *conn) captures(x *encodedRequest) *http1.Capture {
	if x.fields == nil {
		return nil
	}
	c.capture.Want(x.fields)
	return &c.capture
}

// Wants implements http1.Watcher: the head and the start of the body are kept of
// a response that may be the first of its kind to fail.
func (c *conn) Wants(code int) *http1.Noted {
	x := &c.exchange
	if !c.loop.firsts.Wants(&x.sample, x.request.Message, code) {
		return nil
	}
	if c.response.Prefix == nil {
		c.response.Prefix = c.loop.prefix(load.ExcerptBytes)
	}
	c.noted = http1.Noted{Names: c.noted.Names[:0]}
	return &c.noted
}

// captured is the first value of a field that x wants.
func (c *conn) captured(name string) string {
	if values := c.capture.Values(name); len(values) > 0 {
		return values[0]
	}
	return ""
}

// idleConn returns the connection that rested last, nil if there is none. So
// those that are not needed grow too old, and end.
func (l *loop) idleConn(now time.Duration) *conn {
	p := l.pool
	for n := len(p.idle); n > 0; n = len(p.idle) {
		c := p.idle[n-1]
		p.idle = p.idle[:n-1]
		if now-c.since > load.IdleLimit {
			l.hangUp(c) // and those that have rested even longer
			for _, older := range p.idle {
				l.hangUp(older)
			}
			p.idle = p.idle[:0]
			return nil
		}
		if now-c.since < longIdle || l.quiet(c) {
			return c
		}
		l.hangUp(c)
	}
	return nil
}

// longIdle is how long a connection rests before it is asked once more whether
// its end has come: the loop hears of that by itself, but where the machine
// held it up, only after it has sent a request into the void.
const longIdle = time.Second

// quiet reports whether an idle connection has nothing to say that matters.
func (l *loop) quiet(c *conn) bool {
	_, err := c.read(l.buffer)
	return err == errAgain
}

// waitsFor returns the connection being opened whose request has waited longest
// of those that c may carry, nil if there is none. One that was opened for an
// earlier turn may lead to another target; and a request that found a kept
// connection stale has only one more attempt, which no kept one gets.
func (l *loop) waitsFor(c *conn) *conn {
	for w := l.waiting.first; w != nil; w = w.links[byDial].next {
		if w.pool == c.pool && (!c.served || !w.exchange.again) {
			return w
		}
	}
	return nil
}

// release gives an open connection to the request that has waited longest for
// one to be opened, or puts it to rest.
func (l *loop) release(c *conn, now time.Duration) {
	if w := l.waitsFor(c); w != nil {
		w.remove(byDial)
		w.exchange, c.exchange = c.exchange, w.exchange
		w.loaded, c.loaded = false, true
		l.clocks.hand(w, c)
		l.clocks.start(w, w.pool.endpoint.patience, w.began)
		l.send(c, now)
		return
	}
	c.state, c.since = idle, now
	c.dns, c.connect, c.handshake = 0, 0, 0 // the next request has not waited for it
	c.pool.idle = append(c.pool.idle, c)
}

// hangUp ends a connection that carries nothing.
func (l *loop) hangUp(c *conn) {
	c.remove(byClock)
	c.remove(byDial)
	c.remove(byAttempt)
	l.dropRivals(c)
	if c.lead != nil {
		c.lead.rivals = slices.DeleteFunc(c.lead.rivals, func(r *conn) bool { return r == c })
		c.lead = nil
	}
	if c.state == securing {
		c.state = abandoned // its handshake ends early, and collect comes back to it
		c.tls.abandon()
		return
	}
	if c.fd >= 0 {
		poll.Close(c.fd)
	}
	c.state, c.fd, c.tls = gone, -1, nil
	if cap(c.rest) > bufferSize {
		c.rest = nil
	}
	c.pool.open--
	l.free = append(l.free, c.number)
}
