package nethttp

import (
	"io"
	"net"
	"testing"
)

// What was allowed on a connection counts for a request only if the connection will carry it:
// the transport closes one that has ended a moment later, and a request that counted on it
// went out on a new connection without its preflight.
func TestAConnectionThatEndsDoesNotRest(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name  string
		state func(*timedConn)
		rests bool
	}{
		{"open and idle", func(*timedConn) {}, true},
		{"closed", func(m *timedConn) { m.closed = true }, false},
		{"ended, not closed yet", func(m *timedConn) { m.end = io.EOF }, false},
		{"lent to another request", func(m *timedConn) { m.expected = true }, false},
	} {
		var r rested
		conn, other := net.Pipe()
		_ = other.Close()
		m := newTimedConn(conn, &dialer{})
		r.put(m)
		row.state(m)
		if (r.take() == m) != row.rests {
			t.Errorf("%s: it rests: %v", row.name, !row.rests)
		}
	}
}
