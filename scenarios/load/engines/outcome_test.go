package engines

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"tollgate/results"
	"tollgate/scenarios/load"
)

func TestOutcomesOfResponses(t *testing.T) {
	t.Parallel()
	big := strings.Repeat("x", 1<<20)
	rows := []struct {
		name    string
		method  string
		expect  string // as in a scenario
		answer  string // raw
		code    int
		body    int64
		err     results.ErrClass
		outcome results.Outcome
		wanted  bool
	}{
		{name: "a plain 200 is ok", answer: sized(200, "hello"), code: 200, body: 5},
		{name: "a 204 has no body", answer: "HTTP/1.1 204 No Content\r\n\r\n", code: 204},
		{name: "a 304 has no body whatever it announces", answer: "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", code: 304},
		{name: "the answer to HEAD has no body whatever it announces", method: "HEAD", answer: "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", code: 200},
		{name: "a redirect is not followed", answer: "HTTP/1.1 302 Found\r\nLocation: /there\r\nContent-Length: 0\r\n\r\n", code: 302},
		{name: "a redirect to nonsense is not followed either", answer: "HTTP/1.1 301 Moved\r\nLocation: :%zz\r\nContent-Length: 2\r\n\r\nok", code: 301, body: 2},
		{name: "a 404 is a client error", answer: sized(404, "no"), code: 404, body: 2, outcome: results.ClientError},
		{name: "a 429 is a throttle", answer: sized(429, "no"), code: 429, body: 2, outcome: results.Throttled},
		{name: "a 503 is a server error", answer: sized(503, ""), code: 503, outcome: results.ServerError},
		{name: "a 599 is a server error", answer: sized(599, ""), code: 599, outcome: results.ServerError},
		{name: "a 999 is none", answer: sized(999, ""), code: 999, outcome: results.Unexpected},
		{name: "a 999 that is expected is ok", expect: "status: 999", answer: sized(999, ""), code: 999, wanted: true},
		{name: "chunks are counted without their framing", answer: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n", code: 200, body: 5},
		{name: "trailers belong to the response", answer: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: T\r\n\r\n3\r\nabc\r\n0\r\nT: v\r\n\r\n", code: 200, body: 3},
		{name: "a body may end with the connection", answer: "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nuntil the end", code: 200, body: 13},
		{name: "an interim response is not the response", answer: "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + sized(200, "x"), code: 200, body: 1},
		{name: "gzip is left as it is", answer: "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nnope", code: 200, body: 4},
		{name: "a large body is counted whole", answer: sized(200, big), code: 200, body: 1 << 20},

		{name: "an expected 404 is ok", expect: "status: 404", answer: sized(404, ""), code: 404, wanted: true},
		{name: "a 200 in place of a 404 is unexpected", expect: "status: 404", answer: sized(200, ""), code: 200, err: results.ErrUnexpected, outcome: results.Unexpected},
		{name: "a throttle stays a throttle whatever is expected", expect: "status: 200", answer: sized(429, ""), code: 429, err: results.ErrUnexpected, outcome: results.Throttled},
		{name: "a text that is there is wanted", expect: "{status: 200, body: {contains: need}}", answer: sized(200, "a needle"), code: 200, body: 8, wanted: true},
		{name: "a text that is missing is unexpected", expect: "body: {contains: needle}", answer: sized(200, "hay"), code: 200, body: 3, err: results.ErrUnexpected, outcome: results.Unexpected},
		{name: "a text is sought across chunks", expect: "body: {contains: needle}", answer: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nnee\r\n3\r\ndle\r\n0\r\n\r\n", code: 200, body: 6},
		{name: "a text is not sought beyond 64 KiB", expect: "body: {contains: needle}", answer: sized(200, big[:(64<<10)]+"needle"), code: 200, body: (64 << 10) + 6, err: results.ErrUnexpected, outcome: results.Unexpected},

		{name: "an end before the response is a reset", answer: "", err: results.ErrReset, outcome: results.Broken},
		{name: "an end within the headers is a reset", answer: "HTTP/1.1 200 OK\r\nContent-Le", err: results.ErrReset, outcome: results.Broken},
		{name: "an end within the body is a reset", answer: "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf", code: 200, body: 4, err: results.ErrReset, outcome: results.Broken},
		{name: "an end within a chunk is a reset", answer: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab", code: 200, body: 2, err: results.ErrReset, outcome: results.Broken},
		{name: "another protocol is malformed", answer: "SSH-2.0-OpenSSH_9.6\r\n\r\n", err: results.ErrMalformed, outcome: results.Broken},
		{name: "a status that is no number is malformed", answer: "HTTP/1.1 abc OK\r\n\r\n", err: results.ErrMalformed, outcome: results.Broken},
		{name: "a chunk without a size is malformed", answer: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nab\r\n0\r\n\r\n", code: 200, err: results.ErrMalformed, outcome: results.Broken},
		{name: "endless headers are malformed", answer: "HTTP/1.1 200 OK\r\nX: " + strings.Repeat("y", load.MaxHeader+8192), err: results.ErrMalformed, outcome: results.Broken},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			eachEngine(t, func(t *testing.T, e load.Kind) {
				r := newRig(answering(t, row.answer))
				r.job.Requests[0].Expect = expecting(t, row.expect)
				if row.method != "" {
					r.job.Requests[0].Method = row.method
				}
				s := r.drive(t, e, every(time.Millisecond, 1))
				if len(s) != 1 {
					t.Fatalf("%d samples, want 1", len(s))
				}
				got := fmt.Sprint(s[0].Code, s[0].Body, s[0].Err, s[0].Outcome(), s[0].Wanted)
				if want := fmt.Sprint(row.code, row.body, row.err, row.outcome, row.wanted); got != want {
					t.Errorf("code, body, error, outcome, wanted: got %s, want %s", got, want)
				}
			})
		})
	}
}

func sized(code int, body string) string {
	return fmt.Sprintf("HTTP/1.1 %d %s\r\nContent-Length: %d\r\n\r\n%s", code, http.StatusText(code), len(body), body)
}

// answering serves raw bytes: it reads one request's headers on each
// connection, writes the answer and ends the connection in good order.
func answering(t *testing.T, answer string) string {
	t.Helper()
	return "http://" + listen(t, func(c net.Conn) {
		b := bufio.NewReader(c)
		if _, err := http.ReadRequest(b); err != nil {
			return
		}
		_, _ = io.WriteString(c, answer)
		_ = c.(*net.TCPConn).CloseWrite()
		_, _ = io.Copy(io.Discard, b)
	})
}
