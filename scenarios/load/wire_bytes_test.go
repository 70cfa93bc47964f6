//go:build linux

package load

import (
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"tollgate/results"
)

// one is the queue of a loop that has one request after another to send.
type one struct{ nothing }

func (one) take(now time.Duration) order { return order{due: now} }

// A pipe is a connection of a loop whose other end is the test's: what the loop
// reads at a time is what the test says.
type pipe struct {
	*rig
	closes bool // the end of the connection ends each response
	loop   *loop
	conn   *conn
	peer   int
}

func newPipe(t *testing.T, method string, closes bool) *pipe {
	p := &pipe{rig: newRig("http://127.0.0.1:1"), closes: closes}
	p.job.Requests[0].Method = method
	engine := p.open(t, wire).(*wireEngine)
	loops, err := engine.enough(engine.places[0], 1)
	if err != nil {
		t.Fatal(err)
	}
	p.loop = loops[0]
	p.loop.begin(engine.places[0], one{})
	return p
}

// connect gives the loop a connection that is open.
func (p *pipe) connect(t *testing.T) {
	ends, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	p.conn, p.peer = p.loop.newConn(p.loop.pool), ends[1]
	p.conn.fd, p.conn.state = ends[0], resting
	if !p.closes {
		t.Cleanup(func() { _ = unix.Close(p.peer) })
	}
}

// exchange sends a request and has it answered in parts, each of which is read
// before the next is sent. It returns the request's sample.
func (p *pipe) exchange(t *testing.T, parts ...string) *results.Sample {
	l := p.loop
	if p.conn == nil || p.conn.state != resting {
		p.connect(t)
	} else if l.idleConn(l.now()) != p.conn {
		t.Fatal("the connection does not rest")
	}
	p.samples = p.samples[:0]
	l.load(p.conn, l.now())
	l.send(p.conn, l.now())
	var request [4096]byte
	if n, err := unix.Read(p.peer, request[:]); n <= 0 {
		t.Fatal(n, err)
	}
	for _, part := range parts {
		if _, err := unix.Write(p.peer, []byte(part)); err != nil {
			t.Fatal(err)
		}
		if p.conn.state == busy {
			l.receive(p.conn)
		}
	}
	if p.closes {
		_ = unix.Close(p.peer)
		l.receive(p.conn)
	}
	if len(p.samples) != 1 {
		t.Fatalf("%d samples after %q", len(p.samples), parts)
	}
	return &p.samples[0]
}

// Whatever the pieces in which a response is read, in two at every byte and in
// three at many, each of its bytes is counted once.
func TestEachByteIsCountedOnce(t *testing.T) {
	for _, row := range cutAnywhere {
		t.Run(row.name, func(t *testing.T) {
			p := newPipe(t, row.method, row.closes)
			n := len(row.answer)
			for i := 1; i < n; i++ {
				for j := i; j < n; j += 1 + j%7 {
					parts := []string{row.answer[:i], row.answer[i:j], row.answer[j:]}
					if i == j {
						parts = []string{row.answer[:i], row.answer[j:]}
					}
					if complaint := wrong(p.exchange(t, parts...), n, row.code, row.body); complaint != "" {
						t.Fatalf("cut after %d and %d bytes: %s", i, j, complaint)
					}
				}
			}
		})
	}
}
