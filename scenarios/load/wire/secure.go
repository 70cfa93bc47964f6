//go:build linux

package wire

import (
	"crypto/tls"
	"errors"
	"io"
	"net"
	"sync/atomic"
	"time"

	"tollgate/scenarios"
	"tollgate/scenarios/load"
	"tollgate/scenarios/load/wire/poll"
)

// A session is TLS on a socket, with the target, its proxy or both. While hands are
// shaken, and a proxy is asked for the way, it belongs to a goroutine, which waits for
// the loop to notify it that the socket is ready; afterwards it belongs to the loop, and
// never waits.
type session struct {
	net.Conn // nil: crypto/tls does not ask for the rest

	conn        *tls.Conn // nil: it was only needed for the way through a proxy
	fd          int
	established bool // the loop's now
	drained     bool // there is nothing to receive until the next event
	ended       bool // the server will send no more, and no further event will say so; the loop's
	out         []byte
	off         int // how much of out was sent
	plain       int // bytes that out is the encryption of

	within atomic.Bool   // the way through the proxy is there
	ready  chan struct{} // the socket is ready
	left   chan struct{} // closed: the handshake is abandoned

	http2 bool // is spoken
}

var (
	errAgain     error = again{}
	errAbandoned       = errors.New("the handshake was abandoned")
)

// again is what crypto/tls takes for a reason to try again later: any other
// error would end the connection for good.
type again struct{}

func (again) Error() string   { return "nothing there yet" }
func (again) Timeout() bool   { return true }
func (again) Temporary() bool { return true }

// secure begins to lead a connected socket through a proxy, and the TLS handshake, off
// the loop.
func (l *loop) secure(c *conn, now time.Duration) {
	s := &session{fd: c.fd, ready: make(chan struct{}, 1), left: make(chan struct{})}
	c.tls, c.state, c.began = s, securing, now
	p := c.pool.endpoint
	l.handshakes++
	l.handshaking.Go(func() {
		at, err := s.establish(p, l.now)
		l.handshaken <- handshake{c, at, err}
		l.poller.Wake()
	})
}

// establish leads to the target, and says when it was connected to.
func (s *session) establish(p *endpoint, now func() time.Duration) (connected time.Duration, err error) {
	under, err := p.tunnel.Through(s)
	if err != nil {
		return now(), err
	}
	connected = now()
	s.within.Store(true)
	if p.tls == nil {
		s.conn, _ = under.(*tls.Conn)
		s.http2 = p.http == scenarios.HTTP2
		return connected, nil
	}
	s.conn = tls.Client(under, p.tls.Config)
	if err = s.conn.Handshake(); err == nil {
		s.http2, err = p.tls.Agreed(s.conn.ConnectionState())
	}
	return connected, err
}

// phase is what the goroutine is at.
func (s *session) phase() load.Phase {
	if s.within.Load() {
		return load.WhileSecuring
	}
	return load.WhileDialling
}

// notify wakes the goroutine of the handshake: the socket is ready.
func (s *session) notify() {
	select {
	case s.ready <- struct{}{}:
	default:
	}
}

func (s *session) abandon() { close(s.left) }

// wait waits for the socket, as long as hands are shaken.
func (s *session) wait() error {
	select {
	case <-s.ready:
		return nil
	case <-s.left:
		return errAbandoned
	}
}

// Read is how crypto/tls receives.
func (s *session) Read(b []byte) (int, error) {
	if s.drained {
		return 0, errAgain
	}
	for {
		n, errno := poll.Recv(s.fd, b)
		switch {
		case errno == poll.Again && s.established:
			s.drained = true
			return 0, errAgain
		case errno == poll.Again:
			if err := s.wait(); err != nil {
				return 0, err
			}
		case errno != 0:
			return 0, errno
		case n == 0:
			return 0, io.EOF
		default:
			s.drained = s.established && n < len(b) && !s.ended
			return n, nil
		}
	}
}

// Write is how crypto/tls sends. Once hands are shaken it only collects.
func (s *session) Write(b []byte) (int, error) {
	if s.established {
		s.out = append(s.out, b...)
		return len(b), nil
	}
	for sent := 0; sent < len(b); {
		n, errno := poll.Send(s.fd, b[sent:])
		switch {
		case errno == poll.Again:
			if err := s.wait(); err != nil {
				return sent, err
			}
		case errno != 0:
			return sent, errno
		}
		sent += n
	}
	return len(b), nil
}

// Close is called by crypto/tls when it gives up; the loop closes the socket.
func (s *session) Close() error { return nil }

func (s *session) flush() error {
	for s.off < len(s.out) {
		n, errno := poll.Send(s.fd, s.out[s.off:])
		if errno == poll.Again {
			return nil
		}
		if errno != 0 {
			return errno
		}
		s.off += n
	}
	s.out, s.off, s.plain = s.out[:0], 0, 0
	if cap(s.out) > 2*bufferSize {
		s.out = nil
	}
	return nil
}

func (s *session) flushed() bool { return len(s.out) == 0 }

// sentOf is how much was sent of n bytes that were written: encrypted they are a
// little longer.
func (s *session) sentOf(n int64) int64 {
	if s.flushed() {
		return n
	}
	return n - int64(s.plain)*int64(len(s.out)-s.off)/int64(len(s.out))
}

// read receives decrypted bytes. What crypto/tls answers of its own accord,
// such as an update of keys, is sent along.
func (s *session) read(b []byte) (int, error) {
	n, err := s.conn.Read(b)
	if problem := s.flush(); problem != nil && err == errAgain {
		err = problem
	}
	if n > 0 {
		return n, nil
	}
	return 0, err
}

type handshake struct {
	conn      *conn
	connected time.Duration
	err       error
}

// collect takes over the connections whose handshakes have ended.
func (l *loop) collect() {
	for {
		select {
		case h := <-l.handshaken:
			l.handshakes--
			l.secured(h.conn, h.connected, h.err)
		default:
			return
		}
	}
}

func (l *loop) secured(c *conn, connected time.Duration, err error) {
	unwanted := c.state == abandoned
	c.state = dialling // its socket is the loop's again
	if unwanted {
		l.hangUp(c)
		return
	}
	now := l.now()
	p := c.pool.endpoint
	if p.tunnel != nil {
		c.connect += connected - c.began
		c.began = connected
	}
	if p.tls != nil {
		c.handshake = now - c.began
	}
	c.tls.established = true
	if err != nil {
		l.dialFailed(c, err, c.tls.phase())
		return
	}
	if c.tls.conn == nil {
		c.tls = nil
	}
	l.opened(c, now)
	l.heard(c, false)
}

// speaksHTTP2 reports whether an open connection is one of HTTP/2: as ALPN chose or,
// without TLS, because the scenario says so.
func (c *conn) speaksHTTP2() bool {
	if c.pool.endpoint.tls != nil {
		return c.tls.http2
	}
	return c.pool.endpoint.http == scenarios.HTTP2
}
