package nethttp

import (
	"context"
	"net/http"
	"net/http/httptrace"
	"slices"
	"strings"

	"tollgate/results"
	"tollgate/scenarios/load"
	"tollgate/targets"
)

// sendHTTP2 sends a request over HTTP/2, again on another connection where that is
// safe. It returns nothing at all where the target speaks HTTP/1.1.
func (x *exchange) sendHTTP2(ctx context.Context, r *targets.Request) (*http.Response, error) {
	for {
		ride, err := x.endpoint.pool.get(ctx, &x.shakes)
		if ride == nil {
			return nil, err
		}
		x.ride, x.sample.Reused = ride, ride.reused
		x.tries++
		ride.toHead = x.request.toHead
		x.outgoing = HTTP2Request(httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{WroteHeaders: ride.claim}), r)
		x.addCookies()
		res, err := ride.conn.client.RoundTrip(x.outgoing)
		if err == nil || !ride.again(err, load.Repeatable(r), x.tries-1) {
			return res, err
		}
		ride.end()
		x.endpoint.pool.put(ride.conn)
		x.ride, x.sample.Reused = nil, false
	}
}

// again reports whether a request that failed is sent once more, after so many repeats:
// where the server has not seen it, or where the connection turned out to be dead without a
// byte of a response, and RFC 9110 section 9.2.2 allows it. What the end of connections kept
// from the server is repeated more often, as in package wire.
func (r *ride) again(err error, repeatable bool, repeats int) bool {
	switch load.Classify(err, load.WhileExchanging) {
	case results.ErrTimeout, results.ErrCancelled, results.ErrGenerator:
		return false
	}
	m := r.conn
	m.mu.Lock()
	defer m.mu.Unlock()
	switch t := r.seen; {
	case t == nil: // nothing was sent, so nothing can happen twice
		return r.reused && repeats < load.MostRepeats
	case t.unseen:
		return repeats == 0 || t.failed == m.farewell && repeats < load.MostRepeats
	default:
		return repeats == 0 && r.reused && t.cut && !t.read && repeatable
	}
}

// ofConnections are the fields that HTTP/2 has no place for (RFC 9113 section 8.2.2).
var ofConnections = []string{"connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade"}

// HTTP2Request is the request as net/http wants it for HTTP/2.
func HTTP2Request(ctx context.Context, r *targets.Request) *http.Request {
	p := HTTPRequest(ctx, r)
	for name, values := range p.Header {
		lower := strings.ToLower(name)
		if slices.Contains(ofConnections, lower) || lower == "te" && !slices.Equal(values, []string{"trailers"}) {
			delete(p.Header, name)
		}
	}
	return p
}
