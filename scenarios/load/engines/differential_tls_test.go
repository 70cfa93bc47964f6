package engines

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"net"
	"testing"
	"time"

	"tollgate/results"
	"tollgate/scenarios/load"
)

// An authority issues certificates of which nothing is secret.
type testAuthority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func newTestAuthority(t *testing.T) *testAuthority {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Test Authority"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return &testAuthority{cert, key}
}

func (a *testAuthority) trusted() *tls.Config {
	pool := x509.NewCertPool()
	pool.AddCert(a.cert)
	return &tls.Config{RootCAs: pool}
}

// issue makes a certificate for 127.0.0.1, after a change.
func (a *testAuthority) issue(t *testing.T, change func(*x509.Certificate)) *tls.Config {
	template := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "leaf"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	if change != nil {
		change(template)
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.cert, &a.key.PublicKey, a.key)
	if err != nil {
		t.Fatal(err)
	}
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: a.key}}}
}

// over serves what is within TLS.
func over(config *tls.Config, serve func(*tls.Conn)) func(net.Conn) {
	return func(c net.Conn) {
		s := tls.Server(c, config)
		if s.Handshake() == nil {
			serve(s)
		}
	}
}

// hello answers one request within TLS.
func hello(s *tls.Conn) { answerEach(s, sized(200, "ok"), func() {}) }

func changed(c *tls.Config, change func(*tls.Config)) *tls.Config {
	c = c.Clone()
	change(c)
	return c
}

// secureBehaviours are servers that misbehave in TLS.
func secureBehaviours(good, expired, early, elsewhere, unknown *tls.Config) []behaviour {
	demanding := changed(good, func(c *tls.Config) { c.ClientAuth = tls.RequireAnyClientCert })
	demandingOld := changed(demanding, func(c *tls.Config) { c.MaxVersion = tls.VersionTLS12 })
	old := changed(good, func(c *tls.Config) { c.MinVersion, c.MaxVersion = tls.VersionTLS10, tls.VersionTLS11 })
	other := changed(good, func(c *tls.Config) { c.NextProtos = []string{"other"} })
	return []behaviour{
		{name: "all is well", plain: over(good, hello), code: 200, in: 40, out: allOut},
		{name: "no TLS", plain: func(c net.Conn) { say(c, sized(400, "")) }, class: results.ErrTLS, detail: "does not speak TLS"},
		{name: "silence", plain: listenTo, class: results.ErrTimeout, slow: true, detail: "in the TLS handshake"},
		{name: "the end at once", plain: func(net.Conn) {}, class: results.ErrTLS, detail: ""},
		{name: "half of the end at once", plain: func(c net.Conn) { endHalf(c); listenTo(c) }, class: results.ErrTLS, detail: ""},
		{name: "a reset at once", plain: reset, class: results.ErrTLS, detail: ""},
		{name: "the end after the client's hello", plain: func(c net.Conn) { read(c, 200) }, class: results.ErrTLS, detail: ""},
		{name: "an alert", plain: func(c net.Conn) { read(c, 100); say(c, "\x15\x03\x03\x00\x02\x02\x28"); listenTo(c) }, class: results.ErrTLS, detail: "handshake failure"},
		{name: "only versions that are too old", plain: over(old, hello), class: results.ErrTLS, detail: "protocol version"},
		{name: "a certificate that has expired", plain: over(expired, hello), class: results.ErrTLS, detail: "the certificate has expired, on "},
		{name: "a certificate of tomorrow", plain: over(early, hello), class: results.ErrTLS, detail: "the certificate is not valid before "},
		{name: "a certificate for another host", plain: over(elsewhere, hello), class: results.ErrTLS, detail: "the certificate is not for 127.0.0.1"},
		{name: "a certificate of an unknown authority", plain: over(unknown, hello), class: results.ErrTLS, detail: "is not trusted: CN=Test Authority"},
		{name: "another protocol than HTTP only", plain: over(other, hello), class: results.ErrTLS, detail: "(ALPN)"},
		{name: "a client certificate is demanded", plain: over(demanding, hello), class: results.ErrTLS, out: anyOut, detail: "the server demands a client certificate"},
		{name: "a client certificate is demanded, in TLS 1.2", plain: over(demandingOld, hello), class: results.ErrTLS, detail: "the server demands a client certificate"},
		{
			name: "a client certificate is demanded, and then the end", class: results.ErrTLS, out: anyOut, detail: "the server demands a client certificate",
			plain: over(changed(good, func(c *tls.Config) { c.ClientAuth = tls.RequestClientCert }), func(s *tls.Conn) { _ = s.NetConn().Close() }),
		},
		{name: "the end after the handshake", plain: over(good, func(*tls.Conn) {}), class: results.ErrReset, out: anyOut, detail: "before the response"},
		{name: "a reset after the handshake", plain: over(good, func(s *tls.Conn) { reset(s.NetConn()) }), class: results.ErrReset, out: anyOut, detail: "before the response"},
		{name: "silence after the handshake", plain: over(good, func(s *tls.Conn) { listenTo(s) }), class: results.ErrTimeout, slow: true, out: allOut, detail: "waiting for the response"},
		{
			name: "half a body, and the end without a word", class: results.ErrReset, code: 200, in: 39, out: allOut, detail: "within the response",
			plain: over(good, func(s *tls.Conn) { readRequest(s); say(s, sized(200, "hello")[:39]) }),
		},
		{
			name: "a body up to an end that TLS announces", code: 200, in: 24, out: allOut,
			plain: over(good, func(s *tls.Conn) {
				readRequest(s)
				say(s, "HTTP/1.1 200 OK\r\n\r\nhello")
				_ = s.CloseWrite()
				listenTo(s)
			}),
		},
		{
			name: "bytes that are no TLS after the handshake", class: results.ErrMalformed, out: allOut, detail: "",
			plain: over(good, func(s *tls.Conn) { readRequest(s); say(s.NetConn(), sized(200, "ok")); listenTo(s) }),
		},
		{name: "a response before the request", plain: over(good, func(s *tls.Conn) { say(s, sized(200, "ok")); listenTo(s) }), code: 200, in: 40, out: allOut},
		{name: "silence, and nothing is read", plain: over(good, func(s *tls.Conn) { hold(s.NetConn()) }), body: 16 << 20, class: results.ErrTimeout, slow: true, out: anyOut, detail: "timeout after"}, // on a busy machine the handshake, or encrypting the body, takes all the time there is
		{
			name: "a response while the request is sent", body: 16 << 20, code: 413, in: 62, out: someOut,
			plain: over(good, func(s *tls.Conn) { read(s, 5000); say(s, sized(413, "no")); hold(s.NetConn()) }),
		},
	}
}

func TestBothEnginesSeeTheSameOfHostileTLS(t *testing.T) {
	known, other := newTestAuthority(t), newTestAuthority(t)
	expired := known.issue(t, func(c *x509.Certificate) { c.NotAfter = time.Now().Add(-time.Minute) })
	early := known.issue(t, func(c *x509.Certificate) { c.NotBefore = time.Now().Add(time.Minute) })
	elsewhere := known.issue(t, func(c *x509.Certificate) { c.IPAddresses, c.DNSNames = nil, []string{"example.com"} })
	for _, row := range secureBehaviours(known.issue(t, nil), expired, early, elsewhere, other.issue(t, nil)) {
		t.Run(row.name, func(t *testing.T) {
			each := oneByOne // large bodies keep a processor busy with encryption
			if row.body == 0 {
				t.Parallel()
				each = eachEngine
			}
			each(t, func(t *testing.T, e load.Kind) {
				addr := listen(t, row.plain)
				row.meet(t, e, func() *rig {
					r := newRig("https://" + addr)
					r.job.TLS = known.trusted()
					return r
				})
			})
		})
	}
}
