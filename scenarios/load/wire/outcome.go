//go:build linux

package wire

import (
	"io"
	"net"
	"syscall"
	"time"

	"tollgate/scenarios/check"
	"tollgate/scenarios/load"
	"tollgate/scenarios/load/http1"
)

// cut deals with the end of a connection while a response was expected.
func (l *loop) cut(c *conn, now time.Duration, err error) {
	x := c.exchange
	switch {
	case err == io.EOF && len(c.rest) == 0 && x.response.End():
		l.finish(x, now, false)
	case x.sample.In == 0 && x.sample.Reused && x.repeats == 0 && x.request.repeatable:
		l.retry(x)
	default:
		l.lose(x, now, asEnd(err), load.WhileExchanging)
	}
}

// asEnd wraps the errors of sockets as package net does.
func asEnd(err error) error {
	if no, ok := err.(syscall.Errno); ok {
		return &net.OpError{Op: "read", Err: no}
	}
	return err
}

func (l *loop) finish(x *exchange, now time.Duration, reusable bool) {
	c := x.conn
	x.sample.Protocol = load.ProtocolOf(&x.response)
	l.conclude(x, x.response.Deviations, now)
	if !reusable || c.hungUp || c.pool.endpoint.reuse.Ended(c.carried, now-c.born) {
		l.hangUp(c)
		return
	}
	l.release(c, now)
}

// conclude records a complete response.
func (l *loop) conclude(x *exchange, d http1.Deviations, now time.Duration) {
	s := &x.sample
	s.Code, s.Body = x.status(), x.kept.Body
	if d &^= x.pool.noted; d != 0 {
		x.pool.noted |= d
		l.engine.job.NoteDeviations(s.Target, x.pool.endpoint.elsewhere, d)
	}
	s.Release = x.request.Release(x.capture.Values)
	x.request.Attribute(s, x.capture.Values, x.kept.Prefix)
	l.complete(x, now)
}

// lose ends a request that has no complete response. Its connection ends with it, or
// its stream.
func (l *loop) lose(x *exchange, now time.Duration, err error, during load.Phase) {
	c := x.conn
	if c != nil && c.state == shared {
		l.cancel(x, now)
		l.fail(x, now, err, during)
		l.settle(c, now)
		return
	}
	l.fail(x, now, err, during)
	if c != nil && c.exchange == nil && c.riders == 0 {
		l.hangUp(c)
	}
}

// fail records a request that has ended without a complete response.
func (l *loop) fail(x *exchange, now time.Duration, err error, during load.Phase) {
	s := &x.sample
	x.measure(now)
	if x.received() == 0 && !s.Reused {
		err = x.pool.endpoint.tunnel.Explain(x.pool.endpoint.tls.Explain(err))
	}
	load.Failed(s, err, during)
	if x.carried() {
		s.Code, s.Body = x.status(), x.kept.Body
	}
	x.request.CutEvents(s, x.events, now)
	if l.firsts.Take(s) {
		s.Excerpt = load.FailureExcerpt(err, during, x.request.Timeout, x.received(), x.mask())
	}
	l.shard.Record(s)
	l.ended(x, now, true)
}

// measure fills in what is known when an exchange has ended.
func (x *exchange) measure(now time.Duration) {
	s := &x.sample
	s.Service = now - s.Sent
	switch c := x.conn; {
	case c != nil && c.mux != nil:
		c.mux.measure(x)
	case c != nil && c.tls != nil:
		s.Out = c.tls.sentOf(int64(x.off) + x.body.out())
	default:
		s.Out = int64(x.off) + x.body.out()
	}
}

// ended makes a connection, and the memory of an exchange, free for the next. Where the
// outcome is not known yet, its walk goes on when it is.
func (l *loop) ended(x *exchange, now time.Duration, known bool) {
	if n := cap(x.kept.Prefix); n > 0 && n <= check.Window {
		l.prefixes[n] = append(l.prefixes[n], x.kept.Prefix[:0])
	}
	x.kept.Prefix = nil
	x.body.end()
	x.unflushed()
	x.clock.remove()
	x.waits.remove()
	l.leave(x)
	l.spare = append(l.spare, x)
	l.inFlight--
	l.counters.Ended()
	if x.pool == l.pool {
		l.sizing.ended(now)
	}
	if o := x.arrival; known || o.walk == nil {
		l.queue.ended(now, o, &x.sample)
	}
}
