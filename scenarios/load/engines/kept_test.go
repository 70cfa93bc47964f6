package engines

import (
	"io"
	"net"
	"sync/atomic"
	"testing"
	"time"

	"tollgate/results"
	"tollgate/scenarios/load"
)

// The second request on a connection is sent again only where the connection ended
// without a byte of a response and the method is idempotent: what a server began to
// answer is its answer, with either engine.
func TestOnlyAnUnansweredRequestOnAKeptConnectionIsSentAgain(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name   string
		method string // GET unless given
		second func(net.Conn)
		class  results.ErrClass
		in     int64
		again  bool
	}{
		{name: "the end", second: func(net.Conn) {}, again: true},
		{name: "a reset", second: reset, again: true},
		{name: "the end, to PUT", method: "PUT", second: func(net.Conn) {}, again: true},
		{name: "the end, to DELETE", method: "DELETE", second: func(net.Conn) {}, again: true},
		{name: "the end, to POST", method: "POST", second: func(net.Conn) {}, class: results.ErrReset},
		{name: "the end, to PATCH", method: "PATCH", second: func(net.Conn) {}, class: results.ErrReset},
		{name: "one byte, and the end", second: func(c net.Conn) { say(c, "H") }, class: results.ErrReset, in: 1},
		{name: "half a header, and the end", second: func(c net.Conn) { say(c, "HTTP/1.1 200 OK\r\nX: ") }, class: results.ErrReset, in: 20},
		{name: "half a header, and a reset", second: func(c net.Conn) { say(c, "HTTP/1.1 200 OK\r\nX: "); pause(); reset(c) }, class: results.ErrReset, in: 20},
		{name: "an interim response, and the end", second: func(c net.Conn) { say(c, "HTTP/1.1 103 Early Hints\r\n\r\n") }, class: results.ErrReset, in: 28},
		{name: "no HTTP", second: func(c net.Conn) { say(c, "garbage\r\n"); listenTo(c) }, class: results.ErrMalformed, in: 9},
		{name: "a header that is malformed", second: func(c net.Conn) { say(c, "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n"); listenTo(c) }, class: results.ErrMalformed, in: 38},
		{name: "a switch of protocols", second: func(c net.Conn) { say(c, "HTTP/1.1 101 Switching\r\n\r\n"); listenTo(c) }, class: results.ErrMalformed, in: 26},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			eachEngine(t, func(t *testing.T, e load.Kind) {
				var requests atomic.Int64
				r := newRig("http://" + listen(t, func(c net.Conn) {
					first := true
					eachRequest(c, func(io.Reader) bool {
						requests.Add(1)
						if !first {
							row.second(c)
							return false
						}
						first = false
						say(c, sized(200, "ok"))
						return true
					})
				}))
				r.job.Options.MaxConnections = 1
				if r.job.Requests[0].Method = row.method; row.method == "" {
					r.job.Requests[0].Method = "GET"
				}
				got := r.drive(t, e, every(20*time.Millisecond, 2))
				wantSent, wantIn := int64(2), row.in
				if row.again {
					wantSent, wantIn = 3, int64(len(sized(200, "ok")))
				}
				if s := got[1]; s.Err != row.class || s.In != wantIn || requests.Load() != wantSent {
					t.Errorf("%v after %d bytes, and the server received %d requests; want %v, %d and %d", s.Err, s.In, requests.Load(), row.class, wantIn, wantSent)
				}
			})
		})
	}
}
