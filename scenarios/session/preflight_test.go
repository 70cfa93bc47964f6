package session

import (
	"context"
	"crypto/tls"
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

// trusting makes targets whose certificates are not verified.
func trusting(ts []targets.Target, whatever bool) []targets.Target {
	ts[0].Connection.TLS.Insecure = whatever
	return ts
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
	serving := func(c *tls.Config) *httptest.Server {
		s := httptest.NewUnstartedServer(nil)
		s.Config.ErrorLog, s.TLS = log.New(io.Discard, "", 0), c
		s.StartTLS()
		t.Cleanup(s.Close)
		return s
	}
	old, demanding := serving(&tls.Config{NextProtos: []string{"http/1.1"}}), serving(&tls.Config{ClientAuth: tls.RequireAnyClientCert, MaxVersion: tls.VersionTLS12})
	const remedy = "; correct that at the server, or its url"
	for _, row := range []struct {
		name, url, why, remedy string
		http                   scenarios.Protocol
		silent                 bool
	}{
		{"an authority that is not trusted", untrusted.URL, "certificate signed by unknown authority, which is not trusted: ", "(tls: {ca: ca.pem} in s.yaml), let this machine trust it (on Linux also SSL_CERT_FILE=ca.pem), or correct its url", scenarios.Auto, false},
		{"no TLS", listening(func(c net.Conn) { _, _ = io.WriteString(c, "HTTP/1.1 400 Bad Request\r\n\r\n") }), "the server does not speak TLS at this port", "; write http:// in place of https:// in its url", scenarios.Auto, false},
		{"an alert", listening(func(c net.Conn) { _, _ = io.WriteString(c, "\x15\x03\x03\x00\x02\x02\x28") }), "the server refused the TLS handshake: tls: handshake failure", remedy, scenarios.Auto, false},
		{"the end", listening(func(c net.Conn) { _ = c.Close() }), "the server ended the connection in the TLS handshake", remedy, scenarios.Auto, false},
		{"silence", listening(func(net.Conn) {}), "no answer in the TLS handshake within ", remedy, scenarios.Auto, true},
		{"no version of HTTP", listening(func(c net.Conn) { _, _ = io.WriteString(c, "\x15\x03\x03\x00\x02\x02\x78") }), "the server offers neither HTTP/2 nor HTTP/1.1 (ALPN)", remedy, scenarios.Auto, false},
		{"HTTP/2 asked for at a server without it", old.URL, "the server does not offer HTTP/2 (ALPN)", "; see that the server speaks HTTP/2 at this port, or ask for another version (--http, or engine: {http: auto})", scenarios.HTTP2, false},
		{"a server that demands a client certificate", demanding.URL, "the server demands a client certificate", "; name the files with one (tls: {cert: client.pem, key: client.key})", scenarios.Auto, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			reach := func(patience time.Duration) error {
				return preflight{wording{file: "s.yaml", http: row.http}, patience}.reach(t.Context(), trusting(at(t, row.url), row.url != untrusted.URL))
			}
			patience := reachTimeout
			if row.silent {
				patience = 300 * time.Millisecond
			}
			err := reach(patience)
			for row.silent && patience < reachTimeout && !strings.Contains(err.Error(), row.why) { // on a busy machine even connecting takes as long
				patience *= 4
				err = reach(patience)
			}
			if err == nil || !strings.Contains(err.Error(), row.why) || !strings.Contains(err.Error(), row.remedy+" in s.yaml (no load was sent)") {
				t.Errorf("%v, want %q and %q", err, row.why, row.remedy)
			}
		})
	}
}

// What a target does not answer to, and versions of IP that it does not have, are said in
// words, with what to correct.
func TestWhyATargetCannotBeConnectedToIsNamed(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	silent := l.Addr().String()
	proxy := httptest.NewUnstartedServer(nil)
	proxy.Config.ErrorLog = log.New(io.Discard, "", 0)
	proxy.StartTLS()
	defer proxy.Close()
	secure := proxy.Listener.Addr().String()
	for _, row := range []struct {
		name          string
		made          targets.Connection
		why           string
		typed, inFile string
	}{
		{"a silent proxy", targets.Connection{Proxy: &targets.Proxy{Scheme: "http", Address: silent}, ProxyTunnel: true}, "no answer within 200ms", "correct --proxy", "correct proxy in s.yaml"},
		{"a proxy that is not trusted", targets.Connection{Proxy: &targets.Proxy{Scheme: "https", Address: secure}, ProxyTunnel: true}, "the proxy " + secure + ": certificate signed by unknown authority, which is not trusted: O=Acme Co", "name a file with that authority for the proxy (--proxy-cacert ca.pem)", "name a file with that authority for the proxy (proxy_tls: {ca: ca.pem}) in s.yaml"},
		{"no address of IPv6", targets.Connection{IP: targets.IPv6}, "it has no IPv6 address", "leave out -6", "correct ip in s.yaml"},
		{"a source of IPv6", targets.Connection{Source: "::1"}, "it has no address of the version of IP of source_address, ::1", "correct --interface", "correct source_address in s.yaml"},
	} {
		ts := at(t, "http://"+silent)
		ts[0].Connection = row.made
		for w, want := range map[wording]string{{typed: true, file: "the command"}: row.typed, {file: "s.yaml"}: row.inFile} {
			err := preflight{w, 200 * time.Millisecond}.reach(t.Context(), ts)
			if err == nil || !strings.Contains(err.Error(), ": "+row.why+"; "+want+" ") && !strings.Contains(err.Error(), ": "+row.why+"; "+want+",") {
				t.Errorf("%s: %v, want %q and %q", row.name, err, row.why, want)
			}
		}
	}
}
