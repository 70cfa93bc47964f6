//go:build linux

package wire

import (
	"slices"
	"time"

	"tollgate/results"
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

// endEnough ends the streams that have as many events as their requests want.
func (l *loop) endEnough(m *mux) {
	if !l.stops {
		return
	}
	for _, s := range slices.Clone(m.Streams()) {
		if x := s.Owner.(*exchange); x.events != nil && x.events.Enough() {
			l.cancel(x, m.Now)
			l.conclude(x, s.Deviations, m.Now)
		}
	}
}

// measure fills in the sizes of an exchange that has ended. What was sent and received
// for no stream, it takes as well: so the bytes of all exchanges are those of the
// connection. What is still to be sent of an upload that was cut off counts with the
// exchange that ends next.
func (m *mux) measure(x *exchange) {
	s, t := &x.sample, &x.stream
	late := m.Unsent(t, m.conn.backlog())
	s.Out, s.In = t.Out-late+m.OtherOut, t.In+m.OtherIn
	m.OtherOut, m.OtherIn = 0, 0
	if !m.ended {
		m.OtherOut = late
	}
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
