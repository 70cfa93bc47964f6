// Package control measures what the load generator's own machine adds to a request.
//
// A [Control] is a server in the generator's process and a client next to it, connected
// over loopback. [Rate] times a second the client sends 64 bytes and waits for them to
// come back. No network and no target is in the way, so what such a round trip takes
// beyond some tens of microseconds is the machine: a process that waits for a
// processor, a hypervisor that runs another guest, garbage collection, a kernel that is
// busy with packets. The same happens to every request meanwhile. Lag shows it only
// before a request is sent; the control measurement shows it in what service times
// hold.
//
//   - A round trip counts from when it was due where the client woke more than two
//     milliseconds late, as it does after a freeze. All those that fell due meanwhile
//     are made up for, so that a freeze counts as long as it was, and not once. Below
//     that it counts from when it was sent: the timers of an idle Go process are a
//     millisecond slack, and those of the load engines are not.
//   - The pauses are random, from half to one and a half of the mean, so that they do
//     not fall into step with the load.
//   - Twenty-five a second are enough for a p90 after 1.5 s and for a p99 after 15 s. The
//     stages of a probe are also evaluated together.
//   - It takes half a percent of one processor: 186 µs of CPU a round trip, measured on a
//     virtual machine whose two processors were busy. Most of that is threads that fall
//     asleep and wake; one after the other, round trips take 33 µs (BenchmarkRoundTrip).
//     And two connections, and no disk.
//
// # Why
//
// A raw echo and not HTTP: the parser would be measured too, and it is the load
// engine's anyway. A goroutine and not an event loop of engine wire, whose thread the
// kernel would schedule like those of the load: it takes a processor of Go's for each
// loop, and does not exist on other systems. So the control is a little slower than the
// engine where Go's scheduler is busy, by less than the millisecond that never counts.
// Rejected: to read load averages or pressure only. They say how busy a machine is, and
// not whether that did harm.
package control

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"sync"
	"time"
)

// Rate is how many round trips are made in a second.
const Rate = 25

const (
	size  = 64                   // bytes of a round trip each way
	slack = 2 * time.Millisecond // of the client's timer
)

// A Control is a control measurement that is under way.
type Control struct {
	client, server net.Conn
	record         func(time.Duration)
	stop           chan struct{}
	running        sync.WaitGroup
}

// Start begins to measure. Each round trip goes to record, from one goroutine, until
// Close.
func Start(record func(time.Duration)) (*Control, error) {
	client, server, err := connect()
	if err != nil {
		return nil, fmt.Errorf("no control measurement over loopback: %w", err)
	}
	c := &Control{client: client, server: server, record: record, stop: make(chan struct{})}
	c.running.Go(c.echo)
	c.running.Go(c.ask)
	return c, nil
}

// Close ends the measurement.
func (c *Control) Close() {
	close(c.stop)
	_, _ = c.client.Close(), c.server.Close() // nothing is left to be lost
	c.running.Wait()
}

// connect returns both ends of a connection over loopback. Only this client is let in.
func connect() (client, server net.Conn, err error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		var six error
		if l, six = net.Listen("tcp", "[::1]:0"); six != nil {
			return nil, nil, errors.Join(err, six)
		}
	}
	defer l.Close()
	if client, err = net.DialTimeout("tcp", l.Addr().String(), time.Second); err != nil {
		return nil, nil, err
	}
	for {
		if server, err = l.Accept(); err != nil {
			return nil, nil, errors.Join(err, client.Close())
		}
		if server.RemoteAddr().String() == client.LocalAddr().String() {
			return client, server, nil
		}
		_ = server.Close() // another program's
	}
}

// echo answers until the connection is closed.
func (c *Control) echo() {
	var message [size]byte
	for {
		n, err := c.server.Read(message[:])
		if err != nil {
			return
		}
		if _, err := c.server.Write(message[:n]); err != nil {
			return
		}
	}
}

// ask makes round trips until the connection is closed.
func (c *Control) ask() {
	timer := time.NewTimer(0)
	defer timer.Stop()
	var message [size]byte
	for due := time.Now(); ; due = due.Add(pause()) {
		timer.Reset(time.Until(due))
		select {
		case <-timer.C:
		case <-c.stop:
			return
		}
		from := begun(due, time.Now())
		if err := c.roundTrip(message[:]); err != nil {
			return
		}
		c.record(time.Since(from))
	}
}

func (c *Control) roundTrip(message []byte) error {
	if _, err := c.client.Write(message); err != nil {
		return err
	}
	_, err := io.ReadFull(c.client, message)
	return err
}

// begun is from when a round trip counts.
func begun(due, now time.Time) time.Time {
	if now.Sub(due) > slack {
		return due
	}
	return now
}

// pause is the time between two round trips.
func pause() time.Duration {
	const mean = time.Second / Rate
	return mean/2 + rand.N(mean)
}
