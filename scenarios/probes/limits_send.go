package probes

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"tollgate/results"
	"tollgate/targets"
)

// A limitsClient sends the requests of rows, one at a time. The load engines
// send what is right; this one has to be able to send what is wrong.
type limitsClient struct {
	Asking
	http    http.Client
	longest time.Duration
	budget  int64 // bytes that may still be sent
	sent    int64
	asked   int64
}

const (
	keptBody      = 4 << 10  // of a response
	longestBody   = 32 << 20 // of a response that is read to its end
	expectAbove   = 64 << 10 // larger bodies ask first whether they may come
	defaultWait   = 35 * time.Second
	defaultBudget = 64 << 20
)

func newLimitsClient(a Asking, o LimitsOptions) *limitsClient {
	c := &limitsClient{Asking: a, longest: o.Longest, budget: o.MaxBytes}
	if c.longest == 0 {
		c.longest = defaultWait
	}
	if c.budget == 0 {
		c.budget = defaultBudget
	}
	c.http = http.Client{
		Transport: &http.Transport{
			DisableKeepAlives: true, DisableCompression: true,
			ExpectContinueTimeout: time.Second, MaxResponseHeaderBytes: 256 << 10,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return c
}

var (
	errBudget = errors.New("not sent: it is beyond the bytes that this probe may send (max_bytes)")
	errWait   = errors.New("not sent: it may take longer than this probe may wait (max_wait)")
)

// send sends one request and reads its answer.
func (c *limitsClient) send(ctx context.Context, a limitAsk) limitReply {
	wait := a.wait
	switch {
	case wait == 0:
		wait = c.longest
	case wait > c.longest:
		return limitReply{err: errWait}
	}
	if int64(len(a.body)) > c.budget {
		return limitReply{err: errBudget}
	}
	ctx, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	r, err := c.request(ctx, a)
	if err != nil {
		return limitReply{err: err}
	}
	c.asked++
	c.budget -= int64(len(a.body))
	c.sent += int64(len(a.body))
	begun := time.Now()
	reply := limitReply{}
	got, err := c.http.Do(r)
	if err != nil {
		reply.err, reply.took = plain(err), time.Since(begun)
	} else {
		defer got.Body.Close()
		reply = read(got, begun)
	}
	reply.sent, reply.out = begun, headBytes(r.Header)+int64(len(r.Method)+len(r.URL.RequestURI())+len(r.Host)+len(a.body))
	return reply
}

// record counts a request among the run's own, if it was sent. One whose answer
// was wanted is no failure, whatever its status.
func (c *limitsClient) record(got limitReply, wanted bool) {
	if got.sent.IsZero() || c.Record == nil {
		return
	}
	at := got.sent.Sub(c.Epoch)
	c.Record(&results.Sample{
		Due: at, Begun: at, Sent: at, Service: got.took, Code: got.status, Out: got.out, In: got.in, Body: got.bytes,
		Wanted: wanted, Err: whyNoReply(got),
	})
}

// whyNoReply classes a request that got no response.
func whyNoReply(got limitReply) results.ErrClass {
	var dns *net.DNSError
	var op *net.OpError
	switch {
	case got.err == nil || got.status > 0:
		return results.ErrNone
	case errors.Is(got.err, context.Canceled):
		return results.ErrCancelled
	case errors.Is(got.err, context.DeadlineExceeded):
		return results.ErrTimeout
	case errors.As(got.err, &dns):
		return results.ErrDNS
	case errors.As(got.err, &op) && op.Op == "dial":
		return results.ErrRefused
	}
	return results.ErrReset
}

// headBytes is about how long headers are on the wire.
func headBytes(h http.Header) (n int64) {
	for name, values := range h {
		for _, v := range values {
			n += int64(len(name) + len(v) + len(": \r\n"))
		}
	}
	return n
}

// request makes what goes on the wire: signed as the target asks, or not, or wrongly.
func (c *limitsClient) request(ctx context.Context, a limitAsk) (*http.Request, error) {
	u, err := url.Parse(c.address(a))
	if err != nil {
		return nil, err
	}
	signed := &targets.Request{Method: a.method, URL: u, Header: targets.Header{}, Body: a.body}
	for _, h := range a.header {
		signed.Header.Add(h[0], h[1])
	}
	if c.Stamp.Sign != nil && a.proof != noProof {
		if err := c.Stamp.Sign(signed); err != nil {
			return nil, err
		}
	}
	if a.proof == wrongProof {
		spoil(signed.Header)
	}
	r, err := http.NewRequestWithContext(ctx, a.method, u.String(), bytes.NewReader(a.body))
	if err != nil {
		return nil, err
	}
	r.Header = http.Header(signed.Header)
	if len(a.body) > expectAbove { // a door that refuses the size need not be sent it
		r.Header.Set("Expect", "100-continue")
	}
	return r, nil
}

func (c *limitsClient) address(a limitAsk) string {
	base := *c.Target.URL
	if a.outside {
		base.Path, base.RawPath = "", ""
	}
	return strings.TrimSuffix(base.String(), "/") + a.path
}

// spoil changes the last character of whatever proves who sends a request.
func spoil(h targets.Header) {
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

// read reads an answer: the beginning of its body, and how long it is.
func read(got *http.Response, begun time.Time) limitReply {
	kept, err := io.ReadAll(io.LimitReader(got.Body, keptBody))
	rest, more := io.Copy(io.Discard, io.LimitReader(got.Body, longestBody))
	reply := limitReply{
		status: got.StatusCode, body: string(kept), bytes: int64(len(kept)) + rest,
		header: map[string]string{}, took: time.Since(begun), err: errors.Join(err, more),
	}
	reply.in = headBytes(got.Header) + reply.bytes
	for name, values := range got.Header {
		reply.header[strings.ToLower(name)] = strings.Join(values, ", ")
	}
	return reply
}

// plain takes the address off an error: it may hold what is secret.
func plain(err error) error {
	if u, ok := errors.AsType[*url.Error](err); ok {
		return u.Err
	}
	return err
}
