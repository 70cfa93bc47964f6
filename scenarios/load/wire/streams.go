//go:build linux

package wire

import (
	"slices"
	"time"

	"tollgate/results"
	"tollgate/scenarios/load"
	"tollgate/scenarios/load/http1"
	"tollgate/scenarios/load/http2"
)

// Ended implements http2.Handler.
func (m *mux) Ended(s *http2.Stream) {
	x := s.Owner.(*exchange)
	m.conn.proven = true
	m.loop.conclude(x, s.Deviations, m.Now)
}

// Interim implements http2.Handler.
func (m *mux) Interim(s *http2.Stream) { m.loop.proceed(s.Owner.(*exchange)) }

// Failed implements http2.Handler. A request is repeated where the server has not begun
// with it: once where it refused the stream, which it does when it is overloaded, and more
// often where it ended the connection, or refused more streams than it had said that it
// allows. Once it is repeated, too, where it may be and found a
// connection at its end.
func (m *mux) Failed(s *http2.Stream, err error, unseen bool) {
	l, x := m.loop, s.Owner.(*exchange)
	_, malformed := err.(http1.Malformed)
	sent := s.Out - m.Unsent(s, m.conn.backlog())
	stale := !malformed && x.stale && s.In == 0 && (x.request.repeatable || sent == 0)
	_, gone := err.(http2.Gone)
	early := unseen && !gone && x.stream.Early
	if x.repeats < load.MostRepeats && (x.repeats == x.early && (unseen || stale) || unseen && gone || early) {
		if early {
			x.early++
		}
		m.OtherIn += s.In
		m.OtherOut += sent
		l.repeat(x, !unseen)
		return
	}
	switch end := err.(type) {
	case http2.Reset:
		err = load.ResetBy(uint32(end))
	case http2.Gone:
		err = load.GoneWith(uint32(end))
	}
	l.fail(x, l.now(), err, load.WhileExchanging)
}

// repeat lets a request wait for another connection, which must be a new one where the
// one that it was on turned out to have ended.
func (l *loop) repeat(x *exchange, fresh bool) {
	l.counters.Retried.Add(1)
	x.unflushed()
	x.rewind()
	x.anew = fresh
	l.clocks.start(&x.clock, x.request.Timeout, x.sample.Begun)
	l.waiting.insert(x, &x.waits, l.waiting.last)
	l.orphaned(x)
}

// unflushed takes an exchange off the list of those that are about to be sent.
func (x *exchange) unflushed() {
	if x.fresh {
		x.fresh = false
		m := x.conn.mux
		m.fresh = slices.DeleteFunc(m.fresh, func(o *exchange) bool { return o == x })
	}
}

// cancel ends the stream of an exchange. Where nothing has come from the server since it
// was sent, the server is asked for a sign of life; without one until the end of a request
// that was sent later, no further requests go there.
func (l *loop) cancel(x *exchange, now time.Duration) {
	m := x.conn.mux
	m.Cancel(&x.stream)
	switch sent := x.sample.Sent; {
	case m.heard >= sent:
	case m.heard >= m.asked:
		m.Ping()
		m.asked = now
	case sent > m.asked:
		m.retired = true
	}
}

// measure fills in the sizes of an exchange that has ended. What was sent and received
// for no stream, it takes as well: so the bytes of all exchanges are those of the
// connection.
func (m *mux) measure(x *exchange) {
	s, t := &x.sample, &x.stream
	s.Out, s.In = t.Out-m.Unsent(t, m.conn.backlog())+m.OtherOut, t.In+m.OtherIn
	m.OtherOut, m.OtherIn = 0, 0
	s.Headers = results.HeaderBytes{Out: int64(t.PackedOut), In: int64(t.PackedIn), PlainOut: int64(t.HeadOut), PlainIn: int64(t.HeadIn)}
	if t.First > 0 {
		s.FirstByte = t.First - s.Sent
	}
}

// bye tells the server that a connection ends, if it still listens.
func (c *conn) bye() {
	if c.fd >= 0 {
		c.mux.Bye()
		_ = c.transmit()
	}
}
