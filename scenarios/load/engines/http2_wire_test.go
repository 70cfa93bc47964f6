//go:build linux

package engines

import (
	"crypto/tls"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/net/http2"

	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/scenarios/load/wire"
	"tollgate/targets"
)

// serveHTTP2 serves HTTP/2, over TLS or with prior knowledge, and HTTP/1.1.
func serveHTTP2(t *testing.T, secure bool, h http.HandlerFunc) (address string, config *tls.Config) {
	t.Helper()
	return serveProtocols(t, secure, true, h)
}

// serveProtocols serves HTTP/1.1, and HTTP/2 if wanted.
func serveProtocols(t *testing.T, secure, http2 bool, h http.HandlerFunc) (address string, config *tls.Config) {
	s := httptest.NewUnstartedServer(h)
	s.Config.Protocols = new(http.Protocols)
	s.Config.Protocols.SetHTTP1(true)
	s.Config.Protocols.SetHTTP2(http2)
	s.Config.Protocols.SetUnencryptedHTTP2(http2)
	s.EnableHTTP2 = http2
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	t.Cleanup(s.Close)
	if !secure {
		s.Start()
		return s.URL, nil
	}
	s.StartTLS()
	return s.URL, &tls.Config{RootCAs: s.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs}
}

// Requests share connections, as many at a time as the scenario says.
func TestStreamsOfAConnection(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		streams, users int
		want           int // connections
	}{{0, 20, 1}, {5, 20, 4}, {1, 8, 8}} {
		t.Run(fmt.Sprint(row), func(t *testing.T) {
			t.Parallel()
			var mu sync.Mutex
			addresses, n, all := map[string]int{}, 0, make(chan struct{})
			address, config := serveHTTP2(t, true, func(_ http.ResponseWriter, r *http.Request) {
				mu.Lock()
				addresses[r.RemoteAddr]++
				if n++; n == row.users {
					close(all) // nothing is answered before all users have asked
				}
				mu.Unlock()
				<-all
			})
			r := newRig(address)
			r.job.TLS, r.job.Options.HTTP, r.job.Options.Streams = config, scenarios.HTTP2, row.streams
			r.drive(t, wire.Kind, every(0, row.users))
			for _, s := range r.samples {
				if s.Err != results.ErrNone {
					t.Fatalf("request %d: %v %+v", s.Seq, s.Err, s.Excerpt)
				}
			}
			mu.Lock()
			defer mu.Unlock()
			if len(addresses) != row.want || n != len(r.samples) || n < row.users {
				t.Errorf("%d connections, want %d; %d samples, and the server counts %d", len(addresses), row.want, len(r.samples), n)
			}
		})
	}
}

// A burst that finds no connection open waits for what ALPN chooses, whichever it is.
func TestABurstBeforeTheProtocolIsKnown(t *testing.T) {
	t.Parallel()
	for protocol, want := range map[bool]results.Protocol{false: results.HTTP11, true: results.HTTP2} {
		t.Run(want.String(), func(t *testing.T) {
			t.Parallel()
			var served atomic.Int64
			address, config := serveProtocols(t, true, protocol, func(http.ResponseWriter, *http.Request) { served.Add(1) })
			r := newRig(address)
			r.job.TLS = config
			n := 0
			for _, s := range r.drive(t, wire.Kind, every(0, 60)) {
				if s.Err != results.ErrNone || s.Protocol != want {
					t.Errorf("request %d: %v, %v %+v", s.Seq, s.Protocol, s.Err, s.Excerpt)
				}
				if !s.Reused {
					n++
				}
			}
			if len(r.samples) != 60 || served.Load() != 60 || protocol && n > 16 {
				t.Errorf("%d samples, and the server counts %d; %d connections", len(r.samples), served.Load(), n)
			}
		})
	}
}

// anyNumber of requests is repeated: it depends on what arrives first.
const anyNumber = -1

// What servers do with requests beyond answering them, and what becomes of four that
// follow each other, two milliseconds apart.
func TestStreamsThatEndOtherwise(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name    string
		method  string // "": GET
		serve   func(seen *atomic.Int64) func(p *peer, f http2.Frame) bool
		want    string // of each request: its class, by connection where it matters
		retried int
		detail  string
	}{
		{"refused once", "POST", func(seen *atomic.Int64) func(p *peer, f http2.Frame) bool {
			return func(p *peer, f http2.Frame) bool {
				if seen.Add(1)%2 == 1 {
					_ = p.WriteRSTStream(f.Header().StreamID, http2.ErrCodeRefusedStream)
				} else {
					p.respond(f.Header().StreamID, "200", "ok")
				}
				return true
			}
		}, "none none none none", 4, ""},
		{"refused for ever", "POST", func(*atomic.Int64) func(p *peer, f http2.Frame) bool {
			return func(p *peer, f http2.Frame) bool {
				_ = p.WriteRSTStream(f.Header().StreamID, http2.ErrCodeRefusedStream)
				return true
			}
		}, "reset reset reset reset", 24, "stream reset by the server (REFUSED_STREAM) before the response"},
		{"reset", "", func(*atomic.Int64) func(p *peer, f http2.Frame) bool {
			return func(p *peer, f http2.Frame) bool {
				_ = p.WriteRSTStream(f.Header().StreamID, http2.ErrCodeInternal)
				return true
			}
		}, "reset reset reset reset", 0, "stream reset by the server (INTERNAL_ERROR)"},
		{"GOAWAY before the request, on the first connection", "POST", func(*atomic.Int64) func(p *peer, f http2.Frame) bool {
			return func(p *peer, f http2.Frame) bool {
				if p.number == 1 {
					_ = p.WriteGoAway(0, http2.ErrCodeNo, nil)
					return false
				}
				p.respond(f.Header().StreamID, "200", "ok")
				return true
			}
		}, "none none none none", 1, ""},
		{"GOAWAY before the request, on the first five connections", "POST", func(*atomic.Int64) func(p *peer, f http2.Frame) bool {
			return func(p *peer, f http2.Frame) bool {
				if p.number <= 5 {
					_ = p.WriteGoAway(0, http2.ErrCodeNo, nil)
					return false
				}
				p.respond(f.Header().StreamID, "200", "ok")
				return true
			}
		}, "none none none none", 5, ""},
		{"GOAWAY before the request, for ever", "POST", func(*atomic.Int64) func(p *peer, f http2.Frame) bool {
			return func(p *peer, f http2.Frame) bool {
				_ = p.WriteGoAway(0, http2.ErrCodeNo, nil)
				return false
			}
		}, "reset reset reset reset", 24, "connection closed by the server (GOAWAY, NO_ERROR) before the response"},
		{"GOAWAY behind each response", "POST", func(*atomic.Int64) func(p *peer, f http2.Frame) bool {
			return func(p *peer, f http2.Frame) bool {
				_ = p.WriteGoAway(f.Header().StreamID, http2.ErrCodeNo, nil)
				p.respond(f.Header().StreamID, "200", "ok")
				return true
			}
		}, "none none none none", 0, ""},
		{"the end instead of the second response of each connection, to what may be repeated", "", func(*atomic.Int64) func(p *peer, f http2.Frame) bool {
			return func(p *peer, f http2.Frame) bool {
				p.respond(f.Header().StreamID, "200", "ok")
				return f.Header().StreamID < 3
			}
		}, "none none none none", anyNumber, ""},
		{"the end instead of a first response", "", func(*atomic.Int64) func(p *peer, f http2.Frame) bool {
			return func(*peer, http2.Frame) bool { return false }
		}, "reset reset reset reset", 0, "before the response"},
		{"GOAWAY with an error, and the end", "", func(*atomic.Int64) func(p *peer, f http2.Frame) bool {
			return func(p *peer, f http2.Frame) bool {
				_ = p.WriteGoAway(f.Header().StreamID, http2.ErrCodeEnhanceYourCalm, nil)
				return false
			}
		}, "reset reset reset reset", 0, "connection closed by the server (GOAWAY, ENHANCE_YOUR_CALM)"},
		{"HTTP/1.1", "", func(*atomic.Int64) func(p *peer, f http2.Frame) bool {
			return func(p *peer, f http2.Frame) bool {
				p.respond(f.Header().StreamID, "101", "")
				return true
			}
		}, "malformed malformed malformed malformed", 0, "101"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			var seen, gone atomic.Int64
			serve := row.serve(&seen)
			r := listenHTTP2(t, nil, func(p *peer, f http2.Frame) bool {
				if _, ok := f.(*http2.GoAwayFrame); ok || !asked(f) {
					gone.Add(1)
					return true
				}
				return serve(p, f)
			})
			r.job.Options.MaxInFlight = 1
			if row.method != "" {
				r.job.Requests[0].Method, r.job.Requests[0].Body = row.method, []byte("body")
			}
			e := r.open(t, wire.Kind)
			r.run(t, e, every(2*time.Millisecond, 4))
			var got []string
			for _, s := range r.sorted() {
				got = append(got, s.Err.String())
			}
			if h := e.Health(); strings.Join(got, " ") != row.want || h.Retried != row.retried && row.retried != anyNumber {
				t.Errorf("%s, %d repeated; want %s, %d", got, h.Retried, row.want, row.retried)
			}
			if x := excerpts(r.sorted()); row.detail != "" && (len(x) == 0 || !strings.Contains(x[0].Detail, row.detail)) {
				t.Errorf("explained by %+v, want %q", excerpts(r.sorted()), row.detail)
			}
		})
	}
}

// A request that times out ends its stream alone: the others go on, on the same connection.
// Where nothing comes from the server at all, not even the answer to a PING, later requests
// go elsewhere.
func TestATimeoutEndsItsStreamAlone(t *testing.T) {
	t.Parallel()
	for _, silent := range []bool{false, true} {
		t.Run(fmt.Sprintf("silent %v", silent), func(t *testing.T) {
			t.Parallel()
			patient(t, 200*time.Millisecond, func(timeout time.Duration) string {
				var cancelled, connections atomic.Int64
				r := listenHTTP2(t, nil, func(p *peer, f http2.Frame) bool {
					connections.Store(max(connections.Load(), int64(p.number)))
					if reset, ok := f.(*http2.RSTStreamFrame); ok && reset.ErrCode == http2.ErrCodeCancel {
						cancelled.Add(1)
					}
					if ping, ok := f.(*http2.PingFrame); ok && !silent {
						_ = p.WritePing(true, ping.Data)
					}
					if asked(f) && f.Header().StreamID > 1 && !silent {
						p.respond(f.Header().StreamID, "200", "ok")
					}
					return true
				})
				r.job.Requests[0].Timeout = timeout
				var got []string
				for _, s := range r.drive(t, wire.Kind, every(timeout*3/4, 6)) {
					got = append(got, s.Err.String())
				}
				want, on := "timeout none none none none none", int64(1)
				if silent {
					want, on = "timeout timeout timeout timeout timeout timeout", 2
				}
				if strings.Join(got, " ") != want || connections.Load() < on || !silent && connections.Load() > on || cancelled.Load() == 0 {
					return fmt.Sprintf("%v on %d connections, %d cancelled", got, connections.Load(), cancelled.Load())
				}
				return ""
			})
		})
	}
}

// No connection carries more requests at a time than the server allows, once it has said
// so, nor more in all than the scenario allows.
func TestConnectionsKeepToTheirLimits(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	most, carried := 0, map[int]int{}
	open := map[int][]uint32{}
	r := listenHTTP2(t, []http2.Setting{{ID: http2.SettingMaxConcurrentStreams, Val: 3}}, func(p *peer, f http2.Frame) bool {
		if !asked(f) {
			return true
		}
		mu.Lock()
		defer mu.Unlock()
		carried[p.number]++
		open[p.number] = append(open[p.number], f.Header().StreamID)
		if most = max(most, len(open[p.number])); len(open[p.number]) == 3 || carried[p.number] == 10 {
			for _, id := range open[p.number] {
				p.respond(id, "200", "ok")
			}
			open[p.number] = nil
		}
		return true
	})
	r.job.Options.Connections, r.job.Options.MaxConnections, r.job.Options.RequestsPerConnection = 2, 2, 10
	for _, s := range r.drive(t, wire.Kind, every(0, 60)) {
		if s.Err != results.ErrNone {
			t.Errorf("request %d: %v %+v", s.Seq, s.Err, s.Excerpt)
		}
	}
	mu.Lock()
	defer mu.Unlock()
	if most != 3 || len(carried) != 6 {
		t.Errorf("at most %d at a time, want 3; by connection %v, want 10 on each", most, carried)
	}
}

// Requests mean the same over HTTP/2: bodies that wait for 100 Continue, files, HEAD, checks of
// bodies, header fields and values.
func TestRequestsOverHTTP2(t *testing.T) {
	t.Parallel()
	upload, _ := uploadOf(t, 3<<20)
	sum, err := upload.Digest()
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/echo", func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.Header().Set("X-Seen", r.Header.Get("X-Sent"))
		w.Header().Set("Trailer", "X-Sum")
		w.WriteHeader(http.StatusEarlyHints)
		_, _ = w.Write(body)
		w.Header().Set("X-Sum", "1")
	})
	mux.HandleFunc("/hash", hashing)
	mux.HandleFunc("/refuse", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(417) })
	mux.HandleFunc("/large", func(w http.ResponseWriter, _ *http.Request) {
		for range 20 {
			_, _ = w.Write(make([]byte, 1<<20))
		}
	})
	keys := &scenarios.Keys{List: []string{"a", "bcd", "e-f"}, Count: 3, Pick: "in-turn"}
	continues := targets.Header{"Expect": {"100-continue"}}
	for _, row := range []struct {
		name    string
		request scenarios.Request
		expect  string
		body    int64
	}{
		{"a body", scenarios.Request{Method: "POST", Path: "/echo", Body: []byte("hello"), Header: targets.Header{"X-Sent": {"there"}}}, "{headers: {x-seen: there}, body: {contains: hello}}", 5},
		{"values", scenarios.Request{Method: "POST", Path: "/echo?${key}", Keys: keys, Body: []byte("id ${key}"), Header: targets.Header{"X-Sent": {"k${key}"}}}, "{headers: {x-seen: {matches: '^k(a|bcd|e-f)$'}}, body: {matches: '^id (a|bcd|e-f)$'}}", -1},
		{"a body that waits", scenarios.Request{Method: "PUT", Path: "/echo", Body: []byte("hello"), Header: continues}, "body: {contains: hello}", 5},
		{"a body that is refused", scenarios.Request{Method: "PUT", Path: "/refuse", Body: []byte("hello"), Header: continues}, "status: 417", 0},
		{"a file", scenarios.Request{Method: "PUT", Path: "/hash", Upload: upload}, "body: {contains: " + sum + "}", 64},
		{"a file that waits", scenarios.Request{Method: "PUT", Path: "/hash", Upload: upload, Header: continues}, "body: {contains: " + sum + "}", 64},
		{"HEAD", scenarios.Request{Method: "HEAD", Path: "/large"}, "status: 200", 0},
		{"20 MiB", scenarios.Request{Method: "GET", Path: "/large"}, "status: 200", 20 << 20},
	} {
		for _, secure := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, TLS %v", row.name, secure), func(t *testing.T) {
				t.Parallel()
				address, config := serveHTTP2(t, secure, mux.ServeHTTP)
				r := newRig(address)
				r.job.TLS, r.job.Options.HTTP = config, scenarios.HTTP2
				q := row.request
				q.Timeout, q.Expect = 20*time.Second, expecting(t, row.expect)
				r.job.Requests[0] = q
				for _, s := range r.drive(t, wire.Kind, every(time.Millisecond, 6)) {
					if s.Err != results.ErrNone || s.Protocol != results.HTTP2 || s.Body != row.body && row.body >= 0 {
						t.Errorf("request %d: %v, %v, %d bytes, %+v", s.Seq, s.Err, s.Protocol, s.Body, s.Excerpt)
					}
				}
			})
		}
	}
}
