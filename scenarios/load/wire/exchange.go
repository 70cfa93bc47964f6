//go:build linux

package wire

import (
	"net/url"
	"time"

	"tollgate/results"
	"tollgate/scenarios/check"
	"tollgate/scenarios/events"
	"tollgate/scenarios/load"
	"tollgate/scenarios/load/http1"
	"tollgate/scenarios/load/http2"
	"tollgate/scenarios/values"
	"tollgate/targets"
)

// An exchange is one request under way, with what is received of its response, from
// being taken up to being recorded.
type exchange struct {
	loop    *loop
	pool    *pool
	conn    *conn // that carries it, or that it waits for; nil: none yet
	sample  results.Sample
	arrival arrival // that it began as
	request *encodedRequest
	sending values.Sending
	text    []byte   // what is sent
	off     int      // how much of text was sent
	upTo    int      // how much of it may be sent for now
	repeats int      // this is not the first attempt
	refused int      // of them, those that follow a refusal
	pausing bool     // until it is sent again
	anew    bool     // which must be on a new connection
	stale   bool     // its connection may have ended before it was sent
	fresh   bool     // in mux.fresh
	orphan  bool     // it waits for any connection
	to      *url.URL // another host that it goes to; nil: it goes to the target
	own     []byte   // the memory of text, where each sending is another
	body    body     // what is sent after text
	bare    []byte   // text without the user's cookies; nil: none were looked for
	baked   []byte   // the memory of text with them

	until time.Time // the proof in text serves; zero: for long

	kept     *http1.Kept // of response or stream
	response http1.Response
	stream   http2.Stream
	capture  http1.Capture
	events   *events.Reader // of the response; nil: it is not read as events
	noted    http1.Noted

	clock deadline
	waits node[exchange] // in loop.waiting
}

// newExchange returns an exchange that nothing is known of but its loop.
func (l *loop) newExchange() *exchange {
	if n := len(l.spare); n > 0 {
		x := l.spare[n-1]
		l.spare = l.spare[:n-1]
		return x
	}
	x := &exchange{loop: l}
	x.clock.exchange = x
	x.response.Watcher, x.stream.Watcher, x.response.Memo = x, x, &l.memo
	x.kept = &x.response.Kept
	return x
}

// load takes up the request that is due next. It returns nil where it could not be
// signed, and has been recorded.
func (l *loop) load(now time.Duration, c *conn) *exchange {
	o := l.queue.take(now)
	x, p := l.newExchange(), l.pool.endpoint
	number := l.requestOf(&o)
	x.kept = &x.response.Kept
	x.arrival, x.pool, x.conn, x.request, x.off, x.bare, x.events = o, l.pool, nil, &p.requests[number], 0, nil, nil
	x.repeats, x.refused, x.pausing, x.anew = 0, 0, false, false
	due := o.due
	if due == whenTaken {
		due = now
	}
	x.sending = l.sendingOf(&o, due)
	err := error(nil)
	if x.request.preflight != nil && !o.asked.yes {
		number, err = l.askFirst(x, c, now, number)
	}
	if err == nil {
		err = l.write(x)
	}
	l.allowance.Pay(p.number, number)
	if l.engine.job.RanOut(err) {
		l.ending.Store(true)
		l.flows.drop(now, o.walk)
		l.spare = append(l.spare, x)
		return nil
	}
	if err != nil || x.request.text == nil {
		now = l.now() // rendering took its time
	}
	if o.due == whenTaken {
		o.due = now
	}
	if err == nil {
		err = l.direct(x, number)
	}
	x.arrival.due = o.due
	begun, held := now, time.Duration(0)
	if o.asked.yes {
		begun, held = o.asked.begun, o.asked.held
	} else {
		held = l.held.of(now, o.due)
	}
	x.upTo = x.request.first(x.text)
	x.body.begin(x.request)
	x.sample = results.Sample{Target: p.number, Request: number, Block: o.block, Seq: o.seq, Due: o.due, Begun: begun, Held: held, Sent: now}
	if o.walk != nil {
		o.walk.Begun(&x.sample)
	}
	if d := x.sample.Held; d > load.HeldTolerance && !l.pool.held {
		l.pool.held = true
		l.engine.job.NoteHeld(p.number, d)
	}
	l.inFlight++
	l.counters.Taken(x.sample.Lag())
	l.clocks.start(&x.clock, x.request.Timeout, begun)
	if err != nil {
		l.lose(x, now, err, load.WhileSigning)
		return nil
	}
	return x
}

// sendingOf is what the values of an arrival depend on that is due at a time.
func (l *loop) sendingOf(o *arrival, due time.Duration) values.Sending {
	if o.walk != nil {
		return o.walk.SendingAt(&l.engine.job, due)
	}
	s := l.engine.job.Sending(o.seq, due)
	s.User = l.engine.job.Part.User(o.user)
	return s
}

// requestOf is which of the job's requests an arrival is.
func (l *loop) requestOf(o *arrival) uint16 {
	if o.walk != nil {
		return o.walk.Request()
	}
	return l.engine.job.Pick(o.seq)
}

// open opens a connection for a request.
func (l *loop) open(x *exchange) {
	c := l.newConn(x.pool)
	c.carry(x)
	l.dial(c)
}

func (l *loop) send(x *exchange, now time.Duration) {
	if err := x.renew(); err != nil {
		l.lose(x, now, err, load.WhileSigning)
		return
	}
	c, s := x.conn, &x.sample
	if s.Reused = c.served; !c.served {
		s.DNS, s.Connect, s.TLS = c.dns, c.connect, c.handshake
	}
	s.Sent, s.Protocol = now, results.HTTP11
	x.stale, x.kept = c.served, &x.response.Kept
	c.served, c.proven, c.hungUp, c.state = true, true, false, busy
	c.carried++
	c.rest = c.rest[:0]
	l.addCookies(x)
	x.response.Reset(x.request.head, nil, x.captures())
	x.response.Whole = x.request.KeepsCoded(l.inFlight)
	x.response.Sink = x.readEvents(&l.fed)
	if x.holdsBack() && now+load.ContinueWait < x.clock.until {
		l.clocks.start(&x.clock, load.ContinueWait, now)
	}
	l.push(x)
}

func (l *loop) push(x *exchange) {
	c := x.conn
	err := c.write()
	_, own := err.(*targets.UploadError)
	switch {
	case err == nil && c.unsent:
		l.more = append(l.more, c)
	case err == nil:
	case own:
		l.lose(x, l.now(), err, load.WhileExchanging)
	case x.off == 0 && x.sample.Reused && x.repeats == 0:
		l.retry(x) // nothing was sent, so nothing can happen twice
	default: // whether there is a response all the same shows when it is read
		c.hungUp = true
		l.receive(c)
	}
}

// fairReads is how often a connection is read in a row before others have
// their turn.
const fairReads = 8

func (l *loop) receive(c *conn) {
	for range fairReads {
		n, drained, err := l.read(c)
		if err == errAgain {
			return
		}
		now := l.look()
		if err != nil {
			l.cut(c, now, err)
			return
		}
		s := &c.exchange.sample
		if s.FirstByte == 0 {
			s.FirstByte = now - s.Sent
		}
		l.fed = now
		s.In += int64(n - len(c.rest)) // counted here and nowhere else: as it is received
		if l.feed(c, l.buffer[:n], now); c.state != busy || drained {
			return
		}
	}
	c.unread = true
	l.more = append(l.more, c)
}

// read receives into the loop's buffer, behind the unfinished line that came
// before. Dry says that there is no more for now.
func (l *loop) read(c *conn) (n int, drained bool, err error) {
	k := len(c.rest)
	if k > 0 {
		if len(l.buffer) < k+bufferSize {
			l.buffer = make([]byte, k+bufferSize)
		}
		copy(l.buffer, c.rest)
	}
	n, err = c.read(l.buffer[k:])
	return k + n, c.tls == nil && k+n < len(l.buffer) && !c.hungUp, err
}

// feed hands bytes to the response and finishes the exchange if they complete it.
func (l *loop) feed(c *conn, b []byte, now time.Duration) {
	x := c.exchange
	r := &x.response
	n, err := r.Feed(b)
	switch {
	case err != nil:
		c.rest = c.rest[:0]
		l.lose(x, now, err, load.WhileExchanging)
	case r.Done():
		reusable := r.KeepAlive() && n == len(b) && x.off == len(x.text) && !x.body.left() && c.flushed()
		l.finish(x, now, reusable)
	case x.events != nil && x.events.Enough():
		l.finish(x, now, false)
	default:
		c.rest = append(c.rest[:0], b[n:]...)
		if r.Interim > 0 {
			l.proceed(x)
		}
	}
}

// holdsBack reports whether the body waits for "100 Continue".
func (x *exchange) holdsBack() bool { return x.upTo < len(x.text) || x.body.held }

func (l *loop) proceed(x *exchange) {
	if x.holdsBack() {
		x.upTo, x.body.held = len(x.text), false
		l.clocks.start(&x.clock, x.request.Timeout, x.sample.Begun)
		if c := x.conn; c.mux != nil {
			c.mux.Proceed(&x.stream)
			l.dirtied(c)
		} else {
			l.push(x)
		}
	}
}

// retry sends a request once more, on a new connection, because the kept one
// had ended before the server can have begun with it. This is for requests
// that may be sent twice, or of which nothing was sent (RFC 9110 section
// 9.2.2); its time goes on.
func (l *loop) retry(x *exchange) {
	l.counters.Retried.Add(1)
	x.rewind()
	x.anew = true
	l.clocks.start(&x.clock, x.request.Timeout, x.sample.Begun)
	stale := x.conn
	fresh := l.newConn(stale.pool)
	fresh.carry(x)
	l.hangUp(stale)
	l.dial(fresh)
}

func (l *loop) prefix(n int) []byte {
	if n == check.Window {
		if b := l.evaluator.reuse(); b != nil {
			return b
		}
	}
	kept := l.prefixes[n]
	if k := len(kept); k > 0 {
		l.prefixes[n] = kept[:k-1]
		return kept[k-1]
	}
	return make([]byte, 0, n)
}

// readEvents begins to read the response as events, when the clock says; nil: it is not read so.
func (x *exchange) readEvents(clock *time.Duration) http1.Sink {
	if x.events = x.request.Events(clock); x.events == nil {
		return nil
	}
	x.loop.stops = x.loop.stops || x.request.StopsEarly()
	return x.events
}

func (x *exchange) captures() *http1.Capture {
	if x.request.fields == nil {
		return nil
	}
	x.capture.Want(x.request.fields)
	return &x.capture
}

// Wants implements http1.Watcher: the head and the start of the body are kept of
// a response that may be the first of its kind to fail.
func (x *exchange) Wants(code int) *http1.Noted {
	if keep := x.request.Keeps(code); keep > 0 && cap(x.kept.Prefix) == 0 {
		x.kept.Prefix = x.loop.prefix(keep)
	}
	if !x.loop.firsts.Wants(&x.sample, x.request.Message, code) {
		return nil
	}
	if x.kept.Prefix == nil {
		x.kept.Prefix = x.loop.prefix(load.ExcerptBytes)
	}
	x.noted = http1.Noted{Names: x.noted.Names[:0]}
	return &x.noted
}

// rewind makes x ready to be sent once more.
func (x *exchange) rewind() {
	x.off, x.upTo = 0, x.request.first(x.text)
	x.repeats++
	x.body.begin(x.request)
	x.sample.FirstByte, x.sample.In = 0, 0
}

// carried reports whether an open connection carries x.
func (x *exchange) carried() bool {
	return x.conn != nil && (x.conn.state == busy || x.conn.state == shared)
}

// phase is how far x has come.
func (x *exchange) phase() load.Phase {
	if x.conn == nil {
		return load.WhileDialling
	}
	return x.conn.phase()
}

// received is how much has come of the response.
func (x *exchange) received() int64 {
	switch {
	case x.kept != &x.stream.Kept:
		return x.sample.In
	case x.stream.First == 0:
		return 0
	}
	return x.stream.In
}

// status is that of the response, 0 until its header is complete.
func (x *exchange) status() int {
	if x.kept == &x.stream.Kept {
		return x.stream.Code
	}
	return x.response.Status()
}
