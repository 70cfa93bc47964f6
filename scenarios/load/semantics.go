package load

import (
	"net/http"
	"time"

	"tollgate/scenarios"
	"tollgate/targets"
)

// What both engines agree on beyond the types of the boundary.
const (
	// defaultTimeout serves where a request names none: a little more than the
	// longest wait of any front door (API Gateway 29 to 30 s), so that a door's
	// own timeout is seen as its answer. The deadline runs from taking up.
	defaultTimeout = 35 * time.Second

	// LateAfter is the lag beyond which policy "late: skip" leaves a request
	// out; it is far above what the timers of an operating system add.
	LateAfter = 10 * time.Millisecond

	// IdleLimit is how long a kept connection may lie unused. Sending on a
	// connection that the server is about to close is a gamble that only some
	// requests may repeat (RFC 9110 section 9.2.2), so idle connections are
	// ended before the doors end them (ALB: 60 s by default).
	IdleLimit = 45 * time.Second

	// SignAhead is how long before it is due a request may be signed: long
	// enough that signing is never latency, far below the five minutes that
	// SigV4 allows.
	SignAhead = time.Second

	// PrepareTimeout bounds how long connections may take that are opened beforehand.
	PrepareTimeout = 15 * time.Second

	// MaxHeader bounds the status line and headers of a response; more is
	// malformed. No front door sends a tenth of it.
	MaxHeader = 256 << 10
)

// Repeatable reports whether a request may be sent once more when the kept connection
// that it went out on ended without a byte of a response: idempotent methods (RFC 9110
// section 9.2.2), and what carries a key by which the server recognises it.
func Repeatable(r *targets.Request) bool {
	switch r.Method {
	case http.MethodGet, http.MethodHead, http.MethodOptions, http.MethodTrace, http.MethodPut, http.MethodDelete:
		return true
	}
	return r.Header.Get(IdempotencyKey) != "" || r.Header.Get("X-"+IdempotencyKey) != ""
}

const IdempotencyKey = "Idempotency-Key"

// Expired reports whether a connection that has carried so many requests, and was
// opened so long ago, is ended instead of being kept for another request. Both
// engines ask when a response is complete, as nginx does for its limits
// keepalive_requests and keepalive_time: so a request is never on a connection
// that ends for this reason, and one that grew old at rest carries one more.
// Source: nginx documentation, ngx_http_upstream_module.
func Expired(o *scenarios.Engine, carried int, age time.Duration) bool {
	return o.RequestsPerConnection > 0 && carried >= o.RequestsPerConnection ||
		o.ConnectionAge > 0 && age >= o.ConnectionAge
}
