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

// A manner is what a hostile server does when it has sent its bytes.
type manner int

const (
	keeps  manner = iota // serves the next request likewise
	ends                 // ends the connection in good order
	resets               // ends it with a reset
	holds                // says no more, and keeps the connection
	floods               // goes on sending what it sent last, for ever
)

// hostile are servers that do what servers do on bad days, and what became of
// a request there: status, bytes of body, class of error, and whether the
// connection served again.
var hostile = []struct {
	name   string
	method string
	answer string
	then   manner
	want   string
}{
	// Every framing.
	{name: "a length", answer: "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", want: "200 5 none reused"},
	{name: "a length of nothing", answer: "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", want: "200 0 none reused"},
	{name: "chunks", answer: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n1\r\n!\r\n0\r\n\r\n", want: "200 6 none reused"},
	{name: "one empty chunk", answer: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", want: "200 0 none reused"},
	{name: "chunks with extensions and trailers", answer: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;a=\"b\"\r\nhello\r\n0;z\r\nX-Sum: 1\r\nX-More: 2\r\n\r\n", want: "200 5 none reused"},
	{name: "chunks with a blank before their extensions", answer: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5 ; a=b\r\nhello\r\n0 ;z\r\n\r\n", want: "200 5 none reused"},
	{name: "the end of the connection", answer: "HTTP/1.1 200 OK\r\n\r\nhello", then: ends, want: "200 5 none fresh"},
	{name: "an empty body up to the end of the connection", answer: "HTTP/1.1 200 OK\r\n\r\n", then: ends, want: "200 0 none fresh"},
	{name: "HTTP/1.0 up to the end of the connection", answer: "HTTP/1.0 200 OK\r\n\r\nhello", then: ends, want: "200 5 none fresh"},
	{name: "HTTP/1.0 with keep-alive", answer: "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 5\r\n\r\nhello", want: "200 5 none reused"},
	{name: "HTTP/1.0 with a length only", answer: "HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello", want: "200 5 none fresh"},
	{name: "an announced end", answer: "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello", want: "200 5 none fresh"},
	{name: "an announced end of chunks", answer: "HTTP/1.1 200 OK\r\nConnection: x, CLOSE\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", want: "200 0 none fresh"},
	{name: "an unannounced end", answer: "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", then: ends, want: "200 5 none fresh"},
	{name: "the answer to HEAD", method: "HEAD", answer: "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", want: "200 0 none reused"},
	{name: "the answer to HEAD in chunks", method: "HEAD", answer: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", want: "200 0 none reused"},
	{name: "204", answer: "HTTP/1.1 204 No Content\r\n\r\n", want: "204 0 none reused"},
	{name: "304 with a length", answer: "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", want: "304 0 none reused"},
	{name: "100 first", answer: "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", want: "200 5 none reused"},
	{name: "several interim responses first", answer: "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", want: "200 5 none reused"},
	{name: "bare line feeds", answer: "HTTP/1.1 200 OK\nContent-Length: 5\n\nhello", want: "200 5 none reused"},
	{name: "a folded field", answer: "HTTP/1.1 200 OK\r\nX-Fold: a\r\n b\r\nContent-Length: 5\r\n\r\nhello", want: "200 5 none reused"},
	{name: "the same length twice", answer: "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\nhello", want: "200 5 none reused"},
	{name: "a line without a colon", answer: "HTTP/1.1 200 OK\r\nfield\r\nContent-Length: 5\r\n\r\nhello", want: "200 5 none reused"},
	{name: "a field without a name", answer: "HTTP/1.1 200 OK\r\n: x\r\nContent-Length: 5\r\n\r\nhello", want: "200 5 none reused"},
	{name: "a blank in a name", answer: "HTTP/1.1 200 OK\r\nX Bad: 1\r\nContent-Length: 5\r\n\r\nhello", want: "200 5 none reused"},
	{name: "a blank before a colon", answer: "HTTP/1.1 200 OK\r\nContent-Length : 5\r\n\r\nhello", want: "200 5 none reused"},
	{name: "a list of equal lengths", answer: "HTTP/1.1 200 OK\r\nContent-Length: 5, 5\r\n\r\nhello", want: "200 5 none reused"},
	{name: "a status without a class", answer: "HTTP/1.1 999 No\r\nContent-Length: 5\r\n\r\nhello", want: "999 5 none reused"},
	{name: "no reason phrase", answer: "HTTP/1.1 200\r\nContent-Length: 5\r\n\r\nhello", want: "200 5 none reused"},

	// Ends at every place.
	{name: "nothing, and the end", then: ends, want: "0 0 reset fresh"},
	{name: "nothing, and a reset", then: resets, want: "0 0 reset fresh"},
	{name: "half a status line, and the end", answer: "HTTP/1.", then: ends, want: "0 0 reset fresh"},
	{name: "half a field, and the end", answer: "HTTP/1.1 200 OK\r\nContent-Le", then: ends, want: "0 0 reset fresh"},
	{name: "no blank line, and the end", answer: "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n", then: ends, want: "0 0 reset fresh"},
	{name: "an interim response, and the end", answer: "HTTP/1.1 100 Continue\r\n\r\n", then: ends, want: "0 0 reset fresh"},
	{name: "half a body, and the end", answer: "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhe", then: ends, want: "200 2 reset fresh"},
	{name: "half a chunk, and the end", answer: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhe", then: ends, want: "200 2 reset fresh"},
	{name: "a chunk without the last one, and the end", answer: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", then: ends, want: "200 5 reset fresh"},
	{name: "half the trailers, and the end", answer: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX-Sum: 1\r\n", then: ends, want: "200 0 reset fresh"},
	{name: "the largest length, and the end", answer: "HTTP/1.1 200 OK\r\nContent-Length: 9223372036854775807\r\n\r\nhello", then: ends, want: "200 5 reset fresh"},

	// Silence at every place.
	{name: "nothing at all", then: holds, want: "0 0 timeout fresh"},
	{name: "half a status line, and silence", answer: "HTTP/1.1 2", then: holds, want: "0 0 timeout fresh"},
	{name: "half a header, and silence", answer: "HTTP/1.1 200 OK\r\nX-A: b\r\n", then: holds, want: "0 0 timeout fresh"},
	{name: "half a body, and silence", answer: "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhe", then: holds, want: "200 2 timeout fresh"},
	{name: "half a chunk size, and silence", answer: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5", then: holds, want: "200 0 timeout fresh"},
	{name: "no last chunk, and silence", answer: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", then: holds, want: "200 5 timeout fresh"},
	{name: "no end of trailers, and silence", answer: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", then: holds, want: "200 0 timeout fresh"},
	{name: "no frame, and silence", answer: "HTTP/1.1 200 OK\r\n\r\nhello", then: holds, want: "200 5 timeout fresh"},
	{name: "an interim response, and silence", answer: "HTTP/1.1 102 Processing\r\n\r\n", then: holds, want: "0 0 timeout fresh"},

	// Bytes that answer no request.
	{name: "garbage behind the body", answer: "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello garbage", want: "200 5 none fresh"},
	{name: "a second response behind the first", answer: "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhelloHTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n", want: "200 5 none fresh"},
	{name: "garbage behind the last chunk", answer: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\ngarbage", want: "200 0 none fresh"},
	{name: "a body behind 204", answer: "HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\nhello", want: "204 0 none fresh"},
	{name: "a body behind the answer to HEAD", method: "HEAD", answer: "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", want: "200 0 none fresh"},
	{name: "a length and chunks", answer: "HTTP/1.1 200 OK\r\nContent-Length: 99\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", want: "200 5 none fresh"},

	// No HTTP.
	{name: "another protocol", answer: "SSH-2.0-OpenSSH_9.6\r\n", then: holds, want: "0 0 malformed fresh"},
	{name: "HTTP/0.9", answer: "<html>hello</html>", then: holds, want: "0 0 malformed fresh"},
	{name: "HTTP/2 settings", answer: "\x00\x00\x12\x04\x00\x00\x00\x00\x00", then: holds, want: "0 0 malformed fresh"},
	{name: "a version of two digits", answer: "HTTP/10.1 200 OK\r\n\r\n", then: holds, want: "0 0 malformed fresh"},
	{name: "HTTP/0.9, and the end", answer: "<html>hello</html>", then: ends, want: "0 0 malformed fresh"},
	{name: "HTTP/2.0", answer: "HTTP/2.0 200 OK\r\nContent-Length: 5\r\n\r\nhello", want: "0 0 malformed fresh"},
	{name: "a switch of protocols, and the end", answer: "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n", then: ends, want: "0 0 malformed fresh"},
	{name: "a status of two digits", answer: "HTTP/1.1 20 OK\r\n\r\n", then: holds, want: "0 0 malformed fresh"},
	{name: "a status of letters", answer: "HTTP/1.1 abc OK\r\n\r\n", then: holds, want: "0 0 malformed fresh"},
	{name: "a switch of protocols", answer: "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n", then: holds, want: "0 0 malformed fresh"},
	{name: "a field with a zero byte", answer: "HTTP/1.1 200 OK\r\nX: a\x00b\r\n\r\n", then: holds, want: "0 0 malformed fresh"},
	{name: "a coding with a blank before its colon, beside a length", answer: "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding : chunked\r\n\r\nhello", then: holds, want: "0 0 malformed fresh"},
	{name: "two lengths", answer: "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!", then: holds, want: "0 0 malformed fresh"},
	{name: "a negative length", answer: "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nhello", then: holds, want: "0 0 malformed fresh"},
	{name: "a length beyond 2^63", answer: "HTTP/1.1 200 OK\r\nContent-Length: 92233720368547758070\r\n\r\nhello", then: holds, want: "0 0 malformed fresh"},
	{name: "a coding that is not chunked", answer: "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nhello", then: holds, want: "0 0 malformed fresh"},
	{name: "a chunk size of letters", answer: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\nhello\r\n", then: holds, want: "200 0 malformed fresh"},
	{name: "a chunk size beyond 2^64", answer: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\nhello\r\n", then: holds, want: "200 0 malformed fresh"},
	{name: "a chunk that is longer than it says", answer: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhello\r\n0\r\n\r\n", then: holds, want: "200 2 malformed fresh"},
	{name: "trailers that are no fields", answer: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nno field\r\n\r\n", then: holds, want: "200 0 malformed fresh"},

	// Too much of everything.
	{name: "an endless body", answer: "HTTP/1.1 200 OK\r\n\r\n" + strings.Repeat("x", 1<<16), then: floods, want: "200 - timeout fresh"},
	{name: "a giant field", answer: "HTTP/1.1 200 OK\r\nX: " + strings.Repeat("x", 2*load.MaxHeader), then: holds, want: "0 0 malformed fresh"},
	{name: "endless fields", answer: "HTTP/1.1 200 OK\r\n" + strings.Repeat("X-Field: value\r\n", load.MaxHeader/8), then: floods, want: "0 0 malformed fresh"},
	{name: "an endless folded field", answer: "HTTP/1.1 200 OK\r\nX: y\r\n" + strings.Repeat(" z\r\n", load.MaxHeader/2), then: floods, want: "0 0 malformed fresh"},
	{name: "an endless status line", answer: "HTTP/1.1 200 " + strings.Repeat("O", 2*load.MaxHeader), then: floods, want: "0 0 malformed fresh"},
	{name: "endless interim responses", answer: strings.Repeat("HTTP/1.1 100 Continue\r\n\r\n", load.MaxHeader/20), then: floods, want: "0 0 malformed fresh"},
	{name: "an endless chunk line", answer: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;" + strings.Repeat("x", 1<<16), then: floods, want: "200 0 malformed fresh"},
	{name: "endless trailers", answer: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n" + strings.Repeat("X: y\r\n", 1<<14), then: floods, want: "200 0 malformed fresh"},
	{name: "endless chunks of framing", answer: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + strings.Repeat("1;"+strings.Repeat("x", 2000)+"\r\ny\r\n", 40), then: floods, want: "200 - malformed fresh"},
}

// behave serves one connection in the way of a row. The answer is cut in two
// after so many bytes.
func behave(c net.Conn, answer string, then manner, cut int) {
	eachRequest(c, func(rest io.Reader) (more bool) {
		if cut > 0 && cut < len(answer) {
			_, _ = io.WriteString(c, answer[:cut])
			time.Sleep(100 * time.Microsecond) // the parts are to arrive apart
			_, _ = io.WriteString(c, answer[cut:])
		} else {
			_, _ = io.WriteString(c, answer)
		}
		switch then {
		case resets:
			_ = c.(*net.TCPConn).SetLinger(0)
		case holds:
			_, _ = io.Copy(io.Discard, rest)
		case floods:
			for err := error(nil); err == nil; {
				_, err = io.WriteString(c, answer[len(answer)/2:])
			}
		}
		return then == keeps
	})
}

// TestHostileServers: whatever a server does, each request has one outcome,
// the right one, and the next request is none the worse for it.
func TestHostileServers(t *testing.T) {
	t.Parallel()
	for _, row := range hostile {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			eachEngine(t, func(t *testing.T, e load.Kind) {
				addr := listen(t, func(c net.Conn) { behave(c, row.answer, row.then, 0) })
				n, timeout := 2, longTimeout
				if strings.Contains(row.want, "timeout") {
					n, timeout = 1, shortTimeout
				}
				patient(t, timeout, func(timeout time.Duration) string {
					got := callHostile(t, e, addr, row.method, timeout, n, 0)
					for _, s := range got {
						if have := outcomeOf(s, row.want); have != strings.Join(strings.Fields(row.want)[:3], " ") {
							return fmt.Sprintf("request %d: %s, want %s", s.Seq, have, row.want)
						}
					}
					if reused := strings.HasSuffix(row.want, "reused"); len(got) == 2 && got[1].Reused != reused {
						return fmt.Sprintf("the connection served again: %v, want %v", got[1].Reused, reused)
					}
					return ""
				})
			})
		})
	}
}

// TestHostileServersCutAnywhere: the outcome is the same wherever the network
// cuts the answer. Each request has a connection to itself: what arrives after a
// response is complete would else be taken for the next one's.
func TestHostileServersCutAnywhere(t *testing.T) {
	t.Parallel()
	for _, row := range hostile {
		if row.then == holds || row.then == floods { // these take a timeout each, or are too long
			continue
		}
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			eachEngine(t, func(t *testing.T, e load.Kind) {
				var cut atomic.Int64
				addr := listen(t, func(c net.Conn) { behaveOnce(c, row.answer, row.then, int(cut.Add(1))) })
				for _, s := range callHostile(t, e, addr, row.method, longTimeout, max(len(row.answer)-1, 0), 1) {
					if have := outcomeOf(s, row.want); have != strings.Join(strings.Fields(row.want)[:3], " ") {
						t.Errorf("cut after some bytes (request %d): %s, want %s", s.Seq, have, row.want)
					}
				}
			})
		})
	}
}

// behaveOnce is behave for one request, after which the connection ends.
func behaveOnce(c net.Conn, answer string, then manner, cut int) {
	if then == keeps {
		then = ends
	}
	behave(c, answer, then, cut)
}

func callHostile(t *testing.T, e load.Kind, addr, method string, timeout time.Duration, n, perConnection int) []results.Sample {
	r := newRig("http://" + addr)
	r.job.Requests[0].Timeout = timeout
	r.job.Options.MaxConnections, r.job.Options.RequestsPerConnection = 1, perConnection
	if method != "" {
		r.job.Requests[0].Method = method
	}
	got := r.drive(t, e, every(500*time.Microsecond, n))
	if len(got) != n {
		t.Errorf("%d samples, want %d", len(got), n)
	}
	return got
}

// outcomeOf writes a sample as the table does; a body whose length is open is "-".
func outcomeOf(s results.Sample, want string) string {
	body := fmt.Sprint(s.Body)
	if strings.Contains(want, " - ") {
		body = "-"
	}
	return fmt.Sprint(s.Code, " ", body, " ", s.Err)
}
