package load

import (
	"context"
	"crypto/tls"
	"io"
	"net"
	"sync"
	"time"

	"tollgate/scenarios"
)

// A meter is a connection that knows when its bytes passed and how many. Over
// TLS it lies above the encryption, so that it counts what HTTP sends. HTTP/1.1
// serves one request at a time, so all that passes between two calls of arm
// belongs to one exchange.
type meter struct {
	net.Conn
	clock         func() time.Duration
	since         time.Duration // when it was open
	dns, tcp, tls time.Duration // spent on opening it
	limits        *scenarios.Engine

	mu      sync.Mutex // the transport reads and writes in goroutines of its own; guards what follows
	now     *readings  // of the exchange that has the connection
	carried int        // requests so far
	wear    wear
}

// readings are what a meter saw during one exchange.
type readings struct {
	wrote, read bool // anything at all
	ended       bool // reading failed: nothing more can come
	sent        time.Duration
	first, last time.Duration // bytes that arrived
	out, in     int64
}

// arm starts the readings of the next exchange. Those of the one before stay
// as they are: the transport lends a connection out again at the moment that a
// response is complete, before anybody could look at them.
func (m *meter) arm(head bool) *readings {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.now = &readings{}
	m.carried++
	if wears(m.limits) {
		m.wear.begin(head)
	}
	return m.now
}

// look returns what r holds so far.
func (m *meter) look(r *readings) readings {
	m.mu.Lock()
	defer m.mu.Unlock()
	return *r
}

// Write notes the time before it writes: the answer may be read before the
// writing goroutine runs again.
func (m *meter) Write(b []byte) (int, error) {
	m.mu.Lock()
	now := m.now
	if !now.wrote {
		now.wrote, now.sent = true, m.clock()
	}
	now.out += int64(len(b))
	m.mu.Unlock()
	n, err := m.Conn.Write(b)
	if n < len(b) {
		m.mu.Lock()
		now.out -= int64(len(b) - n)
		m.mu.Unlock()
	}
	return n, err
}

func (m *meter) Read(b []byte) (int, error) {
	n, err := m.Conn.Read(b)
	at := m.clock()
	m.mu.Lock()
	defer m.mu.Unlock()
	now := m.now
	now.ended = now.ended || err != nil
	if n == 0 {
		return n, err
	}
	if !now.read {
		now.read, now.first = true, at
	}
	now.last = at
	now.in += int64(n)
	if err == nil && m.wear.completes(b[:n]) && worn(m.limits, m.carried, at-m.since) {
		err = io.EOF
	}
	return n, err
}

// secure puts TLS between the meter and its connection.
func (m *meter) secure(ctx context.Context, config *tls.Config) error {
	began := m.clock()
	c := tls.Client(m.Conn, config.Clone())
	if err := c.HandshakeContext(ctx); err != nil {
		return &dialError{whileSecuring, err}
	}
	m.Conn, m.tls = c, m.clock()-began
	return nil
}
