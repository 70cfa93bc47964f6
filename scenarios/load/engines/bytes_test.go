package engines

import (
	"fmt"
	"io"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"tollgate/results"
	"tollgate/scenarios/load"
)

// cutAnywhere are responses of every framing, to be sent cut at every byte.
var cutAnywhere = []struct {
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

// wrong says what is wrong with the sample of a response that was sent, "" if
// nothing is.
func wrong(s *results.Sample, sent, code int, body int64) string {
	if s.Err == results.ErrNone && s.Code == code && s.Body == body && s.In == int64(sent) {
		return ""
	}
	return fmt.Sprintf("%v, status %d, %d bytes with a body of %d; the server sent status %d, %d bytes with a body of %d", s.Err, s.Code, s.In, s.Body, code, sent, body)
}

// Both engines count the bytes and requests that the server counts, wherever
// the network cuts a response, on connections that are kept as on new ones.
func TestBytesEqualTheServersOwnCount(t *testing.T) {
	t.Parallel()
	for _, row := range cutAnywhere {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			eachEngine(t, func(t *testing.T, e load.Kind) {
				var requests, sent, received atomic.Int64
				addr := listen(t, func(c net.Conn) {
					c = counted{c, &received}
					eachRequest(c, func(io.Reader) bool {
						cut := int(requests.Add(1)) % len(row.answer)
						for _, part := range []string{row.answer[:cut], row.answer[cut:]} {
							sent.Add(int64(len(part)))
							_, _ = io.WriteString(c, part)
							time.Sleep(200 * time.Microsecond) // the parts are to arrive apart
						}
						return !row.closes
					})
				})
				r := newRig("http://" + addr)
				r.job.Requests[0].Method = row.method
				r.job.Options.MaxConnections = 4
				n := 2 * len(row.answer)
				var in, out int64
				for _, s := range r.drive(t, e, every(100*time.Microsecond, n)) {
					if complaint := wrong(&s, len(row.answer), row.code, row.body); complaint != "" {
						t.Errorf("request %d: %s", s.Seq, complaint)
					}
					in, out = in+s.In, out+s.Out
				}
				if len(r.samples) != n || requests.Load() != int64(n) || in != sent.Load() || out != received.Load() {
					t.Errorf("%d samples, %d bytes in and %d out; the server had %d requests, sent %d bytes and received %d",
						len(r.samples), in, out, requests.Load(), sent.Load(), received.Load())
				}
			})
		})
	}
}

// counted counts what a server receives.
type counted struct {
	net.Conn
	received *atomic.Int64
}

func (c counted) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	c.received.Add(int64(n))
	return n, err
}

// What is received of a response that fails is counted, too.
func TestBytesOfBrokenResponsesAreCounted(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ name, answer string }{
		{"an end within the header", "HTTP/1.1 200 OK\r\nContent-Le"},
		{"an end within the body", "HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nhello"},
		{"an end within a chunk's line", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n1"},
		{"another protocol", "SSH-2.0-OpenSSH_9.6\r\n"},
		{"a header that is none", "HTTP/1.1 200 OK\r\nX: \x00\r\n\r\nhello"},
		{"a chunk that is none", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\nhello\r\n"},
		{"a body of 64 KiB cut short", "HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n" + strings.Repeat("x", 1<<16)},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			eachEngine(t, func(t *testing.T, e load.Kind) {
				r := newRig(answering(t, row.answer))
				for _, s := range r.drive(t, e, every(time.Millisecond, 3)) {
					if s.Err == results.ErrNone || s.In != int64(len(row.answer)) {
						t.Errorf("request %d: %v, %d bytes; the server sent %d", s.Seq, s.Err, s.In, len(row.answer))
					}
				}
			})
		})
	}
}
