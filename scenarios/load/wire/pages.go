//go:build linux

package wire

import (
	"bytes"
	"time"

	"tollgate/results"
	"tollgate/scenarios/load"
)

// A preflight is what a browser sends before a request, unless its user was allowed that a
// while ago.
type preflight struct {
	encodedRequest
	asks   *load.Preflight
	target []byte // path and query; nil where each sending has another
}

// encodePreflights encodes the preflights of an endpoint's requests. Their numbers on a
// connection of HTTP/2 follow those of the requests.
func (p *endpoint) encodePreflights(scheme string) {
	for i := range p.requests {
		asks := p.requests[i].Preflight
		if asks == nil {
			continue
		}
		one := &preflight{encodedRequest: p.encode(len(p.requests)+i, scheme, &asks.Message), asks: asks}
		if one.text != nil {
			one.target = targetOf(one.text)
		}
		p.requests[i].preflight = one
	}
}

// asksFirst reports whether any request of the endpoint has a preflight.
func (p *endpoint) asksFirst() bool {
	for i := range p.requests {
		if p.requests[i].preflight != nil {
			return true
		}
	}
	return false
}

// targetOf is the path and query in the text of a request, without the origin that one to a
// proxy has before it.
func targetOf(text []byte) []byte {
	_, rest, _ := bytes.Cut(text, []byte(" "))
	target, _, _ := bytes.Cut(rest, []byte(" "))
	if _, behind, absolute := bytes.Cut(target, []byte("://")); absolute && target[0] != '/' {
		target = behind[max(0, bytes.IndexByte(behind, '/')):]
	}
	return target
}

// An asked is what a request has behind it whose preflight had a good response.
type asked struct {
	yes   bool
	first bool          // this is the preflight
	begun time.Duration // of it
	held  time.Duration
}

// askFirst makes x the preflight of its request, unless its user need not ask, and returns
// the number that x is recorded as.
func (l *loop) askFirst(x *exchange, c *conn, now time.Duration, number uint16) (uint16, error) {
	p := x.request.preflight
	target := p.target
	if target == nil {
		t := renderedText{text: x.own}
		p.render(&t, &x.sending)
		if x.own = t.text; t.err != nil {
			return number, t.err
		}
		target = targetOf(x.own)
	}
	if jar := l.jarOf(&x.arrival, c); jar != nil && jar.Allows(p.asks, target, now) {
		return number, nil
	}
	x.request, x.arrival.asked.first = &p.encodedRequest, true
	return p.asks.Number, nil
}

// keepAllowed remembers what a preflight allowed.
func (l *loop) keepAllowed(x *exchange, now time.Duration) {
	if x.arrival.asked.first && x.sample.Outcome() == results.OK {
		number := l.requestOf(&x.arrival)
		x.jar().Allow(x.pool.endpoint.requests[number].preflight.asks, targetOf(x.text), x.capture.Values, now)
	}
}

// A pageQueue has the requests of pages sent when their preflights have ended: at once where
// these were good, and not at all otherwise. A request is recorded as taken up when its
// preflight was, since its user waits for both.
type pageQueue struct {
	queue
	loop   *loop
	ready  []readyRequest // whose preflights have ended, the earliest first
	ending bool           // nothing more is sent
}

type readyRequest struct {
	arrival arrival
	at      time.Duration // that its preflight ended
}

func (q *pageQueue) next(now time.Duration) (time.Duration, bool) {
	if len(q.ready) > 0 {
		return q.ready[0].at, true
	}
	return q.queue.next(now)
}

func (q *pageQueue) take(now time.Duration) arrival {
	if len(q.ready) == 0 {
		return q.queue.take(now)
	}
	o := q.ready[0].arrival
	q.ready = append(q.ready[:0], q.ready[1:]...)
	return o
}

func (q *pageQueue) skip(now time.Duration) bool { return len(q.ready) == 0 && q.queue.skip(now) }

func (q *pageQueue) ended(now time.Duration, o arrival, s *results.Sample) {
	if !o.asked.first {
		q.queue.ended(now, o, s)
		return
	}
	if s.Err == results.ErrCancelled || q.ending {
		q.drop(now, o)
		return
	}
	if s.Outcome() != results.OK {
		if o.walk != nil {
			q.loop.steps.find(o.seq) // what was rendered of it is not sent
		}
		blocked := load.Blocked(q.loop.requestOf(&o), s)
		if q.loop.firsts.Take(blocked) {
			blocked.Excerpt = load.FailureExcerpt(load.ErrBlocked, load.WhileExchanging, 0, 0, q.loop.pool.endpoint.requests[blocked.Request].Mask())
		}
		q.loop.shard.Record(blocked)
		q.queue.ended(now, o, blocked)
		return
	}
	o.asked = asked{yes: true, begun: s.Begun, held: s.Held}
	q.ready = append(q.ready, readyRequest{o, load.EndOf(s)})
}

// drop leaves out a request whose preflight has ended. A walk that it is a step of is cut off.
func (q *pageQueue) drop(now time.Duration, o arrival) {
	q.queue.ended(now, o, &results.Sample{Target: q.loop.pool.endpoint.number, Sent: now, Err: results.ErrCancelled})
}

func (q *pageQueue) end(now time.Duration) {
	q.queue.end(now)
	q.ending = true
	for _, r := range q.ready {
		q.drop(now, r.arrival)
	}
	q.ready = q.ready[:0]
}
