//go:build linux

package engines

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/scenarios/load/wire"
	"tollgate/targets"
)

// The bytes of all requests together are those that the server counts: what belongs to
// the connection is added to one of them. So are sizes of headers before compression.
func TestBytesOfStreamsEqualTheServersOwnCount(t *testing.T) {
	t.Parallel()
	var sent, received, plain atomic.Int64
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n := len(":method"+r.Method+":schemehttp:authority"+r.Host+":path"+r.URL.String()) + len("content-length"+r.Header.Get("Content-Length"))
		for name, values := range r.Header {
			if name != "Content-Length" {
				n += len(name) + len(values[0])
			}
		}
		plain.Add(int64(n))
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("X-Request-Id", r.URL.RawQuery)
		_, _ = w.Write(make([]byte, 3000*len(r.URL.RawQuery)))
	}))
	s.Config.Protocols = new(http.Protocols)
	s.Config.Protocols.SetUnencryptedHTTP2(true)
	s.Listener = counting{s.Listener, &sent, &received}
	s.Start()
	t.Cleanup(s.Close)
	r := newRig(s.URL)
	r.job.Options.HTTP, r.job.Options.Streams = scenarios.HTTP2, 5
	keys := &scenarios.Keys{List: []string{"a", "bcdefgh", "i", strings.Repeat("long", 20)}, Count: 4, Pick: "in-turn"}
	r.job.Requests[0] = scenarios.Request{Method: "PUT", Path: "/?${key}", Keys: keys, Body: make([]byte, 2000), Timeout: 10 * time.Second, Header: targets.Header{"X-Fixed": {"always"}, "X-Key": {"k${key}"}}}
	e := r.open(t, wire.Kind)
	r.run(t, e, every(100*time.Microsecond, 200))
	var in, out, head int64
	for _, s := range r.samples {
		if s.Err != results.ErrNone || s.Headers.In == 0 || s.Headers.PlainIn <= s.Headers.In || s.Headers.PlainOut <= s.Headers.Out {
			t.Errorf("request %d: %v, headers %+v", s.Seq, s.Err, s.Headers)
		}
		in, out, head = in+s.In, out+s.Out, head+s.Headers.PlainOut
	}
	for deadline := time.Now().Add(10 * time.Second); (received.Load() < out || sent.Load() < in) && time.Now().Before(deadline); {
		time.Sleep(time.Millisecond) // the server counts what it has sent afterwards
	}
	if in != sent.Load() || out != received.Load() || head != plain.Load() {
		t.Errorf("%d bytes in, %d out and %d in headers; the server sent %d, received %d and had %d in headers", in, out, head, sent.Load(), received.Load(), plain.Load())
	}
}

// counting counts what the connections of a listener send and receive.
type counting struct {
	net.Listener
	sent, received *atomic.Int64
}

func (l counting) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	return countedBoth{counted{c, l.received}, l.sent}, err
}

type countedBoth struct {
	counted
	sent *atomic.Int64
}

func (c countedBoth) Write(b []byte) (int, error) {
	n, err := c.counted.Write(b)
	c.sent.Add(int64(n))
	return n, err
}
