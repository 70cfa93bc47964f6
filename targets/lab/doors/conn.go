package doors

import (
	"errors"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

// A countedListener counts the connections of a door and the bytes on them.
type countedListener struct {
	*acceptGate
	door *door
}

func (l countedListener) Accept() (net.Conn, error) {
	c, err := l.acceptGate.Accept()
	if err != nil {
		return nil, err
	}
	l.door.counters.opened.Add(1)
	l.door.counters.open.Add(1)
	l.door.metrics.opened()
	return &countedConn{patientConn: patientConn{Conn: c}, door: l.door}, nil
}

type countedConn struct {
	patientConn
	door   *door
	closed atomic.Bool
}

func (c *countedConn) Read(p []byte) (int, error) {
	n, err := c.patientConn.Read(p)
	if n > 0 {
		c.door.counters.in.Add(int64(n))
		c.door.metrics.passed(n)
	}
	return n, err
}

// Write counts first, so that a client that has its response finds it counted.
func (c *countedConn) Write(p []byte) (int, error) {
	c.door.counters.out.Add(int64(len(p)))
	c.door.metrics.passed(len(p))
	return c.patientConn.Write(p)
}

func (c *countedConn) Close() error {
	if !c.closed.Swap(true) {
		c.door.gate.leave(c.Conn)
		c.door.counters.open.Add(-1)
		c.door.metrics.closed()
	}
	return c.Conn.Close()
}

// A patientConn sets its deadlines late. net/http moves both deadlines of a
// connection some seven times for each request, nearly always further away, and
// each time a timer of the runtime is moved. Here a deadline that moves away is
// only noted; the connection keeps the earlier one, and where that ends an
// operation before its time, the operation goes on.
type patientConn struct {
	net.Conn
	reading, writing deadline
}

func (c *patientConn) Read(p []byte) (int, error) {
	c.reading.mend(c.Conn.SetReadDeadline)
	for {
		n, err := c.Conn.Read(p)
		if n > 0 || !c.reading.tooEarly(err, c.Conn.SetReadDeadline) {
			return n, err
		}
	}
}

func (c *patientConn) Write(p []byte) (written int, err error) {
	c.writing.mend(c.Conn.SetWriteDeadline)
	for {
		n, err := c.Conn.Write(p[written:])
		written += n
		if !c.writing.tooEarly(err, c.Conn.SetWriteDeadline) {
			return written, err
		}
	}
}

// SetReadDeadline is that of a net.Conn.
func (c *patientConn) SetReadDeadline(t time.Time) error {
	return c.reading.move(t, c.Conn.SetReadDeadline)
}

// SetWriteDeadline is that of a net.Conn.
func (c *patientConn) SetWriteDeadline(t time.Time) error {
	return c.writing.move(t, c.Conn.SetWriteDeadline)
}

// SetDeadline is that of a net.Conn.
func (c *patientConn) SetDeadline(t time.Time) error {
	return errors.Join(c.SetReadDeadline(t), c.SetWriteDeadline(t))
}

// A deadline is one of a connection's two. Its zero value is that of a new
// connection: there is none.
type deadline struct {
	mu     sync.Mutex
	wanted time.Time // zero: none
	armed  time.Time // the connection's; zero: none, else never later than wanted
	passed bool      // armed was over when it was set, as an order to stop at once
}

func (d *deadline) move(to time.Time, set func(time.Time) error) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.wanted = to
	if to.IsZero() || !d.armed.IsZero() && !to.Before(d.armed) {
		return nil
	}
	return d.arm(set)
}

// arm gives the connection the deadline that is wanted; the lock is held.
func (d *deadline) arm(set func(time.Time) error) error {
	d.armed = d.wanted
	d.passed = !d.armed.IsZero() && !d.armed.After(time.Now())
	return set(d.armed)
}

// mend takes back an order to stop that no longer holds, before an operation
// would meet it.
func (d *deadline) mend(set func(time.Time) error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.passed && !d.wanted.Equal(d.armed) {
		_ = d.arm(set) // fails where the connection is closed, which the operation will find
	}
}

// tooEarly says whether an operation ended for a deadline that is not the wanted
// one, which the connection then has.
func (d *deadline) tooEarly(err error, set func(time.Time) error) bool {
	if err == nil || !errors.Is(err, os.ErrDeadlineExceeded) {
		return false
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.wanted.IsZero() && !d.wanted.After(time.Now()) {
		return false
	}
	return d.arm(set) == nil
}
