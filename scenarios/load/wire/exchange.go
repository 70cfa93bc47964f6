//go:build linux

package wire

import (
	"io"
	"net"
	"syscall"
	"time"

	"tollgate/results"
	"tollgate/scenarios/check"
	"tollgate/scenarios/load"
)

// An exchange is one request under way, from being taken up to being recorded.
type exchange struct {
	sample  results.Sample
	request *encodedRequest
	text    []byte // what is sent
	off     int    // how much of text was sent
	upTo    int    // how much of it may be sent for now
	again   bool   // this is the second attempt
	own     []byte // the memory of text, where each sending is another
}

// load puts the request that is due next on c, which is open or about to be.
func (l *loop) load(c *conn, now time.Duration) {
	o := l.queue.take(now)
	x, p := &c.exchange, l.pool.endpoint
	number := l.engine.job.Pick(o.seq)
	l.allowance.Pay(p.number, number)
	x.request, x.off, x.again = &p.requests[number], 0, false
	err := l.write(x, o.seq)
	if err != nil || x.request.Sign != nil {
		now = l.now() // signing took its time
	}
	if o.due == whenTaken {
		o.due = now
	}
	x.upTo = x.request.first(x.text)
	x.sample = results.Sample{Target: p.number, Request: number, Block: o.block, Seq: o.seq, Due: o.due, Begun: now, Held: l.held.of(now, o.due), Sent: now}
	if d := x.sample.Held; d > load.HeldTolerance && !l.pool.held {
		l.pool.held = true
		l.engine.job.NoteHeld(p.number, d)
	}
	c.loaded = true
	l.inFlight++
	l.counters.Taken(x.sample.Lag())
	l.clocks.start(c, x.request.Timeout, now)
	if err != nil {
		l.lose(c, now, err, load.WhileSigning)
	}
}

func (l *loop) send(c *conn, now time.Duration) {
	x := &c.exchange
	s := &x.sample
	if s.Reused = c.served; !c.served {
		s.DNS, s.Connect, s.TLS = c.dns, c.connect, c.handshake
	}
	s.Sent, s.Protocol = now, results.HTTP11
	c.served, c.hungUp, c.state = true, false, busy
	c.carried++
	c.rest = c.rest[:0]
	c.response.Memo, c.response.Watcher = &l.memo, c
	c.response.Reset(x.request.head, nil, c.captures(x.request))
	if x.upTo < len(x.text) && now+continueWait < c.until {
		l.clocks.start(c, continueWait, now)
	}
	l.push(c)
}

func (l *loop) push(c *conn) {
	err := c.write()
	switch {
	case err == nil:
	case c.exchange.off == 0 && c.exchange.sample.Reused && !c.exchange.again:
		l.retry(c) // nothing was sent, so nothing can happen twice
	default: // whether there is a response all the same shows when it is read
		c.hungUp = true
		l.receive(c)
	}
}

// continueWait is how long a server may think about "Expect: 100-continue"; a
// request's body is then sent unasked, as by net/http.
const continueWait = time.Second

// fairReads is how often a connection is read in a row before others have
// their turn.
const fairReads = 8

func (l *loop) receive(c *conn) {
	for range fairReads {
		n, drained, err := l.read(c)
		if err == errAgain {
			return
		}
		now := l.now()
		if err != nil {
			l.cut(c, now, err)
			return
		}
		s := &c.exchange.sample
		if s.FirstByte == 0 {
			s.FirstByte = now - s.Sent
		}
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
	r := &c.response
	if keep := c.exchange.request.Keeps(); keep > 0 && cap(r.Prefix) == 0 {
		r.Prefix = l.prefix(keep)
	}
	n, err := r.Feed(b)
	switch {
	case err != nil:
		c.rest = c.rest[:0]
		l.lose(c, now, err, load.WhileExchanging)
	case r.Done():
		reusable := r.KeepAlive() && n == len(b) && c.exchange.off == len(c.exchange.text) && c.flushed()
		l.finish(c, now, reusable)
	default:
		c.rest = append(c.rest[:0], b[n:]...)
		if r.Interim > 0 {
			l.proceed(c)
		}
	}
}

func (l *loop) proceed(c *conn) {
	x := &c.exchange
	if x.upTo < len(x.text) {
		x.upTo = len(x.text)
		l.clocks.start(c, x.request.Timeout, x.sample.Begun)
		l.push(c)
	}
}

// cut deals with the end of a connection while a response was expected.
func (l *loop) cut(c *conn, now time.Duration, err error) {
	r, x := &c.response, &c.exchange
	switch {
	case err == io.EOF && len(c.rest) == 0 && r.End():
		l.finish(c, now, false)
	case x.sample.In == 0 && x.sample.Reused && !x.again && x.request.repeatable:
		l.retry(c)
	default:
		l.lose(c, now, asEnd(err), load.WhileExchanging)
	}
}

// asEnd wraps the errors of sockets as package net does.
func asEnd(err error) error {
	if no, ok := err.(syscall.Errno); ok {
		return &net.OpError{Op: "read", Err: no}
	}
	return err
}

func (l *loop) finish(c *conn, now time.Duration, reusable bool) {
	x, r := &c.exchange, &c.response
	s := &x.sample
	s.Code, s.Body, s.Protocol = r.Code, r.Body, load.ProtocolOf(r)
	if d := r.Deviations &^ c.pool.noted; d != 0 {
		c.pool.noted |= d
		l.engine.job.NoteDeviations(s.Target, d)
	}
	if x.request.Marks != nil {
		s.Mark = x.request.Marks.Read(c.captured, s.Code, r.Prefix)
	}
	l.complete(c, now)
	if !reusable || c.hungUp || load.Expired(&l.engine.job.Options, c.carried, now-c.born) {
		l.hangUp(c)
		return
	}
	c.remove(byClock)
	l.release(c, now)
}

// lose records a request that ends without a complete response, and ends its
// connection.
func (l *loop) lose(c *conn, now time.Duration, err error, during load.Phase) {
	x := &c.exchange
	s := &x.sample
	if s.In == 0 && !s.Reused {
		err = c.pool.endpoint.tls.Explain(err)
	}
	s.Err = load.Classify(err, during)
	if c.state == busy {
		s.Code, s.Body = c.response.Status(), c.response.Body
	}
	if l.firsts.Take(s) {
		s.Excerpt = load.FailureExcerpt(err, during, x.request.Timeout, s.In, x.request.mask(x.text))
	}
	l.record(c, now)
	l.hangUp(c)
}

// measure fills in what is known when an exchange has ended.
func (c *conn) measure(now time.Duration) {
	x := &c.exchange
	s := &x.sample
	s.Service = now - s.Sent
	s.Out = int64(x.off)
	if c.tls != nil {
		s.Out = c.tls.sentOf(s.Out)
	}
}

// record records an exchange that has ended.
func (l *loop) record(c *conn, now time.Duration) {
	c.measure(now)
	l.shard.Record(&c.exchange.sample)
	l.ended(c, now)
}

// ended makes a connection, and the memory of its exchange, free for the next.
func (l *loop) ended(c *conn, now time.Duration) {
	if n := cap(c.response.Prefix); n > 0 {
		l.prefixes[n] = append(l.prefixes[n], c.response.Prefix[:0])
		c.response.Prefix = nil
	}
	c.loaded = false
	l.inFlight--
	l.counters.Ended()
	l.sizing.ended(now)
	l.queue.ended(now, c.exchange.sample.Seq)
}

// retry sends a request once more, on a new connection, because the kept one
// had ended before the server can have begun with it. This is for requests
// that may be sent twice, or of which nothing was sent (RFC 9110 section
// 9.2.2); its time goes on.
func (l *loop) retry(c *conn) {
	l.counters.Retried.Add(1)
	fresh := l.newConn(c.pool)
	c.exchange, fresh.exchange = fresh.exchange, c.exchange
	c.loaded, fresh.loaded = false, true
	x := &fresh.exchange
	x.off, x.again, x.upTo = 0, true, x.request.first(x.text)
	x.sample.FirstByte = 0
	l.clocks.hand(c, fresh)
	l.hangUp(c)
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
