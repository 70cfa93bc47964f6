package engines

import (
	"bufio"
	"io"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"tollgate/results"
	"tollgate/scenarios/load"
	"tollgate/targets"
)

// Without keep-alive each request has a connection of its own and says so, whatever the
// server says and whether or not the connection was opened beforehand.
func TestWithoutKeepAliveEachRequestHasAConnection(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, e load.Kind) {
		var connections atomic.Int64
		heard := make(chan string, 16)
		r := newRig("http://" + listen(t, func(c net.Conn) {
			connections.Add(1)
			hear(c, heard)
		}))
		r.job.Targets[0].Client.Fresh = true
		r.job.Options.Connections, r.job.Options.RequestsPerConnection = 3, 100
		r.job.Requests[0].Header = targets.Header{"Accept": {"*/*"}, "X-A": {"1"}}
		const n = 12
		for _, s := range r.drive(t, e, every(2*time.Millisecond, n)) {
			if s.Err != results.ErrNone || s.Reused {
				t.Errorf("request %d: %v, on a kept connection: %v", s.Seq, s.Err, s.Reused)
			}
			if got := <-heard; !strings.HasSuffix(got, "User-Agent: tollgate\r\nAccept: */*\r\nConnection: close\r\nX-A: 1\r\n\r\n") {
				t.Errorf("request %d was sent as %q", s.Seq, got)
			}
		}
		if got := connections.Load(); got != n {
			t.Errorf("%d connections for %d requests", got, n)
		}
	})
}

// A body that was announced waits for "100 Continue", for the response that
// makes it needless, or for a second.
func TestContinue(t *testing.T) {
	t.Parallel()
	body := strings.Repeat("x", 1000)
	rows := []struct {
		name   string
		serve  func(c net.Conn, head *bufio.Reader)
		code   int
		whole  bool // the body was sent
		reused bool
	}{
		{name: "the server says continue", code: 200, whole: true, reused: true, serve: func(c net.Conn, b *bufio.Reader) {
			_, _ = io.WriteString(c, "HTTP/1.1 100 Continue\r\n\r\n")
			_, _ = io.CopyN(io.Discard, b, int64(len(body)))
			_, _ = io.WriteString(c, sized(200, "ok"))
		}},
		{name: "the server refuses", code: 417, serve: func(c net.Conn, b *bufio.Reader) {
			_, _ = io.WriteString(c, sized(417, "no"))
			_, _ = io.Copy(io.Discard, b)
		}},
		{name: "the server closes without reading", code: 413, serve: func(c net.Conn, _ *bufio.Reader) {
			_, _ = io.WriteString(c, "HTTP/1.1 413 Too Large\r\nConnection: close\r\n\r\n")
			_ = c.Close()
		}},
		{name: "the server says nothing until it has the body", code: 201, whole: true, reused: true, serve: func(c net.Conn, b *bufio.Reader) {
			_, _ = io.CopyN(io.Discard, b, int64(len(body)))
			_, _ = io.WriteString(c, sized(201, "ok"))
		}},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			addr := listen(t, func(c net.Conn) {
				for b := bufio.NewReader(c); readHead(b); {
					row.serve(c, b)
				}
			})
			eachEngine(t, func(t *testing.T, e load.Kind) {
				r := newRig("http://" + addr)
				r.job.Requests[0].Method, r.job.Requests[0].Body = "POST", []byte(body)
				r.job.Requests[0].Header = targets.Header{"Expect": {"100-continue"}}
				r.job.Options.MaxConnections = 1
				got := r.drive(t, e, every(10*time.Millisecond, 2))
				for _, s := range got {
					if s.Err != results.ErrNone || s.Code != row.code || (s.Out > 1000) != row.whole {
						t.Errorf("request %d: %v with code %d and %d bytes out", s.Seq, s.Err, s.Code, s.Out)
					}
				}
				if got[1].Reused != row.reused {
					t.Errorf("the connection served again: %v, want %v", got[1].Reused, row.reused)
				}
			})
		})
	}
}
