package engines

import (
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/scenarios/load"
)

// eachHTTP2 runs a test against every engine that speaks HTTP/2. All have to, on this system.
func eachHTTP2(t *testing.T, test func(t *testing.T, e load.Kind)) {
	eachEngine(t, func(t *testing.T, e load.Kind) {
		if lack := e.Lacks(load.Needs{Scheme: "https", HTTP: scenarios.HTTP2}); lack != "" {
			t.Fatal(lack)
		}
		test(t, e)
	})
}

// A wiretap counts what passes on the connections of a server, above TLS.
type wiretap struct {
	in, out, conns atomic.Int64
}

type tapped struct {
	net.Conn
	*wiretap
}

func (c tapped) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	c.in.Add(int64(n))
	return n, err
}

func (c tapped) Write(b []byte) (int, error) {
	n, err := c.Conn.Write(b)
	c.out.Add(int64(n))
	return n, err
}

// pass passes on what a client sends to a server, and the other way, and counts it.
func (w *wiretap) pass(client net.Conn, address string) {
	server, err := net.Dial("tcp", address)
	if err != nil {
		return
	}
	defer func() { _ = server.Close() }()
	go func() {
		_, _ = io.Copy(server, tapped{client, w})
		_ = server.Close()
	}()
	_, _ = io.Copy(tapped{client, w}, server)
}

// http2Server serves HTTP/2 with prior knowledge, and over TLS both versions, until the
// test ends.
func http2Server(t *testing.T, secure bool, h http.HandlerFunc) (*httptest.Server, *wiretap) {
	t.Helper()
	tap := &wiretap{}
	s := httptest.NewUnstartedServer(h)
	s.Config.Protocols = &http.Protocols{}
	if secure {
		s.EnableHTTP2 = true
		s.Config.Protocols.SetHTTP1(true)
		s.Config.Protocols.SetHTTP2(true)
		s.StartTLS()
	} else {
		s.Config.Protocols.SetUnencryptedHTTP2(true)
		s.Listener = tappedListener{s.Listener, tap}
		s.Start()
	}
	t.Cleanup(s.Close)
	return s, tap
}

type tappedListener struct {
	net.Listener
	*wiretap
}

func (l tappedListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	l.conns.Add(1)
	return tapped{c, l.wiretap}, nil
}

// refusingListener refuses all in HTTP/1.1 and reads on until the client closes: a server
// that closed first could reset the connection before its answer is read.
type refusingListener struct{ net.Listener }

func (l refusingListener) Accept() (net.Conn, error) {
	for {
		c, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		go func() {
			defer func() { _ = c.Close() }()
			_, _ = c.Read(make([]byte, 1))
			_, _ = io.WriteString(c, "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
			_, _ = io.Copy(io.Discard, c)
		}()
	}
}

func trusting(s *httptest.Server) *tls.Config {
	return &tls.Config{RootCAs: s.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs}
}

func TestTheProtocolIsTheOneAskedForOrOffered(t *testing.T) {
	t.Parallel()
	only := func(names ...string) func(*tls.Config) { return func(c *tls.Config) { c.NextProtos = names } }
	for _, row := range []struct {
		name   string
		ask    scenarios.Protocol
		plain  bool
		old    bool // it does not speak HTTP/2
		offers func(*tls.Config)
		want   results.Protocol
		err    results.ErrClass
		detail string
	}{
		{name: "auto, and both are offered", offers: only("h2", "http/1.1"), want: results.HTTP2},
		{name: "auto, and HTTP/1.1 is preferred", offers: only("http/1.1", "h2"), want: results.HTTP11},
		{name: "auto, and HTTP/1.1 is offered", ask: scenarios.Auto, offers: only("http/1.1"), want: results.HTTP11},
		{name: "auto, and ALPN is not spoken", ask: scenarios.Auto, offers: only(), want: results.HTTP11},
		{name: "auto without TLS", plain: true, want: results.HTTP11},
		{name: "HTTP/1.1, and both are offered", ask: scenarios.HTTP1, offers: only("h2", "http/1.1"), want: results.HTTP11},
		{name: "HTTP/2, and both are offered", ask: scenarios.HTTP2, offers: only("http/1.1", "h2"), want: results.HTTP2},
		{name: "HTTP/2, and HTTP/1.1 is offered", ask: scenarios.HTTP2, offers: only("http/1.1"), err: results.ErrTLS, detail: "the server does not offer HTTP/2 (ALPN)"},
		{name: "HTTP/2, and ALPN is not spoken", ask: scenarios.HTTP2, offers: only(), err: results.ErrTLS, detail: "the server does not offer HTTP/2 (ALPN)"},
		{name: "HTTP/2 with prior knowledge", ask: scenarios.HTTP2, plain: true, want: results.HTTP2},
		{name: "HTTP/2 with prior knowledge, and HTTP/1.1 is spoken", ask: scenarios.HTTP2, plain: true, old: true, want: results.HTTP2, err: results.ErrMalformed, detail: "the server answers HTTP/2 with HTTP/1.1"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			eachHTTP2(t, func(t *testing.T, e load.Kind) {
				s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, r.Proto) }))
				s.Config.Protocols = &http.Protocols{}
				s.Config.Protocols.SetHTTP1(true)
				s.Config.Protocols.SetUnencryptedHTTP2(!row.old)
				if row.old {
					s.Listener = refusingListener{s.Listener}
				}
				if row.plain {
					s.Start()
				} else {
					s.Config.Protocols.SetHTTP2(true)
					s.TLS = &tls.Config{GetConfigForClient: func(*tls.ClientHelloInfo) (*tls.Config, error) {
						c := s.TLS.Clone()
						c.GetConfigForClient = nil
						row.offers(c)
						return c, nil
					}}
					s.StartTLS()
				}
				t.Cleanup(s.Close)
				r := newRig(s.URL)
				r.job.Options.HTTP = row.ask
				if !row.plain {
					r.job.TLS = trusting(s)
				}
				for i, got := range r.drive(t, e, every(time.Millisecond, 3)) {
					if got.Protocol != row.want || got.Err != row.err {
						t.Errorf("request %d: %v, %v; want %v, %v", i, got.Protocol, got.Err, row.want, row.err)
					}
				}
				if x := excerpts(r.sorted()); row.detail != "" && (len(x) == 0 || !strings.Contains(x[0].Detail, row.detail)) {
					t.Errorf("it is explained by %+v, want %q", x, row.detail)
				}
			})
		})
	}
}

func TestHTTP2CarriesWhatWasAskedFor(t *testing.T) {
	t.Parallel()
	large := strings.Repeat("a long body ", 200_000)
	for _, row := range []struct {
		name, method, path, body string
		status                   int
		answer                   string
	}{
		{"a body both ways", "POST", "/echo", "hello", 200, "hello"},
		{"large bodies both ways", "POST", "/echo", large, 200, large},
		{"HEAD", "HEAD", "/", "", 200, ""},
		{"no content", "GET", "/status/204", "", 204, ""},
		{"a server error", "GET", "/status/503", "", 503, ""},
		{"a path as written", "GET", "/echo//a/../b?x=%zz&", "", 200, "//a/../b?x=%zz&"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			eachHTTP2(t, func(t *testing.T, e load.Kind) {
				s, _ := http2Server(t, true, func(w http.ResponseWriter, r *http.Request) {
					if row.status != 200 {
						w.WriteHeader(row.status)
					}
					if path, ok := strings.CutPrefix(r.RequestURI, "/echo"); ok && r.Method == "GET" {
						_, _ = io.WriteString(w, path)
					}
					_, _ = io.Copy(w, r.Body)
				})
				r := newRig(s.URL)
				r.job.TLS, r.job.Options.HTTP = trusting(s), scenarios.HTTP2
				q := &r.job.Requests[0]
				q.Method, q.Path, q.Body = row.method, row.path, []byte(row.body)
				for i, got := range r.drive(t, e, every(time.Millisecond, 3)) {
					if got.Err != results.ErrNone || got.Code != row.status || got.Body != int64(len(row.answer)) || got.Protocol != results.HTTP2 {
						t.Errorf("request %d: %v with status %d and a body of %d over %v, want %d with %d", i, got.Err, got.Code, got.Body, got.Protocol, row.status, len(row.answer))
					}
					if got.In < got.Body || got.Out < int64(len(row.body)) || got.FirstByte <= 0 || got.Service < got.FirstByte {
						t.Errorf("request %d: %d bytes out, %d in, first byte %v, service %v", i, got.Out, got.In, got.FirstByte, got.Service)
					}
				}
			})
		})
	}
}

// What samples say of bytes adds up to what the server counts, but for what comes after
// the last response.
func TestBytesOverHTTP2AreThoseOfTheServer(t *testing.T) {
	t.Parallel()
	eachHTTP2(t, func(t *testing.T, e load.Kind) {
		const n, after = 50, 200 // a few frames
		s, tap := http2Server(t, false, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("X-Same", strings.Repeat("x", 200))
			_, _ = io.Copy(w, r.Body)
		})
		r := newRig(s.URL)
		r.job.Options.HTTP = scenarios.HTTP2
		q := &r.job.Requests[0]
		q.Method, q.Body = "POST", []byte(strings.Repeat("b", 100_000))
		var in, out int64
		var headers results.HeaderBytes
		for _, got := range r.drive(t, e, every(time.Millisecond, n)) {
			in, out = in+got.In, out+got.Out
			h := got.Headers
			headers = results.HeaderBytes{Out: headers.Out + h.Out, In: headers.In + h.In, PlainOut: headers.PlainOut + h.PlainOut, PlainIn: headers.PlainIn + h.PlainIn}
		}
		for deadline := time.Now().Add(10 * time.Second); (tap.in.Load() < out || tap.out.Load() < in) && time.Now().Before(deadline); {
			time.Sleep(time.Millisecond) // the server has yet to read the last frames, and to count what it sent
		}
		if d := tap.in.Load() - out; d < 0 || d > after {
			t.Errorf("%d bytes sent by the samples, and the server received %d", out, tap.in.Load())
		}
		if d := tap.out.Load() - in; d < 0 || d > after {
			t.Errorf("%d bytes received by the samples, and the server sent %d", in, tap.out.Load())
		}
		if headers.PlainIn < n*(200+20) || headers.In > headers.PlainIn/2 || headers.PlainOut < n*60 || headers.Out > headers.PlainOut {
			t.Errorf("headers: %+v", headers)
		}
	})
}

func TestStreamsShareConnections(t *testing.T) {
	t.Parallel()
	const n = 20
	for _, row := range []struct {
		name        string
		set         func(*scenarios.Engine)
		together    int // requests that the server has at a time before it responds
		least, most int64
	}{
		{"one for all", func(*scenarios.Engine) {}, n, 1, 1},
		{"opened beforehand", func(o *scenarios.Engine) { o.Connections = 4 }, n, 4, 4},
		{"a limit", func(o *scenarios.Engine) { o.MaxConnections = 2 }, n, 1, 2},
		{"few requests each", func(o *scenarios.Engine) { o.RequestsPerConnection = 5 }, 1, 4, n},
		{"a limit on requests", func(o *scenarios.Engine) { o.MaxInFlight = 5 }, 5, 1, 1},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			eachHTTP2(t, func(t *testing.T, e load.Kind) {
				var arrived sync.WaitGroup
				arrived.Add(row.together)
				var count atomic.Int64
				s, tap := http2Server(t, false, func(w http.ResponseWriter, r *http.Request) {
					if count.Add(1) <= int64(row.together) {
						arrived.Done()
					}
					arrived.Wait()
				})
				r := newRig(s.URL)
				r.job.Options.HTTP = scenarios.HTTP2
				row.set(&r.job.Options)
				got := r.drive(t, e, every(0, n))
				if c := tap.conns.Load(); c > row.most || c < row.least {
					t.Errorf("%d connections, want %d to %d", c, row.least, row.most)
				}
				i := slices.IndexFunc(got, func(s results.Sample) bool { return s.Err != results.ErrNone || s.Code != 200 })
				if i >= 0 || len(got) != n || count.Load() != n {
					t.Errorf("%d samples of %d requests, of which the server saw %d; wrong: %d", len(got), n, count.Load(), i)
				}
			})
		})
	}
}

func TestATimeoutEndsAStreamAndNotItsConnection(t *testing.T) {
	t.Parallel()
	eachHTTP2(t, func(t *testing.T, e load.Kind) {
		s, tap := http2Server(t, false, func(w http.ResponseWriter, r *http.Request) {
			<-r.Context().Done() // until the stream is reset
		})
		r := newRig(s.URL)
		r.job.Options.HTTP = scenarios.HTTP2
		r.job.Requests[0].Timeout = shortTimeout
		for i, got := range r.drive(t, e, every(20*time.Millisecond, 12)) {
			if got.Err != results.ErrTimeout {
				t.Errorf("request %d: %v", i, got.Err)
			}
		}
		if n := tap.conns.Load(); n != 1 {
			t.Errorf("%d connections, want 1", n)
		}
	})
}
