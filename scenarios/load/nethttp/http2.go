package nethttp

import (
	"context"
	"net/http"
	"net/http/httptrace"
	"slices"
	"strings"

	"tollgate/scenarios/load"
	"tollgate/targets"
)

// sendHTTP2 sends a request over HTTP/2, again on another connection where that is
// safe. It returns nothing at all where the target speaks HTTP/1.1.
func (x *exchange) sendHTTP2(ctx context.Context, r *targets.Request) (*http.Response, error) {
	var repeats repeats
	for {
		ride, err := x.endpoint.pool.get(ctx, &x.shakes)
		if ride == nil {
			return nil, err
		}
		x.ride, x.sample.Reused = ride, ride.reused
		x.tries++
		if x.asked, err = x.message.Renew(r); err != nil {
			x.asked, x.unproven = r, err
			return nil, err
		}
		r = x.asked
		ride.toHead = x.request.toHead
		x.outgoing = HTTP2Request(httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{WroteHeaders: ride.claim}), r)
		x.addCookies()
		res, err := ride.conn.client.RoundTrip(x.outgoing)
		if err == nil {
			return res, nil
		}
		why := ride.failure(err, load.Repeatable(r))
		if why == behind {
			x.endpoint.pool.ended(ride.conn)
		}
		if !repeats.again(ctx, why) {
			return nil, err
		}
		ride.end()
		x.endpoint.pool.put(ride.conn)
		x.ride, x.sample.Reused = nil, false
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
