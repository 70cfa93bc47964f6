package doors

import (
	"net"
	"sync/atomic"
	"time"
)

// A countedListener counts the connections of a door and the bytes on them.
type countedListener struct {
	*gate
	door *door
}

func (l countedListener) Accept() (net.Conn, error) {
	c, err := l.gate.Accept()
	if err != nil {
		return nil, err
	}
	l.door.opened()
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
		c.door.tally.in.Add(int64(n))
		c.door.passed(n)
	}
	return n, err
}

// Write counts first, so that who has its answer finds it counted.
func (c *countedConn) Write(p []byte) (int, error) {
	c.door.tally.out.Add(int64(len(p)))
	c.door.passed(len(p))
	return c.patientConn.Write(p)
}

func (c *countedConn) Close() error {
	if !c.closed.Swap(true) {
		c.door.gate.leave(c.Conn)
		c.door.tally.open.Add(-1)
		if m := c.door.meter; m.capacity != nil {
			m.capacity.add(time.Now(), 0, 1, 0)
		}
	}
	return c.Conn.Close()
}

func (d *door) opened() {
	d.tally.opened.Add(1)
	d.tally.open.Add(1)
	now := time.Now()
	if d.meter.connections != nil {
		d.meter.connections.Put(now, 1)
	}
	if d.meter.capacity != nil {
		d.meter.capacity.add(now, 1, 0, 0)
	}
}

func (d *door) passed(bytes int) {
	if d.meter.bytes == nil {
		return
	}
	now := time.Now()
	d.meter.bytes.Put(now, float64(bytes))
	if d.meter.capacity != nil {
		d.meter.capacity.add(now, 0, 0, bytes)
	}
}
