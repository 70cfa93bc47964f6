package main

import (
	"bytes"
	"context"
	"io"
	stdlog "log"
	"net"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// accepting accepts connections and treats each as it likes.
func accepting(t *testing.T, serve func(net.Conn)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go serve(c)
		}
	}()
	return l.Addr().String()
}

// Whatever goes wrong with a first address, the message says what to change in the
// command.
func TestAFirstCommandThatFailsNamesItsRemedy(t *testing.T) {
	t.Setenv("HOME", t.TempDir()) // no limits of the user's own
	t.Setenv("XDG_CONFIG_HOME", t.TempDir())
	t.Chdir(t.TempDir())
	serve := func(h http.HandlerFunc) string {
		s := httptest.NewServer(h)
		t.Cleanup(s.Close)
		return s.URL
	}
	status := func(code int) string {
		return serve(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) })
	}
	secure := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	secure.Config.ErrorLog = stdlog.New(io.Discard, "", 0)
	secure.StartTLS()
	t.Cleanup(secure.Close)
	refused := httptest.NewServer(nil)
	refused.Close()
	paths := serve(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/right" {
			http.NotFound(w, r)
		}
	})
	slow := serve(func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-r.Context().Done():
		case <-time.After(10 * time.Second):
		}
	})
	keyed := serve(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("x-api-key") != "right" {
			w.WriteHeader(http.StatusForbidden)
		}
	})
	alert := accepting(t, func(c net.Conn) { // as servers that are not written in Go do
		_, _ = c.Read(make([]byte, 4096))
		_, _ = io.WriteString(c, "\x15\x03\x03\x00\x02\x02\x28")
		_ = c.Close()
	})
	const unsent = "no load was sent"
	var all sync.WaitGroup // most of them wait
	for _, row := range []struct {
		name  string
		args  []string
		codes []int
		want  []string
	}{
		{"no listener", []string{refused.URL}, []int{1}, []string{"connection refused; start it, or correct the address", unsent}},
		{"a wrong path", []string{paths + "/wrong"}, []int{99}, []string{"404 Not Found", "correct the path in the address", "--set requests[0].expect.status=404", unsent}},
		{"a server without TLS", []string{strings.Replace(paths, "http:", "https:", 1)}, []int{1}, []string{"does not speak TLS at this port; write http:// in place of https:// in the address", unsent}},
		{"a self-signed certificate", []string{secure.URL}, []int{1}, []string{"the server's own if it is self-signed (--cacert ca.pem), let this machine trust it (on Linux also SSL_CERT_FILE=ca.pem), or correct the address", unsent}},
		{"an unknown name", []string{"http://unknown.invalid/", "--timeout", "2s"}, []int{1}, []string{"check the host name in the address", unsent}},
		{"nothing but 404", []string{status(404), "--no-trial", "-r", "20/s", "-d", "1s"}, []int{96, 99}, []string{"correct the path in the address"}},
		{"a slow server", []string{slow, "--timeout", "500ms"}, []int{99}, []string{"find out why the server takes so long, or raise --timeout", unsent}},
		{"a server that closes at once", []string{accepting(t, func(c net.Conn) { _ = c.Close() })}, []int{99}, []string{"see that the server speaks HTTP at this port, and look into its log; or correct the address", unsent}},
		{"HTTP on a TLS port", []string{strings.Replace(secure.URL, "https:", "http:", 1)}, []int{99}, []string{"speaks TLS at this port: write https:// in place of http:// in the address", unsent}},
		{"HTTP on a TLS port that answers with an alert", []string{alert}, []int{99}, []string{"speaks TLS at this port: write https:// in place of http:// in the address", unsent}},
		{"a key is needed", []string{keyed}, []int{99}, []string{"403 Forbidden", "send the key or token that it asks for (-H 'x-api-key: ${env:API_KEY}'", unsent}},
		{"a password is needed", []string{status(401)}, []int{99}, []string{"--user name:password", unsent}},
		{"a redirect", []string{status(302)}, []int{99}, []string{"redirects are not followed: use the address that it leads to", unsent}},
		{"another method", []string{status(405)}, []int{99}, []string{"correct the method (-X)", unsent}},
	} {
		all.Go(func() {
			var out bytes.Buffer
			code := run(t.Context(), append([]string{"run", "--quiet"}, row.args...), strings.NewReader(""), io.Discard, &out)
			if !slices.Contains(row.codes, code) {
				t.Errorf("%s: exit status %d, want %v", row.name, code, row.codes)
			}
			for _, want := range row.want {
				if !strings.Contains(out.String(), want) {
					t.Errorf("%s: %q is not in\n%s", row.name, want, &out)
				}
			}
		})
	}
	all.Wait()
	var out bytes.Buffer
	if code := run(t.Context(), []string{"run", "--quiet", keyed, "-H", "x-api-key: right", "-r", "20/s", "-d", "500ms"}, strings.NewReader(""), &out, &out); code != 0 && code != exitInvalid {
		t.Errorf("with the key: exit status %d\n%s", code, &out)
	}
}

// The first request arrives within a second of the command. A busy machine takes longer
// for everything: what it takes to print a version, at the same time, is measured, too.
func TestTheFirstRequestArrivesWithinASecond(t *testing.T) {
	const tries = 5
	for try := 1; ; try++ {
		busy := time.Now()
		if out, err := exec.Command("tollgate", "version").CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		usual := time.Since(busy)
		took := firstRequest(t)
		if limit := time.Second + 4*usual; took < limit {
			t.Logf("%v, and a version takes %v", took, usual)
			return
		} else if try == tries {
			t.Fatalf("the first request arrived after %v, want less than %v, in each of %d tries", took, limit, tries)
		}
	}
}

// firstRequest is how long it takes from starting the program to its first request.
func firstRequest(t *testing.T) time.Duration {
	t.Helper()
	first := make(chan time.Time, 1000)
	s := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { first <- time.Now() }))
	defer s.Close()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	c := exec.CommandContext(ctx, "tollgate", "run", strings.TrimPrefix(s.URL, "http://"), "-d", "200ms", "--quiet", "--out", t.TempDir())
	began := time.Now()
	_ = c.Run() // on a busy machine the run may be invalid
	select {
	case at := <-first:
		return at.Sub(began)
	default:
		t.Fatal("there was no request")
		return 0
	}
}
