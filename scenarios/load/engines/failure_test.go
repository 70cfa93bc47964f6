package engines

import (
	"bufio"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/scenarios/load"
	"tollgate/targets"
)

func TestFailuresAreClassed(t *testing.T) {
	t.Parallel()
	rows := []struct {
		name    string
		scheme  string
		serve   func(net.Conn) // nil: nothing listens
		timeout time.Duration
		code    int
		err     results.ErrClass
	}{
		{name: "nothing listens", err: results.ErrRefused},
		{name: "the server ends the connection by a reset", serve: func(c net.Conn) {
			readRequest(c)
			_ = c.(*net.TCPConn).SetLinger(0)
		}, err: results.ErrReset},
		{name: "the server resets within the body", serve: func(c net.Conn) {
			readRequest(c)
			_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\npart")
			_ = c.(*net.TCPConn).CloseWrite()
			_ = c.(*net.TCPConn).SetLinger(0)
		}, code: 200, err: results.ErrReset},
		{name: "the server never answers", serve: func(c net.Conn) { _, _ = io.Copy(io.Discard, c) }, timeout: 100 * time.Millisecond, err: results.ErrTimeout},
		{name: "the server stops within the body", serve: func(c net.Conn) {
			readRequest(c)
			_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\npart")
			_, _ = io.Copy(io.Discard, c)
		}, timeout: 100 * time.Millisecond, code: 200, err: results.ErrTimeout},
		{name: "the server drips its body for ever", serve: func(c net.Conn) {
			readRequest(c)
			_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\n\r\n")
			for {
				if _, err := io.WriteString(c, "drip"); err != nil {
					return
				}
				time.Sleep(time.Millisecond) // a server that never ends its response
			}
		}, timeout: 100 * time.Millisecond, code: 200, err: results.ErrTimeout},
		{name: "the server speaks no TLS", scheme: "https", serve: func(c net.Conn) {
			_, _ = io.WriteString(c, "HTTP/1.1 400 Bad Request\r\n\r\n")
		}, err: results.ErrTLS},
		{name: "the handshake never ends", scheme: "https", serve: func(c net.Conn) { _, _ = io.Copy(io.Discard, c) }, timeout: 100 * time.Millisecond, err: results.ErrTimeout},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			eachEngine(t, func(t *testing.T, e load.Kind) {
				addr := vacant(t)
				if row.serve != nil {
					addr = listen(t, row.serve)
				}
				scheme := row.scheme
				if scheme == "" {
					scheme = "http"
				}
				patient(t, row.timeout, func(timeout time.Duration) string {
					r := newRig(scheme + "://" + addr)
					if timeout > 0 {
						r.job.Requests[0].Timeout = timeout
					}
					s := r.drive(t, e, every(20*time.Millisecond, 3))
					if len(s) != 3 {
						t.Fatalf("%d samples, want 3", len(s))
					}
					for _, s := range s {
						if timeout > 0 && s.Sent-s.Begun+s.Service < timeout {
							t.Errorf("request %d: gave up after %v, before its deadline of %v", s.Seq, s.Sent-s.Begun+s.Service, timeout)
						}
						if s.Err != row.err || s.Code != row.code {
							return fmt.Sprintf("request %d: %v with code %d, want %v with %d", s.Seq, s.Err, s.Code, row.err, row.code)
						}
					}
					return ""
				})
			})
		})
	}
}

func readRequest(c net.Conn) {
	if r, err := http.ReadRequest(bufio.NewReader(c)); err == nil {
		_, _ = io.Copy(io.Discard, r.Body)
	}
}

func TestAnUntrustedCertificateIsATLSFailure(t *testing.T) {
	t.Parallel()
	s := httptest.NewUnstartedServer(http.NotFoundHandler())
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.StartTLS()
	t.Cleanup(s.Close)
	eachEngine(t, func(t *testing.T, e load.Kind) {
		r := newRig(s.URL)
		if got := r.drive(t, e, every(time.Millisecond, 1)); len(got) != 1 || got[0].Err != results.ErrTLS {
			t.Errorf("got %+v, want one TLS failure", got)
		}
	})
}

func TestTLSIsTimedApart(t *testing.T) {
	t.Parallel()
	s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.ProtoMajor != 1 {
			w.WriteHeader(http.StatusHTTPVersionNotSupported)
		}
	}))
	t.Cleanup(s.Close)
	eachEngine(t, func(t *testing.T, e load.Kind) {
		r := newRig(s.URL)
		r.job.TLS = &tls.Config{RootCAs: s.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs, ServerName: "example.com"}
		r.job.Options.MaxConnections = 1
		got := r.drive(t, e, every(20*time.Millisecond, 5))
		if len(got) != 5 {
			t.Fatalf("%d samples, want 5", len(got))
		}
		for _, s := range got {
			if s.Code != 200 || s.Err != results.ErrNone {
				t.Errorf("request %d: %v with code %d", s.Seq, s.Err, s.Code)
			}
			if fresh := !s.Reused; (s.TLS > 0) != fresh || (s.Connect > 0) != fresh {
				t.Errorf("request %d: on a new connection: %v, yet connect %v and TLS %v", s.Seq, fresh, s.Connect, s.TLS)
			}
		}
	})
}

func TestASigningFailureIsTheGeneratorsOwn(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, e load.Kind) {
		served := make(chan struct{}, 100)
		r := newRig(serve(t, func(http.ResponseWriter, *http.Request) { served <- struct{}{} }).URL)
		r.job.Stamps[0] = targets.Stamp{PerRequest: true, Sign: func(*targets.Request) error { return errors.New("expired") }}
		for _, turn := range []scenarios.Turn{every(time.Millisecond, 10)} {
			got := r.drive(t, e, turn)
			if len(got) != 10 || len(served) != 0 {
				t.Fatalf("%d samples and %d requests served, want 10 and none", len(got), len(served))
			}
			for _, s := range got {
				if s.Err != results.ErrGenerator || s.Outcome() != results.OwnFault || s.Out != 0 {
					t.Errorf("request %d: %v, %d bytes out", s.Seq, s.Err, s.Out)
				}
			}
		}
	})
}

func TestOpenRefuses(t *testing.T) {
	rows := []struct {
		name   string
		change func(*load.Job)
		says   string
	}{
		{"an unknown engine", func(j *load.Job) { j.Options.Use = "warp" }, `there is no engine "warp"`},
		{"a policy it does not know", func(j *load.Job) { j.Options.Late = "maybe" }, "neither send nor skip"},
		{"more connections than allowed", func(j *load.Job) { j.Options.Connections, j.Options.MaxConnections = 5, 4 }, "more than the 4 allowed"},
		{"negative limits", func(j *load.Job) { j.Options.MaxInFlight = -1 }, "0 means as many as needed"},
		{"a header that the engine writes", func(j *load.Job) { j.Requests[0].Header = targets.Header{"content-length": {"3"}} }, "content-length is the engine's"},
		{"a header with a line break", func(j *load.Job) { j.Requests[0].Header = targets.Header{"X-A": {"b\r\nX-C: d"}} }, "line break"},
		{"a method that is none", func(j *load.Job) { j.Requests[0].Method = "GET /" }, "not a method"},
		{"a scheme that is not HTTP", func(j *load.Job) { j.Targets[0].URL.Scheme = "ftp" }, "not a scheme"},
		{"a target that does not listen, for connections beforehand", func(j *load.Job) { j.Options.Connections = 2 }, "2 of 2 connections could not be opened beforehand"},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			r := newRig("http://" + vacant(t))
			row.change(&r.job)
			engine, _, err := All.Open(r.job)
			if err == nil {
				_ = engine.Close()
				t.Fatal("opened")
			}
			if !strings.Contains(err.Error(), row.says) {
				t.Errorf("error %q does not say %q", err, row.says)
			}
		})
	}
}

func TestOpenSaysWhichEngineAndWhy(t *testing.T) {
	for _, use := range append(served().Names(), "") {
		r := newRig("http://127.0.0.1:1")
		r.job.Options.Use = use
		engine, choices, err := All.Open(r.job)
		if err != nil {
			t.Fatal(err)
		}
		if err := engine.Close(); err != nil {
			t.Error(err)
		}
		if choices[0].Why == "" || use != "" && choices[0].Name != use {
			t.Errorf("use %q: chose %+v", use, choices)
		}
	}
}

func TestAnOfflineEngineIsChosenOnlyByName(t *testing.T) {
	offline := load.Kind{Name: "offline", Offline: true, Lacks: func(load.Needs) string { return "" }}
	table := append(Table{offline}, All...)
	for _, row := range []struct {
		use, scheme, name string // name "": none is chosen
	}{
		{"offline", "http", "offline"},
		{"", "http", served()[0].Name},
		{"", "ftp", ""},
	} {
		chosen, err := table.choose(row.use, load.Needs{Scheme: row.scheme})
		if chosen.Name != row.name || (err == nil) != (row.name != "") {
			t.Errorf("asked for %q at a target of %s: %+v, %v; want %q", row.use, row.scheme, chosen, err, row.name)
		}
	}
}

// The schema of scenarios offers the engines of the table.
func TestTheSchemaNamesTheEngines(t *testing.T) {
	var schema struct {
		Defs struct {
			Engine struct {
				AnyOf []struct{ Enum []string }
			} `json:"engine_name"`
		} `json:"$defs"`
	}
	if err := json.Unmarshal(scenarios.Schema(), &schema); err != nil {
		t.Fatal(err)
	}
	if names := schema.Defs.Engine.AnyOf[0].Enum; !slices.Equal(names, All.Names()) {
		t.Errorf("the schema names %q, the table %q", names, All.Names())
	}
}
