package nethttp

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/http/httptrace"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"tollgate/results"
	"tollgate/scenarios/check"
	"tollgate/scenarios/coding"
	"tollgate/scenarios/events"
	"tollgate/scenarios/load"
	"tollgate/scenarios/load/http1"
	"tollgate/targets"
)

// An endpoint is how the vegeta engine reaches one target: its messages and the
// connections that are kept from turn to turn.
type endpoint struct {
	number    uint16
	messages  []load.Message
	dialer    *dialer
	transport *http.Transport // over HTTP/1.1
	pool      *pool           // over HTTP/2; nil: that is not offered
	job       *load.Job
	noted     atomic.Uint32 // http1.Deviations
	held      atomic.Bool   // it was noted that requests wait for the scenario's limit
	jars      load.Jars     // of the users of the closed model
	remembers bool          // its users keep something of responses
	rested    rested        // connections over HTTP/1.1 where what they were allowed is remembered

	hosts     map[string]*endpoint // other hosts that its flows go to, by their origins
	elsewhere string               // the origin, where it is such a host; "": it is the target
	lookup    sync.Mutex           // held while its name is looked up
}

func (d *endpoint) deviates(all http1.Deviations) {
	if uint32(all)&^d.noted.Load() == 0 {
		return
	}
	before := http1.Deviations(d.noted.Or(uint32(all)))
	d.job.NoteDeviations(d.number, d.elsewhere, all&^before)
}

// room is how many requests may be under way on so many connections; 0: any number.
func (d *endpoint) room(ctx context.Context, connections int) int {
	if connections == 0 || d.pool == nil {
		return connections // each carries one at a time
	}
	return d.pool.learn(ctx)
}

// newTransport makes net/http do nothing of its own accord: no proxy, no
// redirects (those are the client's), no decompression, HTTP/1.1 only, and as many
// kept connections as there were requests at a time.
func newTransport(d *dialer, limit int) *http.Transport {
	t := &http.Transport{
		DialContext:            d.dial,
		DialTLSContext:         d.dial,
		DisableCompression:     true,
		MaxIdleConnsPerHost:    1 << 20,
		MaxConnsPerHost:        limit,
		IdleConnTimeout:        load.IdleLimit,
		ExpectContinueTimeout:  load.ContinueWait,
		MaxResponseHeaderBytes: load.MaxHeader,
		Protocols:              new(http.Protocols),
	}
	t.Protocols.SetHTTP1(true)
	return t
}

type exchange struct {
	endpoint *endpoint
	clock    func() time.Duration
	sample   *results.Sample
	conn     *timedConn  // the connection of the latest attempt, if it carries HTTP/1.1
	rests    atomic.Bool // the transport has it for other requests
	seen     *timings
	ride     *ride // the use of a connection by the latest attempt over HTTP/2
	received int64 // bytes of the response
	tries    int
	shakes   atomic.Bool // the TCP connection that was opened for it is there
	request  request
	firsts   *load.FirstFailures
	inFlight int        // requests, this one included
	walk     *load.Walk // that it is a step of; nil: it stands alone

	user     *load.Jar       // closed model, and flows
	asks     *load.Preflight // that it is; nil: it is none
	message  *load.Message
	asked    *targets.Request
	outgoing *http.Request // that asked became
	unproven error         // why it was not sent: what proves its sender has expired

	events  *events.Reader // of the response; nil: it is not read as events
	arrived time.Duration  // when the latest part of the content was read
}

// A request is what a connection has to know of the one that it carries.
type request struct {
	toHead bool  // HEAD: the response has no body
	waits  int64 // bytes of its head, if the body waits for "100 Continue"; else 0
}

func requestOf(r *targets.Request) request {
	own := request{toHead: r.Method == http.MethodHead}
	if load.Waits(r) {
		own.waits = int64(len(load.AppendHTTP1(nil, r)) - len(r.Body))
	}
	return own
}

// run sends a request and sees its response to the end. Whatever happens is in
// the sample.
func (x *exchange) run(ctx context.Context, m *load.Message, f *arrival) {
	r := f.request
	ctx, cancel := context.WithTimeout(ctx, m.Timeout-(x.clock()-x.sample.Begun))
	defer cancel()
	x.message, x.asked, x.request = m, r, requestOf(r)
	ctx = context.WithValue(ctx, shakingHands{}, &x.shakes)
	res, err := x.send(ctx, r)
	defer x.release()
	var prefix []byte
	if err == nil {
		prefix, err = x.receive(m, res)
	}
	during, err := x.fill(err)
	var failure *check.Failure
	var response *check.Response
	if err == nil {
		err = m.Decode(x.sample, encodingOf(res), prefix)
	}
	if err == nil {
		seen := m.FinishEvents(x.sample, x.events)
		response = &check.Response{Status: res.StatusCode, Header: res.Header.Values, Body: prefix, Size: x.sample.Body, Events: seen}
		failure = m.Evaluate(x.sample, response)
		x.keepAllowed(response)
		if x.walk != nil && x.sample.Outcome() == results.OK {
			failure = x.walk.Leave(x.sample, response)
		}
	}
	if response == nil {
		m.CutEvents(x.sample, x.events, x.clock())
	}
	if !x.firsts.Take(x.sample) {
		return
	}
	mask := m.Mask(append(m.Secrets(&f.sending), targets.HeaderSecrets(x.sent())...)...)
	if err != nil {
		x.sample.Excerpt = load.FailureExcerpt(err, during, m.Timeout, x.received, mask)
		return
	}
	noted := http1.Noted{Names: slices.Collect(maps.Keys(res.Header)), Coding: res.Header.Get(coding.Header)}
	x.sample.Excerpt = m.Excerpt(x.walk, response, noted, failure, mask)
}

// receive reads a response to its end, and returns what is kept of its body.
func (x *exchange) receive(m *load.Message, res *http.Response) (prefix []byte, err error) {
	s := x.sample
	s.Code = res.StatusCode
	keep := m.Keeps(s.Code)
	if x.firsts.Wants(s, m, res.StatusCode) {
		keep = max(keep, load.ExcerptBytes)
	}
	if encodingOf(res) != "" {
		keep = max(keep, m.KeepsCoded(x.inFlight))
	}
	x.events = m.Events(&x.arrived)
	s.Body, prefix, err = x.drain(res.Body, keep)
	if err == nil {
		x.keepCookies(res)
	}
	s.Release = m.Release(res.Header.Values)
	if err == nil {
		m.Attribute(s, res.Header.Values, prefix)
	}
	return prefix, err
}

func encodingOf(res *http.Response) string {
	return strings.Join(res.Header.Values(coding.Header), ", ")
}

// send sends a request and returns the head of its response.
func (x *exchange) send(ctx context.Context, r *targets.Request) (*http.Response, error) {
	if x.endpoint.pool != nil {
		if res, err := x.sendHTTP2(ctx, r); res != nil || err != nil {
			return res, err
		}
	}
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: x.gotConn, PutIdleConn: x.putIdle})
	x.outgoing = HTTPRequest(ctx, r)
	return x.endpoint.transport.RoundTrip(x.outgoing)
}

// release gives a connection back that other requests may have at the same time.
func (x *exchange) release() {
	if x.ride != nil {
		x.endpoint.pool.put(x.ride.conn)
	}
}

func (x *exchange) gotConn(i httptrace.GotConnInfo) {
	x.conn = i.Conn.(*timedConn)
	x.seen = x.conn.arm(&x.request)
	x.tries++
	x.sample.Reused = x.conn.reused(i.Reused)
	x.renew() // the transport writes the header after this
	x.addCookies()
}

// putIdle notes that the transport has taken the connection back, which it does before the end
// of the response is read. One that it closes instead may still be open for a moment: a request
// that counted on what was allowed on it would go out without its preflight.
func (x *exchange) putIdle(err error) { x.rests.Store(err == nil) }

// renew replaces a proof that expired while the request waited for its connection. Without
// a new one the connection is closed, so that nothing is sent.
func (x *exchange) renew() {
	r, err := x.message.Renew(x.asked)
	switch {
	case err != nil:
		x.unproven = err
		_ = x.conn.Close() // nothing was written to it
	case r != x.asked:
		x.asked = r
		header := maps.Clone(http.Header(r.Header))
		if host := r.Header.Spelt("Host"); host != "" {
			delete(header, host)
		}
		maps.Copy(x.outgoing.Header, header)
	}
}

// fill reads the clocks of the sample off the connection, and says what went
// wrong, and during which phase.
func (x *exchange) fill(err error) (load.Phase, error) {
	s, now := x.sample, x.clock()
	s.Sent = s.Begun
	during := load.WhileDialling
	end := now
	if l, seen := x.look(err != nil); l != nil {
		during = load.WhileExchanging
		if !s.Reused {
			s.DNS, s.Connect, s.TLS = l.dns, l.tcp, l.tls
		}
		if seen.wrote {
			s.Sent = seen.sent
		}
		if seen.read {
			s.FirstByte, x.received = max(seen.first-s.Sent, 0), seen.in
		}
		if err == nil {
			end = seen.last
			x.endpoint.deviates(seen.deviations)
		}
		s.Out, s.In, s.Protocol, s.Headers = seen.out, seen.in, seen.protocol, seen.headers
		if err != nil {
			if x.ride == nil {
				s.Code, s.Body = seen.code, seen.body
			}
			err = x.cause(err, seen.failed)
		}
	}
	s.Service = max(end-s.Sent, 0)
	var failed *dialError
	switch {
	case errors.As(err, &failed):
		during = failed.during
	case during == load.WhileDialling && x.shakes.Load():
		during = load.WhileSecuring
	}
	if x.received == 0 && !s.Reused {
		err = x.endpoint.dialer.tunnel.Explain(x.endpoint.dialer.tls.Explain(err))
	}
	if x.unproven != nil {
		err, during = x.unproven, load.WhileSigning
	}
	load.Failed(s, err, during)
	return during, err
}

// look returns the connection that carried the request, nil if none did, and what it saw.
func (x *exchange) look(failed bool) (*link, timings) {
	switch {
	case x.ride != nil:
		return &x.ride.conn.link, x.ride.end()
	case x.conn != nil:
		return &x.conn.link, x.conn.look(x.seen, failed)
	}
	return nil, timings{}
}

// cause is why an exchange on a connection failed: what the timedConn saw, unless
// the transport ended it for a reason of its own.
func (x *exchange) cause(err, seen error) error {
	switch load.Classify(err, load.WhileExchanging) {
	case results.ErrTimeout, results.ErrCancelled, results.ErrGenerator:
		return err
	}
	return cmp.Or(seen, err)
}

// HTTPRequest is the request as net/http wants it.
func HTTPRequest(ctx context.Context, r *targets.Request) *http.Request {
	header := maps.Clone(http.Header(r.Header))
	if host := r.Header.Spelt("Host"); host != "" {
		delete(header, host) // it is in Host
	}
	if !has(r.Header, "User-Agent") {
		header["User-Agent"] = nil // spelt otherwise; net/http would add its own
	}
	if load.Repeatable(r) && !has(r.Header, load.IdempotencyKey) {
		header[load.IdempotencyKey] = nil // is not sent; it makes net/http treat the request as repeatable
	}
	p := (&http.Request{
		Method: r.Method, URL: r.URL, Host: r.Host(), Header: header,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
	}).WithContext(ctx)
	if r.Proxy != nil {
		load.ForProxy(p, r.Proxy)
	}
	if p.ContentLength = r.Length(); p.ContentLength > 0 {
		p.GetBody = func() (io.ReadCloser, error) {
			if r.Upload != nil {
				return r.Upload.Open(), nil
			}
			return io.NopCloser(bytes.NewReader(r.Body)), nil
		}
		p.Body, _ = p.GetBody()
	}
	return p
}

func has(h targets.Header, name string) bool {
	_, exact := h[name]
	return exact
}

// buffers are where bodies are read into and forgotten. A sync.Pool has no
// state of its own that matters.
var buffers = sync.Pool{New: func() any { return new([32 << 10]byte) }}

// drain reads a body to its end, counts it, reads events in it, and keeps the first bytes of
// it that are asked for.
func (x *exchange) drain(body io.ReadCloser, keep int) (n int64, prefix []byte, err error) {
	defer func() { _ = body.Close() }()
	b := buffers.Get().(*[32 << 10]byte)
	defer buffers.Put(b)
	for {
		k, err := body.Read(b[:])
		n += int64(k)
		if x.events != nil && k > 0 {
			x.arrived = x.clock()
			x.events.Content(b[:k])
		}
		if len(prefix) < keep {
			prefix = append(prefix, b[:min(k, keep-len(prefix))]...)
		}
		switch {
		case err == io.EOF || x.events != nil && x.events.Enough():
			return n, prefix, nil // closing the body ends the connection, or the stream
		case err != nil:
			return n, prefix, err
		}
	}
}
