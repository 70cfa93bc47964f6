//go:build linux

package wire

import (
	"time"

	"tollgate/scenarios/load"
	"tollgate/scenarios/load/http1"
	"tollgate/scenarios/load/http2"
)

// Failed implements http2.Handler.
func (m *mux) Failed(s *http2.Stream, err error, unseen bool) {
	l, x := m.loop, s.Owner.(*exchange)
	sent := s.Out - m.Unsent(s, m.conn.backlog())
	again, pause := m.again(x, err, unseen, sent)
	if again {
		if !m.ended {
			sent = s.Out
		}
		m.OtherIn += s.In
		m.OtherOut += sent
		l.repeat(x, !unseen, pause)
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

// again says whether a request is sent once more, and after which pause. One that the
// server has not seen is, until its timeout, where the connection ended behind others
// that the server took, and some times where the server refused it: the stream, or the
// connection with all that was sent on it. Once that is done, too, with one that may be
// repeated and found a connection at its end.
func (m *mux) again(x *exchange, err error, unseen bool, sent int64) (again bool, pause time.Duration) {
	if !unseen {
		_, malformed := err.(http1.Malformed)
		return !malformed && x.stale && !x.anew && x.stream.In == 0 && (x.request.repeatable || sent == 0), 0
	}
	if _, gone := err.(http2.Gone); gone && m.Taken > 0 {
		m.conn.pool.endpoint.perConnection.Store(int32(m.Taken))
		return true, 0
	}
	x.refused++
	return x.refused <= load.MostRefusals, load.RefusalPause(x.refused - 1)
}

// repeat lets a request wait for another connection after a pause. That must be a new one
// where the one that it was on turned out to have ended.
func (l *loop) repeat(x *exchange, fresh bool, pause time.Duration) {
	l.counters.Retried.Add(1)
	x.unflushed()
	x.rewind()
	x.anew = x.anew || fresh
	x.conn = nil
	l.insert(x)
	if now := l.now(); pause > 0 && now+pause < x.sample.Begun+x.request.Timeout {
		x.pausing = true
		l.clocks.start(&x.clock, pause, now)
		return
	}
	l.resume(x)
}

// resume lets a request wait for any connection.
func (l *loop) resume(x *exchange) {
	x.pausing = false
	l.clocks.start(&x.clock, x.request.Timeout, x.sample.Begun)
	l.orphaned(x)
}

// insert lists a request among those that wait, before those that were taken up later:
// so none is left to the end of one connection after another.
func (l *loop) insert(x *exchange) {
	var before *node[exchange]
	for n := l.waiting.first; n != nil && n.of.sample.Begun <= x.sample.Begun; n = n.next {
		before = n
	}
	l.waiting.insert(x, &x.waits, before)
}

// unlessEnded is how many of n further requests a connection takes before the server
// ends it, if it does that as it did with the latest one.
func (m *mux) unlessEnded(n int) int {
	latest := &m.conn.pool.endpoint.perConnection
	most := int(latest.Load())
	switch {
	case most == 0:
		return n
	case m.conn.carried >= most && len(m.Streams()) == 0: // it does not
		latest.Store(0)
		return n
	}
	return min(n, max(most-m.conn.carried, 0))
}
