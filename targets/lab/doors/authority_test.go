package doors

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
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

func TestDoorsSpeakTLSAndBothVersionsOfHTTP(t *testing.T) {
	l := open(t, encrypted())
	for want, two := range map[string]bool{"HTTP/1.1": false, "HTTP/2.0": true} {
		client := trusting(t, l, two)
		for _, d := range l.Doors() {
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
		if d.Requests != 2 || d.Connections != 2 {
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
