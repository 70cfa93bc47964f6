package engines

import (
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"tollgate/results"
	"tollgate/scenarios/load"
)

// What a row expects of the bytes that were sent.
const (
	nothingOut = iota
	allOut     // the whole request
	someOut    // less
	anyOut     // the server ended the connection at any time
)

// A behaviour is a server that misbehaves in some phase of a connection, and
// what becomes of a request there, with either engine.
type behaviour struct {
	name   string
	plain  func(net.Conn) // serves a connection; nil: nothing accepts one
	body   int            // of the request
	class  results.ErrClass
	code   int
	in     int64
	out    int
	slow   bool   // it takes the whole timeout, else far less
	detail string // in the first failure
}

// differential are the behaviours without TLS. What servers do within a
// response is in the table hostile.
var differential = []behaviour{
	{name: "nothing listens", class: results.ErrRefused, detail: "connection refused"},
	{name: "a reset at once", plain: reset, class: results.ErrReset, out: anyOut, detail: "before the response"},
	{name: "the end at once", plain: func(net.Conn) {}, class: results.ErrReset, out: anyOut, detail: "before the response"},
	{name: "half of the end at once", plain: func(c net.Conn) { endHalf(c); listenTo(c) }, class: results.ErrReset, out: allOut, detail: "connection closed before the response"},
	{name: "the end after the request", plain: readRequest, class: results.ErrReset, out: allOut, detail: "connection closed before the response"},
	{name: "a reset after the request", plain: func(c net.Conn) { readRequest(c); reset(c) }, class: results.ErrReset, out: allOut, detail: "connection reset by peer before the response"},
	{name: "silence", plain: listenTo, class: results.ErrTimeout, slow: true, out: allOut, detail: "waiting for the response"},
	{name: "silence, and nothing is read", plain: hold, body: 16 << 20, class: results.ErrTimeout, slow: true, out: someOut, detail: "waiting for the response"},

	{name: "a response while the request is sent", plain: func(c net.Conn) { read(c, 5000); say(c, sized(413, "no")); hold(c) }, body: 16 << 20, code: 413, in: 62, out: someOut},
	{name: "a response while the request is sent, and the end", plain: func(c net.Conn) { read(c, 5000); say(c, sized(413, "no")) }, body: 16 << 20, code: 413, in: 62, out: someOut},
	{name: "half the request is read, and a reset", plain: func(c net.Conn) { read(c, 1<<20); reset(c) }, body: 16 << 20, class: results.ErrReset, out: someOut},
	{name: "a large request is read late", plain: func(c net.Conn) { pause(); answerEach(c, sized(200, "ok"), func() {}) }, body: 3 << 20, code: 200, in: 40, out: allOut},
	{name: "a response before the request", plain: func(c net.Conn) { say(c, sized(200, "ok")); listenTo(c) }, code: 200, in: 40, out: allOut},
	{name: "a refusal before the request, and the end", plain: func(c net.Conn) { say(c, sized(503, "")); endHalf(c); listenTo(c) }, code: 503, in: 55, out: allOut},
	{name: "the greeting of another protocol", plain: func(c net.Conn) { say(c, "220 mail ESMTP\r\n"); listenTo(c) }, class: results.ErrMalformed, in: 16, out: allOut, detail: "malformed response"},
	{name: "HTTP/0.9", plain: func(c net.Conn) { readRequest(c); say(c, "<html>") }, class: results.ErrMalformed, in: 6, out: allOut, detail: "malformed response"},
	{name: "HTTP/2.0", plain: func(c net.Conn) { readRequest(c); say(c, "HTTP/2.0 200 OK\r\n\r\n") }, class: results.ErrMalformed, in: 19, out: allOut, detail: "malformed response"},
	{name: "a switch of protocols", plain: func(c net.Conn) {
		readRequest(c)
		say(c, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n")
		listenTo(c)
	}, class: results.ErrMalformed, in: 48, out: allOut, detail: "101"},
	{name: "TLS at a port without", plain: func(c net.Conn) { read(c, 10); say(c, "\x15\x03\x01\x00\x02\x02\x16"); listenTo(c) }, class: results.ErrMalformed, in: 7, out: allOut, detail: "malformed response"},
	{name: "half a header, and the end", plain: func(c net.Conn) { readRequest(c); say(c, "HTTP/1.1 200 OK\r\nX: ") }, class: results.ErrReset, in: 20, out: allOut, detail: "connection closed within the response, after 20 bytes"},
	{name: "half a header, and a reset", plain: func(c net.Conn) { readRequest(c); say(c, "HTTP/1.1 200 OK\r\nX: "); pause(); reset(c) }, class: results.ErrReset, in: 20, out: allOut, detail: "connection reset by peer within the response, after 20 bytes"},
	{name: "half a header, and silence", plain: func(c net.Conn) { readRequest(c); say(c, "HTTP/1.1 200 OK\r\nX: "); listenTo(c) }, class: results.ErrTimeout, slow: true, in: 20, out: allOut, detail: "after 20 bytes"},
	{name: "half a body, and the end", plain: func(c net.Conn) { readRequest(c); say(c, sized(200, "hello")[:39]) }, class: results.ErrReset, code: 200, in: 39, out: allOut, detail: "connection closed within the response"},
	{name: "half a body, and a reset", plain: func(c net.Conn) { readRequest(c); say(c, sized(200, "hello")[:39]); pause(); reset(c) }, class: results.ErrReset, code: 200, in: 39, out: allOut, detail: "connection reset by peer within the response"},
	{name: "half a body, and silence", plain: func(c net.Conn) { readRequest(c); say(c, sized(200, "hello")[:39]); listenTo(c) }, class: results.ErrTimeout, code: 200, slow: true, in: 39, out: allOut, detail: "after 39 bytes"},
	{name: "interim responses, and silence", plain: func(c net.Conn) {
		readRequest(c)
		say(c, strings.Repeat("HTTP/1.1 102 Processing\r\n\r\n", 9))
		listenTo(c)
	}, class: results.ErrTimeout, slow: true, in: 243, out: allOut, detail: "after 243 bytes"},
	{name: "many interim responses, and a response", plain: func(c net.Conn) {
		readRequest(c)
		say(c, strings.Repeat("HTTP/1.1 102 Processing\r\n\r\n", 9)+sized(200, "ok"))
		listenTo(c)
	}, code: 200, in: 283, out: allOut},
	{name: "a body that drips for ever", plain: func(c net.Conn) { readRequest(c); say(c, "HTTP/1.1 200 OK\r\n\r\n"); drip(c) }, class: results.ErrTimeout, code: 200, slow: true, in: someIn, out: allOut, detail: "receiving the response"},
}

// someIn is any number of bytes received.
const someIn = -1

const (
	shortTimeout = 150 * time.Millisecond // of requests that take it all
	longTimeout  = 5 * time.Second        // of the others
)

func pause()              { time.Sleep(5 * time.Millisecond) } // what comes before and after is to arrive apart
func listenTo(c net.Conn) { _, _ = io.Copy(io.Discard, c) }
func reset(c net.Conn)    { _ = c.(*net.TCPConn).SetLinger(0) }
func endHalf(c net.Conn)  { _ = c.(*net.TCPConn).CloseWrite() }

// hold keeps a connection until the test ends, and reads nothing.
func hold(c net.Conn) {
	raw, err := c.(*net.TCPConn).SyscallConn()
	if err == nil {
		_ = raw.Write(func(uintptr) bool { return false })
	}
}

func say(c net.Conn, text string) { _, _ = io.WriteString(c, text) }
func read(c net.Conn, n int64)    { _, _ = io.CopyN(io.Discard, c, n) }

func drip(c net.Conn) {
	for err := error(nil); err == nil; time.Sleep(time.Millisecond) { // a server that never ends its response
		_, err = io.WriteString(c, "drip")
	}
}

func TestBothEnginesSeeTheSameOfHostileServers(t *testing.T) {
	t.Parallel()
	for _, row := range differential {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			eachEngine(t, func(t *testing.T, e load.Kind) {
				addr := vacant(t)
				if row.plain != nil {
					addr = listen(t, row.plain)
				}
				row.meet(t, e, func() *rig { return newRig("http://" + addr) })
			})
		})
	}
}

// meet sends two requests and compares what became of them.
func (row *behaviour) meet(t *testing.T, e load.Kind, open func() *rig) {
	timeout := longTimeout
	switch {
	case row.slow:
		timeout = shortTimeout
	case row.body > 0:
		timeout = time.Minute
	}
	patient(t, timeout, func(timeout time.Duration) string {
		r := open()
		q := &r.job.Requests[0]
		q.Timeout, r.job.Options.RequestsPerConnection = timeout, 1
		if row.body > 0 {
			q.Method, q.Body = "POST", make([]byte, row.body)
		}
		return row.compare(t, r, r.drive(t, e, every(5*time.Millisecond, 2)))
	})
}

// compare says in what two samples are not as expected.
func (row *behaviour) compare(t *testing.T, r *rig, got []results.Sample) string {
	if len(got) != 2 {
		t.Fatalf("%d samples, want 2", len(got))
	}
	messages, err := load.Compose(r.job)
	if err != nil {
		t.Fatal(err)
	}
	whole := int64(len(load.AppendHTTP1(nil, &messages[0][0].Request)))
	for i := range got {
		if complaint := row.differs(&got[i], whole, r.job.Requests[0].Timeout); complaint != "" {
			return fmt.Sprintf("request %d: %s", i, complaint)
		}
	}
	if x := excerpts(got); row.class != results.ErrNone && (len(x) == 0 || !strings.Contains(x[0].Detail, row.detail)) {
		return fmt.Sprintf("it is explained by %q, want %q", firstDetail(got), row.detail)
	}
	return ""
}

// differs says in what a sample is not as expected of a request of so many bytes.
func (row *behaviour) differs(s *results.Sample, whole int64, timeout time.Duration) string {
	out := map[int]bool{nothingOut: s.Out == 0, allOut: s.Out == whole, someOut: 0 < s.Out && s.Out < whole, anyOut: s.Out <= whole}
	switch took := s.Sent - s.Begun + s.Service; {
	case s.Err != row.class || s.Code != row.code:
		return fmt.Sprintf("%v with status %d, want %v with %d", s.Err, s.Code, row.class, row.code)
	case s.In != row.in && (row.in != someIn || s.In == 0):
		return fmt.Sprintf("%d bytes received, want %d", s.In, row.in)
	case !out[row.out]:
		return fmt.Sprintf("%d bytes sent of %d", s.Out, whole)
	case row.slow && took < timeout:
		return fmt.Sprintf("it took %v", took)
	case row.body > 0: // how long it takes to send or encrypt depends on the machine
	case row.slow && took > 10*timeout, !row.slow && took > timeout/2:
		return fmt.Sprintf("it took %v", took)
	}
	return ""
}
