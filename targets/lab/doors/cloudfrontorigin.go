package doors

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"tollgate/targets/lab/edge"
)

// askOrigin sends a request to the door behind, as CloudFront would. Others may wait for the
// response, so that the viewer may leave before it begins.
func (d *door) askOrigin(x *exchange, conditions http.Header) (*edge.Response, error) {
	e := d.edge
	if c := e.config.Lambda; c != nil && c.Event == originRequest && e.lambda.runs(x) {
		x.edge.lambda = true
	}
	x.overhead += e.distance.at(x.nth)
	ctx, cancel := context.WithCancelCause(d.life)
	late := time.AfterFunc(time.Duration(d.config.Timeout), func() { cancel(context.DeadlineExceeded) })
	got, err := e.fetch(ctx, d, x, conditions)
	if err == nil && got.ContentLength < 0 && x.request.Method != http.MethodHead && late.Stop() {
		left := context.AfterFunc(x.request.Context(), func() { cancel(context.Canceled) })
		return e.response(got, edge.Response{Rest: &originBody{got.Body, func() { left(); cancel(nil) }}}, x), nil
	}
	var body []byte
	if err == nil {
		body, err = readWhole(got, mostEdgeBody)
	}
	late.Stop()
	if err != nil && context.Cause(ctx) == context.DeadlineExceeded {
		err = context.DeadlineExceeded
	}
	cancel(nil)
	if err != nil {
		return nil, err
	}
	return e.response(got, edge.Response{Body: body}, x), nil
}

func (e *distribution) fetch(ctx context.Context, d *door, x *exchange, conditions http.Header) (*http.Response, error) {
	r, err := d.originRequest(ctx, x, conditions)
	if err != nil {
		return nil, err
	}
	return e.client.Do(r)
}

// response is what the origin sent, with the body that was read or is to come.
func (e *distribution) response(got *http.Response, made edge.Response, x *exchange) *edge.Response {
	h := got.Header
	for name := range hopByHop {
		h.Del(name)
	}
	if x.request.Method == http.MethodHead && got.ContentLength >= 0 {
		h.Set("Content-Length", strconv.FormatInt(got.ContentLength, 10))
	}
	made.Status, made.Header = min(max(got.StatusCode, 200), 599), h
	return e.policy.Compressed(&made, edge.AcceptsGzip(x.request.Header))
}

// An originBody is what is still to come from an origin.
type originBody struct {
	io.ReadCloser
	end func()
}

// Close ends the request to the origin.
func (b *originBody) Close() error {
	b.end()
	return b.ReadCloser.Close()
}

// mostEdgeBody is the largest response that the lab's distribution passes on. CloudFront's
// own limit is 50 GB.
const mostEdgeBody = 256 << 20

// clientAddress is that of the viewer.
func clientAddress(r *http.Request) string {
	at, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return at.Addr().Unmap().String()
}

// originRequest is the request as the origin gets it: with the headers, the query and the
// cookies that the distribution forwards. Host is the origin's own.
// Source: CloudFront developer guide, "Request and response behavior for custom origins".
func (d *door) originRequest(ctx context.Context, x *exchange, conditions http.Header) (*http.Request, error) {
	e, viewer := d.edge, x.request
	query, header := viewer.URL.RawQuery, viewer.Header.Clone()
	if e.config.Forward == forwardKey {
		query, header = e.policy.Query(query), e.policy.Kept(header)
		header.Set("User-Agent", "Amazon CloudFront")
	}
	address := e.behind.Door.URL + viewer.URL.EscapedPath()
	if query != "" {
		address += "?" + query
	}
	r, err := http.NewRequestWithContext(ctx, viewer.Method, address, bytes.NewReader(slices.Clone(x.content())))
	if err != nil {
		return nil, err
	}
	for name := range hopByHop {
		header.Del(name)
	}
	if e.policy.Caches(viewer.Method) { // what is kept must be whole, and for everyone
		for _, name := range []string{"Range", "If-Range", "If-None-Match", "If-Modified-Since", "If-Match", "If-Unmodified-Since", "Accept-Encoding"} {
			header.Del(name)
		}
		if e.policy.Compress && edge.AcceptsGzip(viewer.Header) {
			header.Set("Accept-Encoding", "gzip")
		}
	}
	for name, values := range conditions {
		header[name] = values
	}
	header["X-Forwarded-For"] = []string{strings.Join(append(header["X-Forwarded-For"], clientAddress(viewer)), ", ")}
	header["Via"] = append(header["Via"], e.via)
	header["X-Amz-Cf-Id"] = []string{edgeID()}
	if header["User-Agent"] == nil {
		header["User-Agent"] = nil // or net/http sends its own
	}
	r.Header = header
	return r, nil
}
