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

// A conn is one connection.
type conn struct {
	number     int    // in loop.conns
	generation uint32 // distinguishes its events from those of an earlier connection
	fd         int    // -1: none
	state      state
	pool       *pool
	tls        *session // nil: without
	hungUp     bool     // the server will send no more than what has arrived
	served     bool     // it has carried a request before
	proven     bool     // likewise, and been answered: it may have ended since
	mux        *mux     // nil: it speaks HTTP/1.1, or is not open yet
	listed     bool     // of HTTP/2, in pool.idle
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

	exchange *exchange  // that it carries, or is opened for; nil: none
	riders   int        // that wait for it to be opened besides
	unread   bool       // in loop.more
	unsent   bool       // likewise
	jar      *load.Jar  // of the user that it stands for; nil: empty
	rest     []byte     // an unfinished line of what was received
	clock    deadline   // of its opening, where no request waits for it
	attempt  node[conn] // in loop.attempts
}

type state uint8

const (
	gone      state = iota // and free to be used for another connection
	dialling               // waiting for the TCP handshake
	securing               // waiting for the TLS handshake
	abandoned              // likewise, but no longer wanted
	idle                   // open and idle
	busy                   // carrying a request
	shared                 // open, of HTTP/2: it may carry any number
)

// phase is how far an exchange on the connection has come.
func (c *conn) phase() load.Phase {
	switch c.state {
	case dialling:
		return load.WhileDialling
	case securing:
		return c.tls.phase()
	}
	return load.WhileExchanging
}

// A pool is a loop's connections to one endpoint.
type pool struct {
	endpoint *endpoint
	idle     []*conn // that take a request: of HTTP/1.1 the one that rested last is the last
	spread   int     // where in idle the search for one of HTTP/2 begins
	opening  *conn   // being opened, for requests that share it; nil: none
	open     int     // in any state but gone
	turn     int     // of the endpoint's addresses
	noted    http1.Deviations
	held     bool // it was noted that requests wait for the scenario's limit
	asking   bool // its endpoint's name is being looked up
}

// newConn returns a conn to a pool's endpoint that is not connected yet.
func (l *loop) newConn(p *pool) *conn {
	var c *conn
	if n := len(l.free); n > 0 {
		c, l.free = l.conns[l.free[n-1]], l.free[:n-1]
	} else {
		c = &conn{number: len(l.conns)}
		c.clock.conn = c
		l.conns = append(l.conns, c)
	}
	c.generation++
	c.fd, c.state, c.pool, c.tls = -1, dialling, p, nil
	c.carried, c.born, c.jar = 0, 0, nil
	c.tried, c.rivals, c.lead, c.exchange = c.tried[:0], c.rivals[:0], nil, nil
	c.served, c.proven, c.hungUp, c.dns, c.connect, c.handshake = false, false, false, 0, 0, 0
	c.mux, c.listed, c.riders, c.rest = nil, false, 0, c.rest[:0]
	p.open++
	return c
}

func (c *conn) key() uint64 { return uint64(c.generation)<<32 | uint64(uint32(c.number)) }

// carry gives c a request.
func (c *conn) carry(x *exchange) { c.exchange, x.conn = x, c }

// write sends what it can of what c may send. It is no error that the socket
// takes no more for now.
func (c *conn) write() error {
	x := c.exchange
	n, err := c.put(x.text[x.off:x.upTo])
	x.off += n
	if err != nil || x.body.file == nil || x.body.held || x.off < len(x.text) || !c.flushed() {
		return err
	}
	return c.writeBody(&x.body)
}

// put sends what it can of b. Over TLS it takes all of it, and sends of that what it can.
func (c *conn) put(b []byte) (n int, err error) {
	if c.tls != nil {
		if len(b) > 0 {
			if n, err = c.tls.conn.Write(b); err != nil {
				return n, err
			}
			c.tls.plain += n
		}
		return n, c.tls.flush()
	}
	for n < len(b) {
		k, errno := poll.Send(c.fd, b[n:])
		if errno == poll.Again {
			return n, nil
		}
		if errno != 0 {
			return n, errno
		}
		n += k
	}
	return n, nil
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

// idleConn returns the connection of a pool that rested last, nil if there is none. So
// those that are not needed grow too old, and end.
func (l *loop) idleConn(p *pool, now time.Duration) *conn {
	for n := len(p.idle); n > 0; n = len(p.idle) {
		p.raise()
		c := p.idle[n-1]
		if c.mux != nil {
			if l.takes(c, now) {
				return c
			}
			continue
		}
		p.idle = p.idle[:n-1]
		if now-c.since > load.IdleLimit {
			l.hangUp(c) // and so will those that have rested even longer
			continue
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

// waitsFor returns the request that has waited longest of those that c may carry, nil
// if there is none. One that was opened for an earlier turn may lead
// to another target; and a request that found a kept connection stale has only one
// more attempt, which no kept one gets.
func (l *loop) waitsFor(c *conn, those func(*exchange) bool) *exchange {
	for n := l.waiting.first; n != nil; n = n.next {
		if x := n.of; x.pool == c.pool && (!c.proven || !x.anew) && !x.pausing && those(x) {
			return x
		}
	}
	return nil
}

// unused puts a connection back that was to carry a request, nil for none.
func (l *loop) unused(c *conn) {
	switch {
	case c == nil:
	case c.mux != nil:
		l.offer(c)
	default:
		c.pool.idle = append(c.pool.idle, c)
	}
}

// release gives an open connection to the request that has waited longest for
// one to be opened, or puts it to rest.
func (l *loop) release(c *conn, now time.Duration) {
	if x := l.waitsFor(c, whatever); x != nil {
		l.detach(x)
		c.carry(x)
		l.send(x, now)
		return
	}
	c.state, c.since = idle, now
	c.dns, c.connect, c.handshake = 0, 0, 0 // the next request has not waited for it
	c.pool.idle = append(c.pool.idle, c)
}

// hangUp ends a connection that carries nothing.
func (l *loop) hangUp(c *conn) {
	c.clock.remove()
	c.attempt.remove()
	if c.pool.opening == c {
		c.pool.opening = nil
	}
	if c.mux != nil {
		l.delist(c)
		c.bye()
	}
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
	c.state, c.fd, c.tls, c.mux, c.exchange = gone, -1, nil, nil, nil
	if cap(c.rest) > bufferSize {
		c.rest = nil
	}
	c.pool.open--
	l.free = append(l.free, c.number)
}
