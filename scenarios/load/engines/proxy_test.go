package engines

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"tollgate/results"
	"tollgate/scenarios/load"
	"tollgate/scenarios/load/nethttp"
	"tollgate/targets"
)

// A testProxy is an HTTP proxy as RFC 9110 and 9112 describe it, for one target. It
// notes what it was asked for, once for each connection or request.
type testProxy struct {
	to     string // where the target is; the names that it is asked for mean nothing to it
	user   string // and password, as "me:secret"; "": any
	mu     sync.Mutex
	asked  []string
	header http.Header // of the last request
}

func (p *testProxy) serve(c net.Conn) {
	b := bufio.NewReader(c)
	for {
		r, err := http.ReadRequest(b)
		if err != nil {
			return
		}
		p.mu.Lock()
		p.asked, p.header = append(p.asked, r.Method+" "+r.RequestURI), r.Header
		p.mu.Unlock()
		if want := "Basic " + base64.StdEncoding.EncodeToString([]byte(p.user)); p.user != "" && r.Header.Get("Proxy-Authorization") != want {
			say(c, "HTTP/1.1 407 Go away\r\nProxy-Authenticate: Negotiate\r\nProxy-Authenticate: basic realm=\"hunter2\"\r\nContent-Length: 2\r\n\r\nno")
			return
		}
		if r.Method == http.MethodConnect {
			p.tunnel(c, b)
			return
		}
		p.forward(c, r)
	}
}

// tunnel passes bytes on. Its response has a header, as some proxies' have.
func (p *testProxy) tunnel(c net.Conn, b *bufio.Reader) {
	on, err := net.Dial("tcp", p.to)
	if err != nil {
		say(c, "HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n")
		return
	}
	defer on.Close()
	say(c, "HTTP/1.1 200 Connection established\r\nProxy-Agent: test\r\n\r\n")
	go func() {
		_, _ = io.Copy(on, b)
		_ = on.Close()
	}()
	_, _ = io.Copy(c, on)
}

// forward sends a request in absolute form on as one in origin form.
func (p *testProxy) forward(c net.Conn, r *http.Request) {
	on, err := net.Dial("tcp", p.to)
	if err != nil {
		return
	}
	defer on.Close()
	r.Header.Del("Proxy-Authorization")
	r.RequestURI = ""
	if r.Write(on) != nil {
		return
	}
	answer, err := http.ReadResponse(bufio.NewReader(on), r)
	if err == nil {
		_ = answer.Write(c)
	}
}

func (p *testProxy) seen() ([]string, http.Header) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.asked, p.header
}

// serveSOCKS is a SOCKS 5 proxy (RFC 1928) with user and password (RFC 1929).
func (p *testProxy) serveSOCKS(c net.Conn) {
	part := func(n int) []byte {
		b := make([]byte, n)
		_, _ = io.ReadFull(c, b)
		return b
	}
	part(int(part(2)[1])) // methods
	say(c, "\x05\x02")
	part(1)
	user := string(part(int(part(1)[0])))
	if password := string(part(int(part(1)[0]))); user+":"+password != p.user {
		say(c, "\x01\x01")
		return
	}
	say(c, "\x01\x00")
	part(4) // version, CONNECT, reserved, a name
	host := string(part(int(part(1)[0])))
	p.mu.Lock()
	p.asked = append(p.asked, fmt.Sprintf("SOCKS %s:%d", host, binary.BigEndian.Uint16(part(2))))
	p.mu.Unlock()
	on, err := net.Dial("tcp", p.to)
	if err != nil {
		say(c, "\x05\x04\x00\x01\x00\x00\x00\x00\x00\x00")
		return
	}
	defer on.Close()
	say(c, "\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00")
	go func() {
		_, _ = io.Copy(on, c)
		_ = on.Close()
	}()
	_, _ = io.Copy(c, on)
}

func TestRequestsGoThroughProxies(t *testing.T) {
	t.Parallel()
	authority := newTestAuthority(t)
	secure := authority.issue(t, func(c *x509.Certificate) { c.DNSNames, c.IPAddresses = []string{"api.test"}, nil })
	ofProxy := authority.issue(t, nil) // for 127.0.0.1
	trusting := targets.TLS{CA: authority.trusted().RootCAs}
	other := newTestAuthority(t)
	for _, row := range []struct {
		name, scheme, url string
		user, password    string
		made              targets.Connection
		asked             string         // of the proxy, each time
		host              string         // that the target sees
		each              bool           // the proxy is asked for each request, and not for each connection
		proxyBy           *testAuthority // that issues the proxy's certificate; nil: that of the target
	}{
		{name: "http in absolute form", scheme: "http", url: "http://api.test:81", asked: "GET http://api.test:81/", host: "api.test:81", each: true},
		{name: "http in absolute form, with a password", scheme: "http", url: "http://api.test", user: "me", password: "hunter2", asked: "GET http://api.test/", host: "api.test", each: true},
		{name: "http in absolute form, with TLS to the proxy", scheme: "https", url: "http://api.test", asked: "GET http://api.test/", host: "api.test", each: true},
		{name: "http by a tunnel", scheme: "http", url: "http://api.test", user: "me", password: "hunter2", made: targets.Connection{ProxyTunnel: true}, asked: "CONNECT api.test:80", host: "api.test"},
		{name: "http by a tunnel, with TLS to the proxy", scheme: "https", url: "http://api.test", made: targets.Connection{ProxyTunnel: true}, asked: "CONNECT api.test:80", host: "api.test"},
		{name: "http with another Host is tunnelled", scheme: "http", url: "http://10.0.0.7", made: targets.Connection{Host: "api.test"}, asked: "CONNECT 10.0.0.7:80", host: "api.test"},
		{name: "http elsewhere is tunnelled", scheme: "http", url: "http://api.test", made: targets.Connection{ConnectTo: "10.0.0.7:8080"}, asked: "CONNECT 10.0.0.7:8080", host: "api.test"},
		{name: "https", scheme: "http", url: "https://api.test", made: targets.Connection{TLS: trusting}, asked: "CONNECT api.test:443", host: "api.test"},
		{name: "https, with a password", scheme: "http", url: "https://api.test:444", user: "me", password: "hunter2", made: targets.Connection{TLS: trusting}, asked: "CONNECT api.test:444", host: "api.test:444"},
		{name: "https, with TLS to the proxy", scheme: "https", url: "https://api.test", user: "me", password: "hunter2", made: targets.Connection{TLS: trusting}, asked: "CONNECT api.test:443", host: "api.test"},
		{name: "https, with TLS to a proxy of its own authority", scheme: "https", url: "https://api.test", made: targets.Connection{TLS: trusting, ProxyTLS: targets.TLS{CA: other.trusted().RootCAs}}, asked: "CONNECT api.test:443", host: "api.test", proxyBy: other},
		{name: "https, with TLS to a proxy that is not verified", scheme: "https", url: "https://api.test", made: targets.Connection{TLS: trusting, ProxyTLS: targets.TLS{Insecure: true}}, asked: "CONNECT api.test:443", host: "api.test", proxyBy: other},
		{name: "https elsewhere", scheme: "http", url: "https://api.test", made: targets.Connection{TLS: trusting, ConnectTo: "10.0.0.7:8443"}, asked: "CONNECT 10.0.0.7:8443", host: "api.test"},
		{name: "http by SOCKS", scheme: "socks5h", url: "http://api.test", user: "me", password: "hunter2", asked: "SOCKS api.test:80", host: "api.test"},
		{name: "https by SOCKS", scheme: "socks5h", url: "https://api.test", user: "me", password: "hunter2", made: targets.Connection{TLS: trusting}, asked: "SOCKS api.test:443", host: "api.test"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			eachEngine(t, func(t *testing.T, e load.Kind) {
				seen := make(chan visit, 10)
				serve := visited(seen)
				if strings.HasPrefix(row.url, "https") {
					serve = over(secure, func(s *tls.Conn) { visited(seen)(s) })
				}
				p := &testProxy{to: listen(t, serve)}
				if row.user != "" {
					p.user = row.user + ":" + row.password
				}
				stand := p.serve
				switch row.scheme {
				case "https":
					issued := ofProxy
					if row.proxyBy != nil {
						issued = row.proxyBy.issue(t, nil)
					}
					stand = over(issued, func(s *tls.Conn) { p.serve(s) })
				case "socks5h":
					stand = p.serveSOCKS
				}
				r := newRig(row.url)
				r.job.TLS = authority.trusted()
				r.job.Options.MaxConnections = 1
				made := row.made
				made.Proxy = &targets.Proxy{Scheme: row.scheme, Address: listen(t, stand), User: row.user, Password: targets.NewSecret(row.password)}
				r.job.Targets[0].Connection = made
				const n = 4
				for i, s := range r.drive(t, e, every(5*time.Millisecond, n)) {
					if s.Err != results.ErrNone || s.Code != 200 {
						t.Fatalf("request %d: %v, status %d (%s)", s.Seq, s.Err, s.Code, firstDetail([]results.Sample{s}))
					}
					if secured := strings.HasPrefix(row.url, "https"); i == 0 && (s.Connect <= 0 || secured != (s.TLS > 0)) {
						t.Errorf("connecting took %v and TLS with the target %v", s.Connect, s.TLS)
					}
				}
				asked, header := p.seen()
				times := map[bool]int{true: n, false: 1}[row.each]
				if len(asked) != times || asked[0] != row.asked {
					t.Errorf("the proxy was asked %q, want %d times %q", asked, times, row.asked)
				}
				if header != nil && !row.each && header.Get("User-Agent") != "tollgate" {
					t.Errorf("the proxy was asked by %q", header.Get("User-Agent"))
				}
				if v := <-seen; v.host != row.host {
					t.Errorf("the target saw the Host %q, want %q", v.host, row.host)
				}
			})
		})
	}
}

// The time that a proxy takes to lead on is time to connect, and none of TLS with the
// target.
func TestConnectingContainsWhatTheProxyTakes(t *testing.T) {
	t.Parallel()
	const takes = 60 * time.Millisecond
	authority := newTestAuthority(t)
	eachEngine(t, func(t *testing.T, e load.Kind) {
		p := &testProxy{to: listen(t, over(authority.issue(t, nil), hello))}
		r := newRig("https://127.0.0.1")
		r.job.TLS = authority.trusted()
		r.job.Targets[0].Connection.Proxy = &targets.Proxy{Scheme: "http", Address: listen(t, func(c net.Conn) {
			time.Sleep(takes) // is what is measured
			p.serve(c)
		})}
		for _, s := range r.drive(t, e, every(time.Millisecond, 1)) {
			if s.Err != results.ErrNone || s.Connect < takes || s.TLS <= 0 {
				t.Errorf("%v: connecting took %v, TLS %v, service %v; the proxy took %v", s.Err, s.Connect, s.TLS, s.Service, takes)
			}
		}
	})
}

// proxyBehaviours are proxies that do not lead on, and how that is classed and shown.
func proxyBehaviours(vacant string) []behaviour {
	deaf := func(answer string) func(net.Conn) {
		return func(c net.Conn) { readRequest(c); say(c, answer); listenTo(c) }
	}
	ended := func(answer string) func(net.Conn) {
		return func(c net.Conn) { readRequest(c); say(c, answer) }
	}
	return []behaviour{
		{name: "a password is asked for", plain: (&testProxy{user: "me:hunter2"}).serve, class: results.ErrRefused, detail: "it refused a connection to api.test:443: 407 Proxy Authentication Required (it asks for Negotiate or Basic)"},
		{name: "something else than a password is asked for", plain: deaf("HTTP/1.1 407 No\r\nProxy-Authenticate: NTLM\r\n\r\n"), class: results.ErrRefused, detail: "407 Proxy Authentication Required (it asks for NTLM), and only Basic is sent"},
		{name: "the target cannot be reached", plain: (&testProxy{to: vacant}).serve, class: results.ErrRefused, detail: "it refused a connection to api.test:443: 502 Bad Gateway"},
		{name: "a refusal that quotes what it was sent", plain: deaf("HTTP/1.1 403 hunter2 is wrong\r\n\r\nhunter2"), class: results.ErrRefused, detail: "api.test:443: 403 Forbidden"},
		{name: "a status that does not exist", plain: deaf("HTTP/1.1 777 x\r\n\r\n"), class: results.ErrRefused, detail: "api.test:443: 777"},
		{name: "the end", plain: ended(""), class: results.ErrRefused, detail: "it closed the connection before its response to CONNECT"},
		{name: "half a head, and the end", plain: ended("HTTP/1.1 200 OK\r\nA: b\r\n"), class: results.ErrRefused, detail: "it closed the connection before its response to CONNECT"},
		{name: "a reset", plain: reset, class: results.ErrRefused, detail: "connection reset by peer"},
		{name: "no HTTP", plain: ended("hello\r\n\r\n"), class: results.ErrRefused, detail: "its response to CONNECT is not HTTP"},
		{name: "TLS", plain: ended("\x15\x03\x01\x00\x02\x02\x46"), class: results.ErrRefused, detail: "it speaks TLS at this port: its address begins with https://"},
		{name: "a head without an end", plain: ended("HTTP/1.1 200 OK\r\nA: " + strings.Repeat("x", 40_000)), class: results.ErrRefused, detail: "its response to CONNECT is not HTTP"},
		{name: "silence", plain: listenTo, class: results.ErrTimeout, slow: true, detail: "connecting"},
		{name: "no TLS behind it", plain: deaf("HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 400 Bad Request\r\n\r\n"), class: results.ErrTLS, detail: "does not speak TLS"},
		{name: "silence behind it", plain: deaf("HTTP/1.1 200 OK\r\n\r\n"), class: results.ErrTimeout, slow: true, detail: "in the TLS handshake"},
	}
}

func TestBothEnginesSeeTheSameOfHostileProxies(t *testing.T) {
	t.Parallel()
	for _, row := range proxyBehaviours(vacant(t)) {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			eachEngine(t, func(t *testing.T, e load.Kind) {
				addr := listen(t, row.plain)
				row.meet(t, e, func() *rig {
					r := newRig("https://api.test")
					r.job.Targets[0].Connection.Proxy = &targets.Proxy{Scheme: "http", Address: addr}
					return r
				})
			})
		})
	}
}

func TestAProxyWithoutTLSIsNamed(t *testing.T) {
	eachEngine(t, func(t *testing.T, e load.Kind) {
		r := newRig("https://api.test")
		r.job.Targets[0].Connection.Proxy = &targets.Proxy{Scheme: "https", Address: listen(t, func(c net.Conn) { say(c, "HTTP/1.1 400 Bad Request\r\n\r\n"); listenTo(c) })}
		if samples := r.drive(t, e, every(time.Millisecond, 1)); !strings.Contains(firstDetail(samples), ": it does not speak TLS at this port: its address begins with http://") {
			t.Errorf("%q", firstDetail(samples))
		}
	})
}

func TestBothEnginesSendProxiesTheSame(t *testing.T) {
	u, err := url.Parse("http://api.test:81/stage/a%20b//?c=d")
	if err != nil {
		t.Fatal(err)
	}
	r := &targets.Request{
		Method: "POST", URL: u, Header: targets.Header{"User-Agent": {"tollgate"}, "X-A": {"1"}, "A-b": {"2"}}, Body: []byte("body"),
		Proxy: &targets.Proxy{Scheme: "http", Address: "proxy.test:3128", User: "me", Password: targets.NewSecret("hunter2")},
	}
	ours := load.AppendHTTP1(nil, r)
	var theirs bytes.Buffer
	if err := nethttp.HTTPRequest(t.Context(), r).Write(&theirs); err != nil {
		t.Fatal(err)
	}
	want := "POST http://api.test:81/stage/a%20b//?c=d HTTP/1.1\r\nHost: api.test:81\r\nUser-Agent: tollgate\r\nContent-Length: 4\r\nA-b: 2\r\nProxy-Authorization: Basic bWU6aHVudGVyMg==\r\nX-A: 1\r\n\r\nbody"
	if string(ours) != want || theirs.String() != want {
		t.Errorf("wire sends\n%s\nand vegeta\n%s\nwant\n%s", ours, theirs.String(), want)
	}
}

func TestAProxyThatIsNotThereIsNamed(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, e load.Kind) {
		r := newRig("http://api.test")
		nowhere := vacant(t)
		r.job.Targets[0].Connection.Proxy = &targets.Proxy{Scheme: "http", Address: nowhere, User: "me", Password: targets.NewSecret("hunter2")}
		samples := r.drive(t, e, every(time.Millisecond, 2))
		if want := "the proxy " + nowhere + ": connection refused"; firstDetail(samples) != want || samples[0].Err != results.ErrRefused {
			t.Errorf("%v: %q, want %q", samples[0].Err, firstDetail(samples), want)
		}
	})
}

// A proxy that demands a client certificate, and refuses a client without one or with that of
// another authority, is distinguished from a target that does.
func TestAProxyThatDemandsACertificateIsNamed(t *testing.T) {
	t.Parallel()
	authority, other := newTestAuthority(t), newTestAuthority(t)
	wrong := &other.issue(t, nil).Certificates[0]
	for _, row := range []struct {
		name, url string
		version   uint16
		shown     *tls.Certificate
		detail    string
	}{
		{"tunnel", "https://api.test", tls.VersionTLS13, nil, ": it demands a client certificate"},
		{"tunnel, TLS 1.2", "https://api.test", tls.VersionTLS12, nil, ": it demands a client certificate"},
		{"tunnel, a certificate of another authority", "https://api.test", tls.VersionTLS13, wrong, ": it refused the client certificate"},
		{"absolute form", "http://api.test", tls.VersionTLS13, nil, ": it demands a client certificate"},
		{"absolute form, TLS 1.2", "http://api.test", tls.VersionTLS12, nil, ": it demands a client certificate"},
	} {
		t.Run(row.name, func(t *testing.T) {
			eachEngine(t, func(t *testing.T, e load.Kind) {
				config := changed(authority.issue(t, nil), func(c *tls.Config) {
					c.ClientAuth, c.ClientCAs, c.MaxVersion = tls.RequireAndVerifyClientCert, authority.trusted().RootCAs, row.version
				})
				r := newRig(row.url)
				r.job.TLS = authority.trusted()
				made := &r.job.Targets[0].Connection
				made.Proxy = &targets.Proxy{Scheme: "https", Address: listen(t, func(c net.Conn) {
					s := tls.Server(c, config)
					_ = s.Handshake() // which fails
					listenTo(s)
				})}
				made.ProxyTLS.Certificate = row.shown
				samples := r.drive(t, e, every(time.Millisecond, 1))
				if len(samples) != 1 || samples[0].Err == results.ErrNone || samples[0].Excerpt == nil || samples[0].Excerpt.Detail != "the proxy "+made.Proxy.Address+row.detail {
					t.Errorf("%+v %q", samples, firstDetail(samples))
				}
			})
		})
	}
}
