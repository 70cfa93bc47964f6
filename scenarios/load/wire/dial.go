//go:build linux

package wire

import (
	"errors"
	"time"

	"tollgate/scenarios/load"
	"tollgate/scenarios/load/wire/poll"
)

func (l *loop) dial(c *conn) {
	if c.pool.endpoint.shares() {
		c.pool.opening = c
	}
	began := l.now()
	l.connect(c, began)
	if now := l.now(); c.pool == l.pool {
		l.sizing.dialled(now, now-began)
	}
}

func (l *loop) connect(c *conn, now time.Duration) {
	p := c.pool
	a := p.endpoint.names.Answer()
	if len(a.Addresses) == 0 {
		c.dns = a.Took
		l.dialFailed(c, a.Unknown, load.WhileDialling)
		return
	}
	c.began = now
	c.dns = a.AskedOnce()
	if err := l.attempt(c, c, now); err != nil {
		l.dialFailed(c, err, load.WhileDialling)
		return
	}
	if x := c.exchange; x != nil {
		l.waiting.insert(x, &x.waits, l.waiting.last)
	} else {
		l.lasts(c)
	}
}

// connected handles a socket that has connected, or has failed to.
func (l *loop) connected(c *conn, flags uint32) {
	if errno := poll.Failure(c.fd); errno != 0 {
		l.attemptFailed(c, errno)
		return
	}
	if flags&poll.Writable == 0 {
		return
	}
	now := l.now()
	c, err := l.won(c, now)
	if err != nil {
		l.dialFailed(c, err, load.WhileDialling)
		return
	}
	c.connect = now - c.began // since the first attempt
	if p := c.pool.endpoint; p.tls != nil || !p.tunnel.IsOpen() {
		l.secure(c, now)
		return
	}
	l.opened(c, now)
	if flags&(poll.Readable|poll.HungUp) != 0 {
		l.heard(c, flags&poll.HungUp != 0)
	}
}

// heard deals with what had arrived on c when it was open, perhaps its end: no
// event will report that again.
func (l *loop) heard(c *conn, hungUp bool) {
	switch c.state {
	case busy:
		c.hungUp = hungUp
		l.receive(c)
	case idle:
		l.disturbed(c)
	case shared:
		c.hungUp = hungUp
		l.hear(c)
	}
}

func (l *loop) opened(c *conn, now time.Duration) {
	l.counters.Opened.Add(1)
	c.born = now
	c.clock.remove()
	if c.pool.opening == c {
		c.pool.opening = nil
	}
	if c.speaksHTTP2() {
		l.startMux(c, now)
		return
	}
	c.pool.endpoint.allowed.Store(onlyHTTP1)
	l.disown(c)
	if x := c.exchange; x != nil {
		x.waits.remove()
		l.send(x, now)
		return
	}
	l.release(c, now)
}

// lasts lets the opening of a connection that no request waits for take no longer than
// the longest timeout of a request.
func (l *loop) lasts(c *conn) { l.clocks.start(&c.clock, c.pool.endpoint.patience, c.began) }

// dialFailed gives up a connection that never was.
func (l *loop) dialFailed(c *conn, err error, during load.Phase) {
	l.counters.Failed.Add(1)
	l.failures++
	l.failure = err
	if c.exchange == nil && c.riders == 0 {
		l.hangUp(c)
		return
	}
	if x := c.exchange; x != nil {
		x.sample.DNS = c.dns
		l.lose(x, l.now(), err, during)
	}
	for n := l.waiting.first; n != nil && c.riders > 0; {
		x := n.of
		if n = n.next; x.conn == c {
			l.lose(x, l.now(), err, during)
		}
	}
}

// A connection to a name with several addresses may take several attempts. They
// are sockets of their own, each in a conn, and the first one that connects
// becomes the socket of the conn that they are made for, their lead.

var errNoAddress = errors.New("no address is left to try")

// attempt begins to connect c to the next address that takes it, on behalf of
// its lead, which may be itself.
func (l *loop) attempt(c, lead *conn, now time.Duration) error {
	p := c.pool
	a := p.endpoint.names.Answer()
	err := errNoAddress
	for {
		to, ok := p.endpoint.names.Routes.Next(a.Addresses, p.turn, now, lead.tried)
		if !ok {
			return err
		}
		p.turn++
		lead.tried = append(lead.tried, to)
		c.address, c.attempted = to, now
		if c.fd, err = p.endpoint.dial(to); err != nil {
			continue
		}
		if err = l.poller.Add(c.fd, c.key()); err == nil {
			break
		}
		poll.Close(c.fd)
		c.fd = -1
	}
	lead.attempt.remove()
	if lead.latest = now; len(lead.tried) < len(a.Addresses) {
		l.attempts.insert(lead, &lead.attempt, l.attempts.last)
	}
	return nil
}

// staggered makes one more attempt for each connection whose latest one has not
// come to anything for a while.
func (l *loop) staggered(now time.Duration) {
	for n := l.attempts.first; n != nil && now-n.of.latest >= load.AttemptDelay; n = l.attempts.first {
		lead := n.of
		n.remove()
		r := l.newConn(lead.pool)
		r.lead, lead.rivals = lead, append(lead.rivals, r)
		if l.attempt(r, lead, now) != nil {
			l.hangUp(r)
		}
	}
}

func (l *loop) nextAttempt() time.Duration {
	if n := l.attempts.first; n != nil {
		return n.of.latest + load.AttemptDelay
	}
	return never
}

// attemptFailed handles a socket that failed to connect. Another address
// is tried at once; only when all have failed, the connection has.
func (l *loop) attemptFailed(c *conn, err error) {
	lead := c
	if c.lead != nil {
		lead = c.lead
	}
	poll.Close(c.fd)
	c.fd = -1
	c.generation++
	if l.attempt(c, lead, l.now()) == nil {
		return
	}
	if c != lead {
		l.hangUp(c)
	}
	if lead.fd < 0 && len(lead.rivals) == 0 {
		p := lead.pool.endpoint
		l.dialFailed(lead, p.tunnel.Failed(err), load.OpeningPhase(err, p.tls != nil && p.tunnel == nil))
	}
}

// won handles an attempt that has connected: it ends the others and returns the
// connection that it was made for.
func (l *loop) won(c *conn, now time.Duration) (*conn, error) {
	endpoint := c.pool.endpoint
	endpoint.names.Routes.MarkAlive(c.address)
	lead, fd := c, c.fd
	if c.lead != nil {
		lead = c.lead
		for _, other := range append(lead.rivals, lead) {
			if other.fd >= 0 && other.attempted < c.attempted && endpoint.names.Routes.MarkDead(other.address, now) {
				l.engine.job.AddNote(endpoint.number, load.Unanswered(other.address, c.address))
			}
		}
		if lead.fd >= 0 {
			poll.Close(lead.fd)
		}
		c.fd = -1
		lead.fd, lead.address = fd, c.address
		lead.generation++
	}
	lead.attempt.remove()
	l.dropRivals(lead)
	if lead == c {
		return c, nil
	}
	return lead, errors.Join(l.poller.Remove(fd), l.poller.Add(fd, lead.key()))
}

func (l *loop) dropRivals(c *conn) {
	for n := len(c.rivals); n > 0; n = len(c.rivals) {
		r := c.rivals[n-1]
		c.rivals = c.rivals[:n-1]
		r.lead = nil
		l.hangUp(r)
	}
}
