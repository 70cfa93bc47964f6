package session

import (
	"context"
	"errors"
	"io"
	"log"
	"net"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"tollgate/scenarios"
	"tollgate/targets"
)

func at(t *testing.T, address string) []targets.Target {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return []targets.Target{{Name: "rest", URL: u}}
}

func TestASilentHandshakeTimesOutLikeARequest(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	began := time.Now()
	s := &scenarios.Scenario{Requests: []scenarios.Request{{Timeout: 50 * time.Millisecond}, {Timeout: 100 * time.Millisecond}}}
	err = preflightOf(s).reach(t.Context(), at(t, "https://"+l.Addr().String()))
	if took := time.Since(began); !errors.Is(err, context.DeadlineExceeded) && (err == nil || !strings.Contains(err.Error(), "cannot be reached")) || took > reachTimeout/2 {
		t.Errorf("%v after %v", err, took)
	}
	for _, requests := range [][]scenarios.Request{nil, {{}}, {{Timeout: time.Hour}}} {
		if got := patience(&scenarios.Scenario{Requests: requests}); got != reachTimeout {
			t.Errorf("%v for %v", got, requests)
		}
	}
}

// What goes wrong in the TLS handshake is named before any load is sent, and the
// remedy is not to start a server that is running.
func TestWhyTLSWithATargetFailsIsNamed(t *testing.T) {
	listening := func(serve func(net.Conn)) string {
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
				_, _ = c.Read(make([]byte, 4096))
				serve(c)
			}
		}()
		return "https://" + l.Addr().String()
	}
	untrusted := httptest.NewUnstartedServer(nil)
	untrusted.Config.ErrorLog = log.New(io.Discard, "", 0)
	untrusted.StartTLS()
	defer untrusted.Close()
	const remedy = "; correct that at the server, or its url"
	for _, row := range []struct{ name, url, why, remedy string }{
		{"an authority that is not trusted", untrusted.URL, "certificate signed by unknown authority, which is not trusted: ", "(tls: {ca: ca.pem} in s.yaml), let this machine trust it (on Linux also SSL_CERT_FILE=ca.pem), or correct its url"},
		{"no TLS", listening(func(c net.Conn) { _, _ = io.WriteString(c, "HTTP/1.1 400 Bad Request\r\n\r\n") }), "the server does not speak TLS at this port", "; write http:// in place of https:// in its url"},
		{"an alert", listening(func(c net.Conn) { _, _ = io.WriteString(c, "\x15\x03\x03\x00\x02\x02\x28") }), "the server refused the TLS handshake: tls: handshake failure", remedy},
		{"the end", listening(func(c net.Conn) { _ = c.Close() }), "the server ended the connection in the TLS handshake", remedy},
		{"silence", listening(func(net.Conn) {}), "no answer in the TLS handshake within 300ms", remedy},
		{"no version of HTTP", listening(func(c net.Conn) { _, _ = io.WriteString(c, "\x15\x03\x03\x00\x02\x02\x78") }), "the server offers neither HTTP/2 nor HTTP/1.1 (ALPN)", remedy},
	} {
		t.Run(row.name, func(t *testing.T) {
			err := preflight{wording{file: "s.yaml"}, 300 * time.Millisecond, scenarios.Auto}.reach(t.Context(), at(t, row.url))
			if err == nil || !strings.Contains(err.Error(), row.why) || !strings.Contains(err.Error(), row.remedy+" in s.yaml (no load was sent)") {
				t.Errorf("%v, want %q and %q", err, row.why, row.remedy)
			}
		})
	}
}
