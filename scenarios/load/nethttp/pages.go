package nethttp

import (
	"slices"
	"sync"

	"tollgate/results"
	"tollgate/scenarios/check"
	"tollgate/scenarios/load"
)

// asksFirst finds out whether a browser sends a preflight before a request.
func (t *roundTripper) asksFirst(f *arrival) {
	f.asks, f.first = nil, nil // of the step before
	asks := t.endpoint.messages[f.number].Preflight
	if asks == nil || f.err != nil {
		return
	}
	first, err := asks.Render(&f.sending)
	if err != nil {
		f.err = err
		return
	}
	jar := t.jarOf(f)
	if jar == nil {
		jar = t.endpoint.likelyJar()
	}
	if jar == nil || !jar.Allows(asks, []byte(first.URL.RequestURI()), t.engine.now()) {
		f.asks, f.first = asks, first
	}
}

// jarOf is where the cookies of a user are, and what its browser was allowed; nil in the open
// model without flows, where a connection stands for a user.
func (t *roundTripper) jarOf(f *arrival) *load.Jar {
	if _, closed := t.source.(*users); closed && len(t.endpoint.jars) > 0 {
		return t.endpoint.jars[f.user]
	}
	if f.walk != nil {
		return &f.walk.Jar
	}
	return nil
}

// exchange is one that is about to begin.
func (t *roundTripper) exchange(f *arrival, s *results.Sample) exchange {
	return exchange{
		endpoint: t.endpoint, clock: t.engine.now, sample: s, firsts: t.engine.firsts, inFlight: t.engine.counters.InFlight(), user: t.jarOf(f),
	}
}

// sent deals with what an exchange leaves behind.
func (t *roundTripper) sent(x *exchange) {
	t.engine.counters.Retried.Add(int64(max(x.tries-1, 0)))
	if x.endpoint.remembers && x.rests.Load() {
		x.endpoint.rested.put(x.conn)
	}
}

// ask sends the preflight of a request and records it. It returns what became of the request,
// nil where that may be sent now. One that is not sent because the load has ended is not
// recorded.
func (t *roundTripper) ask(f arrival, s results.Sample) *results.Sample {
	asked := s
	asked.Request = f.asks.Number
	if f.walk != nil {
		f.walk.Begun(&asked)
	}
	x := t.exchange(&f, &asked)
	x.asks = f.asks
	of := f
	of.request = f.first
	x.run(t.ctx, &f.asks.Message, &of)
	t.sent(&x)
	t.engine.shared.Record(&asked)
	switch {
	case asked.Err == results.ErrCancelled || t.until.Err() != nil:
		s.Err, s.Sent = results.ErrCancelled, load.EndOf(&asked)
		return &s
	case asked.Outcome() == results.OK:
		return nil
	}
	blocked := load.Blocked(f.number, &asked)
	if t.engine.firsts.Take(blocked) {
		blocked.Excerpt = load.FailureExcerpt(load.ErrBlocked, load.WhileExchanging, 0, 0, t.endpoint.messages[f.number].Mask())
	}
	t.engine.shared.Record(blocked)
	return blocked
}

// keepAllowed remembers what a preflight allowed.
func (x *exchange) keepAllowed(r *check.Response) {
	if x.asks != nil && x.sample.Outcome() == results.OK {
		x.jar().Allow(x.asks, []byte(x.asked.URL.RequestURI()), r.Header, x.clock())
	}
}

// likelyJar is that of the connection that will probably carry the next request: of HTTP/1.1
// the one that rested last, of HTTP/2 the one with the fewest requests; nil for a new one.
func (d *endpoint) likelyJar() *load.Jar {
	if d.pool != nil {
		if jar, http1 := d.pool.likelyJar(); !http1 {
			return jar
		}
	}
	if m := d.rested.take(); m != nil {
		return m.jar
	}
	return nil
}

func (p *pool) likelyJar() (jar *load.Jar, http1 bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	var best *framedConn
	for _, m := range p.conns {
		if m.using < p.streams && (best == nil || m.after(best) < 0) {
			best = m
		}
	}
	if best == nil {
		return nil, p.http1
	}
	return best.jar, p.http1
}

// A rested holds idle connections in the order in which the transport lends them out, which
// it does not say: the one that rested last goes first.
type rested struct {
	mu    sync.Mutex
	conns []*timedConn
}

func (r *rested) put(m *timedConn) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.conns = append(slices.DeleteFunc(r.conns, func(o *timedConn) bool { return o == m }), m)
}

// take returns the connection that rested last and is open, nil for none.
func (r *rested) take() *timedConn {
	r.mu.Lock()
	defer r.mu.Unlock()
	for n := len(r.conns); n > 0; n = len(r.conns) {
		m := r.conns[n-1]
		if r.conns = r.conns[:n-1]; m.rests() {
			return m
		}
	}
	return nil
}

// rests reports whether the connection is open, serves no request and will serve another.
func (m *timedConn) rests() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return !m.closed && m.end == nil && !m.expected
}
