//go:build linux

package wire

import (
	"time"

	"tollgate/scenarios/load"
	"tollgate/scenarios/load/wire/poll"
)

// dial begins to connect c, to the next address that takes it.
func (l *loop) dial(c *conn) {
	began := l.now()
	l.connect(c, began)
	now := l.now()
	l.sizing.dialled(now, now-began)
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
	if c.loaded {
		l.waiting.insert(c, l.waiting.last)
	} else {
		l.clocks.start(c, c.pool.endpoint.patience, c.began)
	}
}

// connected is told that c's socket is connected, or has failed to.
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
	if c.pool.endpoint.tls != nil {
		l.secure(c, now)
		return
	}
	l.opened(c, now)
	if flags&(poll.Readable|poll.HungUp) != 0 {
		l.heard(c, flags&poll.HungUp != 0)
	}
}

// heard deals with what had arrived on c when it was open, perhaps its end: no
// event will tell of that again.
func (l *loop) heard(c *conn, hungUp bool) {
	switch c.state {
	case busy:
		c.hungUp = hungUp
		l.receive(c)
	case idle:
		l.disturbed(c)
	}
}

// opened is told that c is ready for its first request.
func (l *loop) opened(c *conn, now time.Duration) {
	l.counts.Opened++
	c.born = now
	if c.loaded {
		c.remove(byDial)
		l.send(c, now)
		return
	}
	c.remove(byClock)
	l.release(c, now)
}

// dialFailed gives up a connection that never was.
func (l *loop) dialFailed(c *conn, err error, during load.Phase) {
	l.counts.Failed++
	l.failure = err
	if c.loaded {
		c.exchange.sample.DNS = c.dns
		l.lose(c, l.now(), err, during)
		return
	}
	l.hangUp(c)
}
