//go:build linux

package wire

import (
	"fmt"
	"net/url"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/scenarios/load"
	"tollgate/targets"
)

// cutResponses are responses of every framing, to be read in pieces.
var cutResponses = []struct {
	name   string
	method string
	answer string
	closes bool // the end of the connection ends it
	code   int
	body   int64
}{
	{name: "a length", answer: "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello", code: 200, body: 5},
	{name: "chunks", answer: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;a=b\r\nhello\r\n0a\r\n0123456789\r\n0\r\n\r\n", code: 200, body: 15},
	{name: "chunks with trailers", answer: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n5\r\nhello\r\n0\r\nX-Sum: 1\r\n 2\r\nX-More: 3\r\n\r\n", code: 200, body: 5},
	{name: "to HEAD", method: "HEAD", answer: "HTTP/1.1 200 OK\r\nContent-Length: 500\r\nETag: \"x\"\r\n\r\n", code: 200},
	{name: "204", answer: "HTTP/1.1 204 No Content\r\nX-Request-Id: 1234\r\n\r\n", code: 204},
	{name: "304", answer: "HTTP/1.1 304 Not Modified\r\nContent-Length: 500\r\nETag: \"x\"\r\n\r\n", code: 304},
	{name: "interim responses", answer: "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\nok", code: 201, body: 2},
	{name: "up to the end of the connection", answer: "HTTP/1.1 200 OK\r\nX-Fold: a\r\n b\r\n\r\nuntil the end", closes: true, code: 200, body: 13},
	{name: "HTTP/1.0", answer: "HTTP/1.0 500 Oops\r\n\r\nuntil the end", closes: true, code: 500, body: 13},
}

// wrongly says what is wrong with the sample of a response that was sent, "" if
// nothing is.
func wrongly(s *results.Sample, sent, code int, body int64) string {
	if s.Err == results.ErrNone && s.Code == code && s.Body == body && s.In == int64(sent) {
		return ""
	}
	return fmt.Sprintf("%v, status %d, %d bytes with a body of %d; the server sent status %d, %d bytes with a body of %d", s.Err, s.Code, s.In, s.Body, code, sent, body)
}

// one is the queue of a loop that has one request after another to send.
type one struct{ emptyQueue }

func (one) take(now time.Duration) arrival { return arrival{due: now} }

// A pipe is a connection of a loop whose other end is the test's: what the loop
// reads at a time is what the test says.
type pipe struct {
	samples []results.Sample
	closes  bool // the end of the connection ends each response
	loop    *loop
	conn    *conn
	peer    int
}

func newPipe(t *testing.T, method string, closes bool) *pipe {
	p := &pipe{closes: closes}
	opened, err := Kind.Open(load.Job{
		Epoch: time.Now(), Targets: []targets.Target{{Name: "peer", URL: &url.URL{Scheme: "http", Host: "127.0.0.1:1"}}},
		Requests: []scenarios.Request{{Name: "only", Method: method, Path: "/", Timeout: 10 * time.Second}},
		Pick:     func(uint64) uint16 { return 0 }, Shard: func() load.Shard { return p },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = opened.Close() })
	engine := opened.(*wireEngine)
	loops, err := engine.enough(engine.endpoints[0], 1)
	if err != nil {
		t.Fatal(err)
	}
	p.loop = loops[0]
	p.loop.begin(engine.endpoints[0], one{})
	return p
}

// Record implements Shard.
func (p *pipe) Record(s *results.Sample) { p.samples = append(p.samples, *s) }

// connect gives the loop a connection that is open.
func (p *pipe) connect(t *testing.T) {
	ends, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	p.conn, p.peer = p.loop.newConn(p.loop.pool), ends[1]
	p.conn.fd, p.conn.state = ends[0], idle
	if !p.closes {
		t.Cleanup(func() { _ = unix.Close(p.peer) })
	}
}

// exchange sends a request and has it answered in parts, each of which is read
// before the next is sent. It returns the request's sample.
func (p *pipe) exchange(t *testing.T, parts ...string) *results.Sample {
	l := p.loop
	if p.conn == nil || p.conn.state != idle {
		p.connect(t)
	} else if l.idleConn(l.pool, l.now()) != p.conn {
		t.Fatal("the connection does not rest")
	}
	p.samples = p.samples[:0]
	x := l.load(l.now(), nil)
	p.conn.carry(x)
	l.send(x, l.now())
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
	for _, row := range cutResponses {
		t.Run(row.name, func(t *testing.T) {
			p := newPipe(t, row.method, row.closes)
			n := len(row.answer)
			for i := 1; i < n; i++ {
				for j := i; j < n; j += 1 + j%7 {
					parts := []string{row.answer[:i], row.answer[i:j], row.answer[j:]}
					if i == j {
						parts = []string{row.answer[:i], row.answer[j:]}
					}
					if complaint := wrongly(p.exchange(t, parts...), n, row.code, row.body); complaint != "" {
						t.Fatalf("cut after %d and %d bytes: %s", i, j, complaint)
					}
				}
			}
		})
	}
}
