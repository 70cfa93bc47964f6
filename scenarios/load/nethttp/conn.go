package nethttp

import (
	"context"
	"crypto/tls"
	"net"
	"sync"
	"time"

	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/scenarios/load"
	"tollgate/scenarios/load/http1"
)

// A link is a connection, and how it was opened.
type link struct {
	net.Conn
	bare          net.Conn // the same without TLS
	http2         bool     // it is to carry HTTP/2
	clock         func() time.Duration
	since         time.Duration // when it was open
	dns, tcp, tls time.Duration // spent on opening it
	reuse         scenarios.Reuse
	jar           *load.Jar // of the user that it stands for
}

// A timedConn is a connection that knows when its bytes passed and how many. Over
// TLS it lies above the encryption, so that it counts what HTTP sends. HTTP/1.1
// serves one request at a time, so all that passes between two calls of arm
// belongs to one exchange.
type timedConn struct {
	link

	mu      sync.Mutex // the transport reads and writes in goroutines of its own; guards what follows
	now     *timings   // of the exchange that has the connection
	carried int        // requests so far
	wrote   sync.Cond  // something was written, or the timedConn is closed
	closed  bool
	incoming
}

func newTimedConn(conn net.Conn, d *dialer) *timedConn {
	m := &timedConn{link: link{Conn: conn, bare: conn, http2: d.prior, clock: d.clock, reuse: d.reuse, jar: &load.Jar{}}, now: &timings{}}
	m.wrote.L = &m.mu
	m.response.Strict = &m.strict
	return m
}

type timings struct {
	wrote, read bool // anything at all
	sent        time.Duration
	first, last time.Duration // bytes that arrived
	out, in     int64
	writing     int   // of out, what is being written
	failed      error // why there is no complete response
	code        int   // of the response, as far as it goes
	body        int64
	deviations  http1.Deviations
	protocol    results.Protocol

	// Of HTTP/2.
	stream  uint32
	headers results.HeaderBytes
	unseen  bool  // the server has not processed the request, as it says
	cut     bool  // the connection ended
	fields  int64 // of the headers of the response
	toHead  bool  // the response has no content
	headed  bool  // the header has begun
	whole   bool  // the last frame has begun
	uploads bool  // some of the request has not been sent
	window  int64
}

// arm starts the timings of the next exchange. Those of the one before stay
// as they are: the transport lends a connection out again at the moment that a
// response is complete, before anybody could look at them.
func (m *timedConn) arm(r *request) *timings {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.now = &timings{protocol: results.HTTP11}
	m.carried++
	m.expect(r)
	return m.now
}

// reused reports whether the connection that was armed has carried an earlier request. One
// that the transport had opened for another request, which then found one free, has
// not; idle says that this request has not waited for it.
func (m *timedConn) reused(idle bool) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.carried > 1 {
		return true
	}
	if idle {
		m.dns, m.tcp, m.tls = 0, 0, 0
	}
	return false
}

// look returns the timings of an exchange that has ended. A failure ends
// the connection, unless it serves another one already: so nothing more is
// written for it.
func (m *timedConn) look(r *timings, failed bool) timings {
	m.mu.Lock()
	defer m.mu.Unlock()
	if failed && m.now == r {
		m.closed = true
		m.wrote.Broadcast()
		_ = m.bare.Close()
		for r.writing > 0 {
			m.wrote.Wait()
		}
	}
	return *r
}

// Write notes the time before it writes: the answer may be read before the
// writing goroutine runs again. That the server takes no more is no error
// here: whether there is a response all the same shows when it is read.
func (m *timedConn) Write(b []byte) (int, error) {
	m.mu.Lock()
	now := m.now
	if !now.wrote {
		now.wrote, now.sent = true, m.clock()
		m.wrote.Broadcast()
	}
	now.out += int64(len(b))
	now.writing = len(b)
	m.mu.Unlock()
	n, err := m.Conn.Write(b)
	m.mu.Lock()
	defer m.mu.Unlock()
	now.out -= int64(len(b) - n)
	now.writing = 0
	m.wrote.Broadcast()
	if err != nil && !m.closed && !load.IsErrno(err, load.OwnErrnos) {
		return len(b), nil
	}
	return n, err
}

// Close ends the connection.
func (m *timedConn) Close() error {
	m.mu.Lock()
	m.closed = true
	m.wrote.Broadcast()
	m.mu.Unlock()
	return m.Conn.Close()
}

func (m *link) secure(ctx context.Context, config *tls.Config) (tls.ConnectionState, error) {
	began := m.clock()
	c := tls.Client(m.Conn, config.Clone())
	if err := c.HandshakeContext(ctx); err != nil {
		return tls.ConnectionState{}, &dialError{load.WhileSecuring, err}
	}
	m.Conn, m.tls = c, m.clock()-began
	return c.ConnectionState(), nil
}
