package limits

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"tollgate/results"
	"tollgate/scenarios/check"
	"tollgate/scenarios/load"
	"tollgate/scenarios/probes/probe"
	"tollgate/targets"
)

// A client sends the requests of rows, one at a time.
type client struct {
	probe.Asking
	http     http.Client
	longest  time.Duration
	bytes    int64 // that may still be sent
	sent     int64
	requests int64
}

const (
	keptBody     = check.Window // of a response
	longestBody  = 32 << 20     // of a response that is read to its end
	expectAbove  = 64 << 10     // larger bodies ask first whether they may come
	defaultWait  = 35 * time.Second
	defaultBytes = 64 << 20
)

func newClient(a probe.Asking, o options) *client {
	secure := load.NewSecurity(nil, a.Target)
	return &client{Asking: a, longest: o.longest, bytes: o.maxBytes, http: http.Client{
		Transport: &http.Transport{
			DisableKeepAlives: true, DisableCompression: true,
			ExpectContinueTimeout: time.Second, MaxResponseHeaderBytes: 256 << 10,
			DialContext:    func(ctx context.Context, _, _ string) (net.Conn, error) { return load.Connect(ctx, a.Target) },
			DialTLSContext: func(ctx context.Context, _, _ string) (net.Conn, error) { return secure.Connect(ctx, a.Target) },
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

var (
	errBytes = errors.New("not sent: it exceeds the bytes that this probe may send (max_bytes)")
	errWait  = errors.New("not sent: it may take longer than this probe may wait (max_wait)")
)

// A reply is a response, or the error in its place.
type reply struct {
	status int
	header http.Header
	body   string // its beginning
	bytes  int64  // of the whole body
	took   time.Duration
	err    error

	sent    time.Time // zero: nothing was sent
	out, in int64     // bytes with headers, about
}

// errorType is the type of an error of the front door, by whichever header has it.
func (r reply) errorType() string {
	for _, k := range targets.Kinds {
		if name := r.header.Get(k.ErrorHeader); name != "" {
			return name
		}
	}
	return r.header.Get("X-Amzn-Errortype")
}

// own says whether the front door itself answered: its errors carry a type, or are
// one that is documented for the kind, to the letter.
func (r reply) own(k *targets.Kind) bool {
	if r.status == 0 || r.errorType() != "" {
		return r.status > 0
	}
	for _, e := range k.Errors {
		if e.Body != "" && e.Body == r.body && e.Status == r.status {
			return true
		}
	}
	return false
}

func (r reply) String() string { return fmt.Sprintf("%d %s", r.status, shorten(r.body)) }

func (c *client) send(ctx context.Context, q request) reply {
	wait := q.wait
	switch {
	case wait == 0:
		wait = c.longest
	case wait > c.longest:
		return reply{err: errWait}
	}
	if int64(len(q.body)) > c.bytes {
		return reply{err: errBytes}
	}
	ctx, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	r, err := c.build(ctx, q)
	if err != nil {
		return reply{err: err}
	}
	c.requests++
	c.bytes -= int64(len(q.body))
	c.sent += int64(len(q.body))
	begun := time.Now()
	var got reply
	response, err := c.http.Do(r)
	if err != nil {
		got.err, got.took = withoutAddress(err), time.Since(begun)
	} else {
		defer response.Body.Close()
		got = read(response, begun)
	}
	got.sent, got.out = begun, headerBytes(r.Header)+int64(len(r.Method)+len(r.URL.RequestURI())+len(r.Host)+len(q.body))
	return got
}

// record counts a request among the run's own, if it was sent. One whose response
// was wanted is no failure, whatever its status.
func (c *client) record(got reply, wanted bool) {
	if got.sent.IsZero() || c.Record == nil {
		return
	}
	at := got.sent.Sub(c.Epoch)
	c.Record(&results.Sample{
		Due: at, Begun: at, Sent: at, Service: got.took, Code: got.status, Out: got.out, In: got.in, Body: got.bytes,
		Wanted: wanted, Err: got.class(),
	})
}

func (r reply) class() results.ErrClass {
	during := load.WhileExchanging
	_, refused := errors.AsType[*load.ProxyError](r.err)
	if op, ok := errors.AsType[*net.OpError](r.err); refused || ok && op.Op == "dial" {
		during = load.WhileDialling
	}
	if r.status > 0 {
		return results.ErrNone
	}
	return load.Classify(r.err, during)
}

// headerBytes is how long headers are on the wire.
func headerBytes(h http.Header) int64 {
	var b bytes.Buffer
	_ = h.Write(&b) // a Buffer takes everything
	return int64(b.Len())
}

// build makes what goes on the wire: signed as the target requires, or not, or
// wrongly.
func (c *client) build(ctx context.Context, q request) (*http.Request, error) {
	base := *c.Target.URL
	if q.outside {
		base.Path, base.RawPath = "", ""
	}
	u, err := url.Parse(strings.TrimSuffix(base.String(), "/") + q.path)
	if err != nil {
		return nil, err
	}
	signed := &targets.Request{Method: q.method, URL: u, Header: targets.Header{}, Body: q.body}
	made := &c.Target.Connection
	if made.Host != "" {
		signed.Header.Set("Host", made.Host)
	}
	for _, h := range q.header {
		signed.Header.Add(h[0], h[1])
	}
	if stamp := c.Own.Of(c.Target.Name, q.auth, c.Stamp); stamp.Sign != nil && q.proof != noProof {
		if err := stamp.Sign(signed); err != nil {
			return nil, err
		}
	}
	if q.proof == wrongProof {
		corrupt(signed.Header)
	}
	r, err := http.NewRequestWithContext(ctx, q.method, u.String(), bytes.NewReader(q.body))
	if err != nil {
		return nil, err
	}
	r.Host = signed.Host()
	signed.Header.Del("Host")
	r.Header = http.Header(signed.Header)
	if made.Proxy != nil && !c.Target.Tunnels() {
		load.ForProxy(r, made.Proxy)
	}
	if len(q.body) > expectAbove { // a front door that rejects the size need not be sent it
		r.Header.Set("Expect", "100-continue")
	}
	return r, nil
}

// corrupt changes the last character of the key, token or signature.
func corrupt(h targets.Header) {
	for _, name := range []string{"X-Api-Key", "Authorization"} {
		if v := h.Get(name); v != "" {
			last := byte('0')
			if v[len(v)-1] == last {
				last = '1'
			}
			h.Set(name, v[:len(v)-1]+string(last))
		}
	}
}

func read(got *http.Response, begun time.Time) reply {
	if got.StatusCode == http.StatusSwitchingProtocols { // its body is a connection without an end
		return reply{status: got.StatusCode, header: got.Header, took: time.Since(begun), in: headerBytes(got.Header)}
	}
	kept, err := io.ReadAll(io.LimitReader(got.Body, keptBody))
	rest, more := io.Copy(io.Discard, io.LimitReader(got.Body, longestBody))
	r := reply{
		status: got.StatusCode, body: string(kept), bytes: int64(len(kept)) + rest,
		header: got.Header, took: time.Since(begun), err: errors.Join(err, more),
	}
	r.in = headerBytes(got.Header) + r.bytes
	return r
}

// withoutAddress removes the address from an error: it may hold a secret.
func withoutAddress(err error) error {
	if u, ok := errors.AsType[*url.Error](err); ok {
		return u.Err
	}
	return err
}
