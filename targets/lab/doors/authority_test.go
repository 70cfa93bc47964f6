package doors

import (
	"cmp"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"maps"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/http2"

	"tollgate/pricing"
	"tollgate/targets"
)

// trusting returns a client that trusts the lab's CA and speaks HTTP/2 or not.
func trusting(t *testing.T, l *Set, two bool) *http.Client {
	t.Helper()
	text := l.CA()
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM([]byte(text)) {
		t.Fatalf("no certificate in %q", text)
	}
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}, ForceAttemptHTTP2: two}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport, Timeout: 20 * time.Second}
}

func encrypted() Config {
	c := quick()
	for i := range c.Doors {
		c.Doors[i].TLS = true
	}
	return c
}

// What each door offers by ALPN, and how many requests it takes at a time, is what the
// table of front doors says of it. A client that wants nothing but the other version gets
// no connection.
func TestDoorsNegotiateAsTheTableSays(t *testing.T) {
	c := Config{Doors: []DoorConfig{instant("rest-api"), instant("rest-api"), instant("rest-api"), instant("http-api"), instant("function-url"), instant("alb"), instant("origin")}}
	c.Doors[1].Name, c.Doors[1].Edge = "edge", true
	c.Doors[2].Name, c.Doors[2].Private = "private", true
	table := []pricing.Listener{
		pricing.RESTAPI.Listener, pricing.RESTAPI.Listener, pricing.PrivateRESTAPI.Listener, pricing.HTTPAPI.Listener,
		pricing.FunctionURL.Listener, pricing.ALB.Listener, targets.Origin.Listener,
	}
	for i := range c.Doors {
		c.Doors[i].TLS = true
	}
	l := open(t, c)
	for i, d := range l.Doors() {
		if idle := l.servers[i].IdleTimeout; idle != cmp.Or(table[i].Idle, idleTime) {
			t.Errorf("%s: a connection may be idle for %v, want %v", d.Name, idle, table[i].Idle)
		}
		for offered, want := range map[string]bool{"h2": table[i].HTTP2, "http/1.1": true} {
			conn, err := negotiate(t, l, d, offered)
			if (err == nil) != want {
				t.Errorf("%s: %s: %v, want it to be spoken: %v", d.Name, offered, err, want)
			}
			if err != nil || offered != "h2" {
				continue
			}
			if streams := settingsOf(t, conn)[http2.SettingMaxConcurrentStreams]; table[i].Streams > 0 && int(streams) != table[i].Streams {
				t.Errorf("%s: %d requests at a time, want %d", d.Name, streams, table[i].Streams)
			}
		}
		want := "http/1.1"
		if table[i].HTTP2 {
			want = "h2"
		}
		conn, err := negotiate(t, l, d, "http/1.1", "h2")
		if err != nil || conn.ConnectionState().NegotiatedProtocol != want {
			t.Errorf("%s: of both it takes %q, %v; want %s", d.Name, conn.ConnectionState().NegotiatedProtocol, err, want)
		}
	}
}

// negotiate opens a connection to a door over which a client offers so many protocols.
func negotiate(t *testing.T, l *Set, d Door, offered ...string) (*tls.Conn, error) {
	t.Helper()
	config := trusting(t, l, true).Transport.(*http.Transport).TLSClientConfig.Clone()
	config.NextProtos = offered
	at, err := url.Parse(d.URL)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := tls.Dial("tcp", at.Host, config)
	if err == nil {
		t.Cleanup(func() { _ = conn.Close() })
	}
	return conn, err
}

// settingsOf are those that a server sends first.
func settingsOf(t *testing.T, conn net.Conn) map[http2.SettingID]uint32 {
	t.Helper()
	f := http2.NewFramer(conn, conn)
	_, err := io.WriteString(conn, http2.ClientPreface)
	if err = errors.Join(err, f.WriteSettings()); err != nil {
		t.Fatal(err)
	}
	first, err := f.ReadFrame()
	settings, is := first.(*http2.SettingsFrame)
	if err != nil || !is {
		t.Fatalf("the first frame is %v, %v", first, err)
	}
	all := map[http2.SettingID]uint32{}
	_ = settings.ForeachSetting(func(s http2.Setting) error {
		all[s.ID] = s.Val
		return nil
	})
	return all
}

func TestDoorsSpeakTLSAndBothVersionsOfHTTP(t *testing.T) {
	l := open(t, encrypted())
	for want, two := range map[string]bool{"HTTP/1.1": false, "HTTP/2.0": true} {
		client := trusting(t, l, two)
		for _, d := range l.Doors() {
			want := want
			if d.Kind == "function-url" {
				want = "HTTP/1.1"
			}
			got, err := client.Post(d.URL+"/predict", "application/json", strings.NewReader(features))
			if err != nil {
				t.Fatal(err)
			}
			body, err := io.ReadAll(got.Body)
			got.Body.Close()
			if err != nil || got.StatusCode != 200 || got.Proto != want || !strings.Contains(string(body), "setosa") || !strings.HasPrefix(d.URL, "https://127.0.0.1:") {
				t.Errorf("%s at %s: %s %d %s %v", want, d.URL, got.Proto, got.StatusCode, body, err)
			}
		}
	}
	for _, d := range l.Truth().Doors {
		want := map[string]int64{"HTTP/1.1": 1, "HTTP/2": 1}
		if d.Kind == "function-url" {
			want = map[string]int64{"HTTP/1.1": 2}
		}
		if d.Requests != 2 || d.Connections != 2 || !maps.Equal(d.Protocols, want) {
			t.Errorf("%+v", d)
		}
	}
}

func TestHandshakesFailOnDemand(t *testing.T) {
	l := open(t, encrypted())
	d := l.Doors()[3]
	ask := func() error {
		got, err := trusting(t, l, true).Get(d.URL)
		if err == nil {
			got.Body.Close()
		}
		return err
	}
	if _, err := l.Inject(Injection{Fault: "tls-failure"}); err != nil {
		t.Fatal(err)
	}
	if err := ask(); err == nil || !strings.Contains(err.Error(), "tls: ") {
		t.Errorf("the handshake succeeded: %v", err)
	}
	l.ClearFaults()
	if _, err := l.Inject(Injection{Fault: "expired-certificate", Door: d.Name}); err != nil {
		t.Fatal(err)
	}
	invalid, is := errors.AsType[x509.CertificateInvalidError](ask())
	if !is || invalid.Reason != x509.Expired {
		t.Errorf("got %v", invalid)
	}
	l.ClearFaults()
	if err := ask(); err != nil {
		t.Error(err)
	}
	if truth := l.Truth().Doors[3]; truth.Requests != 1 || truth.Injected["tls-failure"] != 1 || truth.Injected["expired-certificate"] != 1 {
		t.Errorf("%+v", truth)
	}
}

func TestADoorWithoutTLSHasNoHandshakeToFail(t *testing.T) {
	l := open(t, quick())
	if _, err := l.Inject(Injection{Fault: "tls-failure", Door: "lab-alb"}); err == nil || !strings.Contains(err.Error(), `"tls": true`) {
		t.Errorf("got %v", err)
	}
}

func TestCorruptResponsesResetTheirStreamInHTTP2(t *testing.T) {
	l := open(t, encrypted())
	client := trusting(t, l, true)
	for _, fault := range []string{"reset", "garbage", "truncated-chunk", "wrong-length"} {
		if _, err := l.Inject(Injection{Fault: fault, Door: "lab-alb"}); err != nil {
			t.Fatal(err)
		}
		got, err := client.Get(l.Doors()[3].URL)
		if err == nil {
			_, err = io.ReadAll(got.Body)
			got.Body.Close()
		}
		if err == nil {
			t.Errorf("%s: the answer arrived whole", fault)
		}
		l.ClearFaults()
	}
}
