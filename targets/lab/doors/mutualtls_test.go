package doors

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"net/http"
	"strings"
	"testing"
	"time"
)

// shown is a certificate of a client.
func (a *authority) shown(t *testing.T, until time.Time) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.CreateCertificate(rand.Reader, &x509.Certificate{
		SerialNumber: big.NewInt(9), Subject: pkix.Name{CommonName: "client"}, NotBefore: until.Add(-48 * time.Hour), NotAfter: until,
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	}, a.certificate, key.Public(), a.key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// Who shows which certificate, and what becomes of it at an API's domain and at a load balancer.
func TestMutualTLS(t *testing.T) {
	known, err := newAuthority(time.Now())
	if err != nil {
		t.Fatal(err)
	}
	other, err := newAuthority(time.Now())
	if err != nil {
		t.Fatal(err)
	}
	tomorrow := time.Now().Add(24 * time.Hour)
	mutual := &MutualTLS{Truststore: known.pem()}
	l := open(t, Config{
		Doors:   []DoorConfig{{Kind: "rest-api", Name: "shop", TLS: true}, {Kind: "alb", TLS: true, Guards: Guards{Mutual: mutual}}},
		Domains: []Domain{{Name: "api.example.com", TLS: true, MutualTLS: mutual, Mappings: []Mapping{{Door: "shop"}}}},
	})
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM([]byte(l.CA()))
	ask := func(url, host string, shown ...tls.Certificate) int {
		server := host
		if server == "" {
			server = "127.0.0.1"
		}
		client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true, TLSClientConfig: &tls.Config{RootCAs: roots, ServerName: server, Certificates: shown}}}
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url+"/", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Host = host
		got, err := client.Do(r)
		if err != nil {
			return 0
		}
		_ = got.Body.Close()
		return got.StatusCode
	}
	for _, row := range []struct {
		name             string
		shown            []tls.Certificate
		domain, balancer int // 0: the handshake fails
	}{
		{"none", nil, 0, 0},
		{"one of a known authority", []tls.Certificate{known.shown(t, tomorrow)}, 200, 200},
		{"one of another", []tls.Certificate{other.shown(t, tomorrow)}, 403, 0},
		{"one that has expired", []tls.Certificate{known.shown(t, tomorrow.Add(-36*time.Hour))}, 403, 0},
	} {
		if got := ask(l.domains[0].url, "api.example.com", row.shown...); got != row.domain {
			t.Errorf("%s at the domain: %d, want %d", row.name, got, row.domain)
		}
		if got := ask(l.Doors()[1].URL, "", row.shown...); got != row.balancer {
			t.Errorf("%s at the load balancer: %d, want %d", row.name, got, row.balancer)
		}
	}
	if n := l.Truth().Domains[0].Untrusted; n != 2 {
		t.Errorf("%d are untrusted, want 2", n)
	}
}

func TestMutualTLSNeedsATruststoreAndTLS(t *testing.T) {
	for text, want := range map[string]string{
		"doors: [{kind: alb, tls: true, mutual_tls: {truststore: none}}]\n":                                                           "doors[0].mutual_tls.truststore: it holds no certificate",
		"doors: [{kind: http-api, mutual_tls: {truststore: x}}]\n":                                                                    "doors[0].mutual_tls: a door of kind http-api has none; only alb has it",
		"doors: [{kind: http-api}]\ndomains: [{name: a.example, mutual_tls: {truststore: none}, mappings: [{door: lab-http-api}]}]\n": "domains[0].mutual_tls.truststore: it holds no certificate",
	} {
		if _, _, err := ParseConfig("lab.yaml", []byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v\nwant %s", err, want)
		}
	}
}
