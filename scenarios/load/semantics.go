package load

import (
	"cmp"
	"net/http"
	"strings"
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

	// ContinueWait is how long a server may think about "Expect: 100-continue"; the
	// body is then sent unasked, as curl and net/http do.
	ContinueWait = time.Second

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

// StreamsOn is how many requests are under way on a connection of HTTP/2 at most, where
// the server allows as many: unless the scenario says so, as many as browsers open, and as
// servers should allow (RFC 9113 section 6.5.2).
func StreamsOn(o *scenarios.Engine) int { return cmp.Or(o.Streams, 100) }

// Waits reports whether a request holds its body back until the server has said
// "100 Continue", for a second at most. A server that answers instead is not sent the
// body, and the connection ends (RFC 9110 section 10.1.1).
func Waits(r *targets.Request) bool {
	return r.Length() > 0 && strings.EqualFold(r.Header.Get("Expect"), "100-continue")
}

const IdempotencyKey = "Idempotency-Key"
