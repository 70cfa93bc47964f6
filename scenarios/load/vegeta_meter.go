package load

import (
	"context"
	"crypto/tls"
	"net"
	"sync"
	"time"
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

	mu  sync.Mutex // the transport reads and writes in goroutines of its own
	now readings
}

// readings are what a meter saw during one exchange.
type readings struct {
	wrote, read bool // anything at all
	ended       bool // reading failed: nothing more can come
	sent        time.Duration
	first, last time.Duration // bytes that arrived
	out, in     int64
}

// arm starts the readings of the next exchange.
func (m *meter) arm() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.now = readings{}
}

// readings returns what passed since the meter was armed.
func (m *meter) readings() readings {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.now
}

// Write notes the time before it writes: the answer may be read before the
// writing goroutine runs again.
func (m *meter) Write(b []byte) (int, error) {
	m.mu.Lock()
	if !m.now.wrote {
		m.now.wrote, m.now.sent = true, m.clock()
	}
	m.now.out += int64(len(b))
	m.mu.Unlock()
	n, err := m.Conn.Write(b)
	if n < len(b) {
		m.mu.Lock()
		m.now.out -= int64(len(b) - n)
		m.mu.Unlock()
	}
	return n, err
}

func (m *meter) Read(b []byte) (int, error) {
	n, err := m.Conn.Read(b)
	at := m.clock()
	m.mu.Lock()
	defer m.mu.Unlock()
	m.now.ended = m.now.ended || err != nil
	if n == 0 {
		return n, err
	}
	if !m.now.read {
		m.now.read, m.now.first = true, at
	}
	m.now.last = at
	m.now.in += int64(n)
	return n, err
}

// secure puts TLS between the meter and its connection.
func (m *meter) secure(ctx context.Context, config *tls.Config, addr string) error {
	config = config.Clone()
	if config.ServerName == "" {
		config.ServerName, _, _ = net.SplitHostPort(addr)
	}
	began := m.clock()
	c := tls.Client(m.Conn, config)
	if err := c.HandshakeContext(ctx); err != nil {
		return &dialError{whileSecuring, err}
	}
	m.Conn, m.tls = c, m.clock()-began
	return nil
}
