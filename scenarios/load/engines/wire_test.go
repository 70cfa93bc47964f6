//go:build linux

package engines

import (
	"bufio"
	"context"
	"crypto/tls"
	"io"
	"log"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/scenarios/load"
	"tollgate/scenarios/load/wire"
)

// Whenever a turn is cancelled, each request that was taken up has one sample,
// and after Close there is no descriptor, no goroutine and no processor more
// than before.
func TestCancelAtAnyMomentLeaksNothing(t *testing.T) {
	slow := func(_ http.ResponseWriter, r *http.Request) {
		if rand.IntN(3) == 0 {
			select {
			case <-time.After(50 * time.Millisecond):
			case <-r.Context().Done():
			}
		}
	}
	plain, secure := httptest.NewServer(http.HandlerFunc(slow)), httptest.NewUnstartedServer(http.HandlerFunc(slow))
	secure.Config.ErrorLog = log.New(io.Discard, "", 0)
	secure.StartTLS()
	t.Cleanup(plain.Close)
	t.Cleanup(secure.Close)
	roots := &tls.Config{RootCAs: secure.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs, ServerName: "example.com"}
	processors := runtime.GOMAXPROCS(0)
	before := countFiles(t)
	for i := range 24 {
		r := newRig([]string{plain.URL, secure.URL}[i%2])
		r.job.TLS = roots
		engine, err := wire.Open(r.job)
		if err != nil {
			t.Fatal(err)
		}
		turn := every(500*time.Microsecond, 10_000)
		if i%4 > 1 {
			turn = closed(8, time.Hour, time.Millisecond)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Duration(rand.IntN(30_000))*time.Microsecond)
		if err := engine.Run(ctx, turn, time.Since(r.job.Epoch)); err != nil {
			t.Error(err)
		}
		cancel()
		seen := map[uint64]bool{}
		for _, s := range r.samples {
			if seen[s.Seq] || s.Err != results.ErrNone && s.Err != results.ErrCancelled {
				t.Fatalf("request %d: %v, recorded before: %v", s.Seq, s.Err, seen[s.Seq])
			}
			seen[s.Seq] = true
		}
		if err := engine.Close(); err != nil {
			t.Error(err)
		}
		if strings.Contains(stacks(), "load.(*loop)") || strings.Contains(stacks(), "load.(*session)") {
			t.Fatalf("a goroutine of the engine is left:\n%s", stacks())
		}
	}
	if n := runtime.GOMAXPROCS(0); n != processors {
		t.Errorf("%d processors, %d before", n, processors)
	}
	plain.CloseClientConnections()
	secure.CloseClientConnections()
	for wait := 0; countFiles(t) > before && wait < 200; wait++ {
		time.Sleep(10 * time.Millisecond) // the servers need a moment for their ends
	}
	if after := countFiles(t); after > before {
		t.Errorf("%d descriptors, %d before", after, before)
	}
}

func countFiles(t *testing.T) int {
	t.Helper()
	names, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(names)
}

func stacks() string {
	b := make([]byte, 1<<20)
	return string(b[:runtime.Stack(b, true)])
}

// Several loops share a turn out, and the connections that were kept.
func TestSeveralLoops(t *testing.T) {
	var opened atomic.Int64
	addr := listen(t, func(c net.Conn) {
		opened.Add(1)
		answerEach(c, sized(200, "ok"), func() {})
	})
	r := newRig("http://" + addr)
	r.job.Options.MaxConnections, r.job.Options.Connections = 6, 6
	var loops atomic.Int64 // each has a shard
	r.job.Shard = func() load.Shard { loops.Add(1); return r }
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(3))
	engine := r.open(t, wire.Kind)
	const n = 300
	for range 2 {
		turn := every(100*time.Microsecond, n)
		turn.Blocks = func(yield func(scenarios.Block) bool) { // a rate that one loop is not given
			for b := range every(100*time.Microsecond, n).Blocks {
				b.For = time.Millisecond
				yield(b)
			}
		}
		r.run(t, engine, turn)
		r.run(t, engine, closed(4, 20*time.Millisecond, 0)) // one loop is enough
	}
	if loops.Load() != 3 {
		t.Errorf("%d loops, want 3", loops.Load())
	}
	if opened.Load() != 6 {
		t.Errorf("%d connections opened, want the 6 that were there", opened.Load())
	}
	open := 0
	for _, s := range r.sorted() {
		if s.Err != results.ErrNone {
			t.Errorf("request %d: %v", s.Seq, s.Err)
		}
		if s.Seq < n && s.Block == 7 {
			open++
		}
	}
	if open < 2*n {
		t.Errorf("%d samples of the open model, want %d at least", open, 2*n)
	}
}

// A connection that has gone stale is no failure of the server where the
// request may be sent twice, and no second sending where it may not.
func TestStaleConnections(t *testing.T) {
	t.Parallel()
	rows := []struct {
		method  string
		retried bool
	}{{"GET", true}, {"HEAD", true}, {"PUT", true}, {"DELETE", true}, {"OPTIONS", true}, {"POST", false}, {"PATCH", false}}
	for _, row := range rows {
		t.Run(row.method, func(t *testing.T) {
			t.Parallel()
			var requests atomic.Int64
			addr := listen(t, func(c net.Conn) { // serves one request, and ends when it has read another
				for b := bufio.NewReader(c); readHead(b); {
					if requests.Add(1) == 2 {
						return
					}
					_, _ = io.WriteString(c, "HTTP/1.1 204 No Content\r\n\r\n")
				}
			})
			r := newRig("http://" + addr)
			r.job.Requests[0].Method = row.method
			r.job.Options.MaxConnections = 1
			engine := r.open(t, wire.Kind)
			r.run(t, engine, every(20*time.Millisecond, 2))
			s, h := r.sorted(), engine.Health()
			want, err, served := 0, results.ErrReset, int64(2)
			if row.retried {
				want, err, served = 1, results.ErrNone, 3
			}
			if len(s) != 2 || s[1].Err != err || h.Retried != want || requests.Load() != served {
				t.Errorf("%d samples, the second %v, %d retried, %d served; want %v, %d, %d", len(s), s[len(s)-1].Err, h.Retried, requests.Load(), err, want, served)
			}
		})
	}
}

// A server may answer before it has read the request, and stop reading.
func TestAnAnswerBeforeTheRequestIsSentCounts(t *testing.T) {
	t.Parallel()
	addr := listen(t, func(c net.Conn) {
		_, _ = c.Read(make([]byte, 100))
		_, _ = io.WriteString(c, sized(413, "too large"))
		time.Sleep(50 * time.Millisecond) // the client is to read the response before the connection closes
	})
	r := newRig("http://" + addr)
	r.job.Requests[0].Method, r.job.Requests[0].Body = "POST", make([]byte, 32<<20)
	s := r.drive(t, wire.Kind, every(time.Millisecond, 1))
	if len(s) != 1 || s[0].Code != 413 || s[0].Err != results.ErrNone || s[0].Out == 0 || s[0].Out >= 32<<20 {
		t.Errorf("got %+v", s)
	}
}

func TestSlowBodiesAreServiceTime(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, e load.Kind) {
		r := newRig(serve(t, func(w http.ResponseWriter, _ *http.Request) {
			for range 4 {
				_, _ = io.WriteString(w, "part")
				w.(http.Flusher).Flush()
				time.Sleep(25 * time.Millisecond) // the slow body under test
			}
		}).URL)
		for _, s := range r.drive(t, e, every(10*time.Millisecond, 5)) {
			if s.Err != results.ErrNone || s.Body != 16 || s.Service < 100*time.Millisecond || s.FirstByte > s.Service-40*time.Millisecond {
				t.Errorf("request %d: %v, %d bytes, first byte after %v, last after %v", s.Seq, s.Err, s.Body, s.FirstByte, s.Service)
			}
		}
	})
}

// A target with a latency needs rate × latency connections. All are opened,
// and few more.
func TestConnectionsGrowWithTheLatency(t *testing.T) {
	const latency, gap, n = 100 * time.Millisecond, time.Millisecond, 600
	r := newRig(serve(t, func(http.ResponseWriter, *http.Request) { time.Sleep(latency) }).URL) // the latency under test
	engine := r.open(t, wire.Kind)
	r.run(t, engine, every(gap, n))
	h := engine.Health()
	if need := int(latency / gap); h.Opened < need*8/10 || h.Opened > n || h.InFlight < need*8/10 {
		t.Errorf("%d connections opened and %d requests in flight; %d are needed", h.Opened, h.InFlight, need)
	}
	if s := r.sorted(); len(s) != n {
		t.Errorf("%d samples, want %d", len(s), n)
	}
}

// The recorder asks once more when the engine is closed: what its last moment counted
// belongs to the run.
func TestAClosedEngineStillTellsWhatItCountedLast(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, e load.Kind) {
		r := newRig(serve(t, func(http.ResponseWriter, *http.Request) {}).URL)
		engine, err := e.Open(r.job)
		if err != nil {
			t.Fatal(err)
		}
		r.run(t, engine, every(time.Millisecond, 3))
		if err := engine.Close(); err != nil {
			t.Fatal(err)
		}
		if first, again := engine.Health().Opened, engine.Health().Opened; first == 0 || again != 0 {
			t.Errorf("%d connections opened, and then %d; want some, and then none", first, again)
		}
	})
}
