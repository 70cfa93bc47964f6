package engines

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tollgate/results"
	"tollgate/scenarios/load"
	"tollgate/targets"
)

// A visit is what a server sees of a connection and its first request.
type visit struct {
	from, host, server string
	certificates       int // that the client shows
}

// visited answers each request, and reports the first on each connection.
func visited(seen chan<- visit) func(net.Conn) {
	return func(c net.Conn) {
		v := visit{from: c.RemoteAddr().String()}
		if s, secure := c.(*tls.Conn); secure {
			state := s.ConnectionState()
			v.server, v.certificates = state.ServerName, len(state.PeerCertificates)
		}
		b := bufio.NewReader(c)
		for {
			r, err := http.ReadRequest(b)
			if err != nil {
				return
			}
			v.host = r.Host
			select {
			case seen <- v:
			default:
			}
			_, _ = io.WriteString(c, sized(200, "ok"))
		}
	}
}

// listenAt serves a unix socket until the test ends.
func listenAt(t *testing.T, path string, serve func(net.Conn)) {
	t.Helper()
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go acceptAll(l, serve)
}

func TestConnectionsAreMadeAsTheTargetSays(t *testing.T) {
	t.Parallel()
	known, other := newTestAuthority(t), newTestAuthority(t)
	named := func(c *x509.Certificate) { c.DNSNames, c.IPAddresses = []string{"api.test"}, nil }
	secure := known.issue(t, named)
	demanding := changed(secure, func(c *tls.Config) {
		c.ClientAuth, c.ClientCAs = tls.RequireAndVerifyClientCert, known.trusted().RootCAs
	})
	client := func(a *testAuthority) *tls.Certificate {
		return &a.issue(t, func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth} }).Certificates[0]
	}
	mine, foreign := client(known), client(other)
	for _, row := range []struct {
		name   string
		server *tls.Config // nil: without TLS
		unix   bool
		url    string // its port is the server's, unless connections go elsewhere
		made   targets.Connection
		direct bool // connect_to is not set to the server
		want   visit
		class  results.ErrClass
		detail string
	}{
		{name: "elsewhere than the URL says", url: "http://api.test", want: visit{host: "api.test"}},
		{name: "elsewhere, with TLS for the URL's name", server: secure, url: "https://api.test", made: targets.Connection{TLS: targets.TLS{CA: known.trusted().RootCAs}}, want: visit{host: "api.test", server: "api.test"}},
		{name: "with another Host", url: "http://other.test", made: targets.Connection{Host: "api.test:81"}, want: visit{host: "api.test:81"}},
		{name: "with another Host, which is the name in TLS", server: secure, url: "https://other.test", made: targets.Connection{Host: "api.test:444", TLS: targets.TLS{CA: known.trusted().RootCAs}}, want: visit{host: "api.test:444", server: "api.test"}},
		{name: "with another name in TLS", server: secure, url: "https://other.test", made: targets.Connection{TLS: targets.TLS{CA: known.trusted().RootCAs, ServerName: "api.test"}}, want: visit{host: "other.test", server: "api.test"}},
		{name: "without the authority", server: secure, url: "https://api.test", class: results.ErrTLS, detail: "is not trusted: CN=Test Authority"},
		{name: "with another authority", server: secure, url: "https://api.test", made: targets.Connection{TLS: targets.TLS{CA: other.trusted().RootCAs}}, class: results.ErrTLS, detail: "is not trusted"},
		{name: "without verification", server: secure, url: "https://other.test", made: targets.Connection{TLS: targets.TLS{Insecure: true}}, want: visit{host: "other.test", server: "other.test"}},
		{name: "with a newer version than the server has", server: changed(secure, func(c *tls.Config) { c.MaxVersion = tls.VersionTLS12 }), url: "https://api.test", made: targets.Connection{TLS: targets.TLS{CA: known.trusted().RootCAs, MinVersion: tls.VersionTLS13}}, class: results.ErrTLS, detail: "protocol version"},
		{name: "with an old version that is allowed", server: changed(secure, func(c *tls.Config) { c.MinVersion, c.MaxVersion = tls.VersionTLS10, tls.VersionTLS11 }), url: "https://api.test", made: targets.Connection{TLS: targets.TLS{CA: known.trusted().RootCAs, MinVersion: tls.VersionTLS10}}, want: visit{host: "api.test", server: "api.test"}},
		{name: "with a client certificate", server: demanding, url: "https://api.test", made: targets.Connection{TLS: targets.TLS{CA: known.trusted().RootCAs, Certificate: mine}}, want: visit{host: "api.test", server: "api.test", certificates: 1}},
		{name: "with a client certificate that is not accepted", server: demanding, url: "https://api.test", made: targets.Connection{TLS: targets.TLS{CA: known.trusted().RootCAs, Certificate: foreign}}, class: results.ErrTLS, detail: "the server refused the client certificate"},
		{name: "from an address", url: "http://api.test", made: targets.Connection{Source: "127.0.0.2"}, want: visit{host: "api.test", from: "127.0.0.2"}},
		{name: "from an interface", url: "http://api.test", made: targets.Connection{Source: loopback(t)}, want: visit{host: "api.test", from: "127.0.0.1"}},
		{name: "from an address of another machine", url: "http://api.test", made: targets.Connection{Source: "192.0.2.1"}, class: results.ErrGenerator, detail: "assign requested address"},
		{name: "from an interface that is not there", url: "http://api.test", made: targets.Connection{Source: "none7"}, class: results.ErrRefused, detail: `no address or network interface "none7"`},
		{name: "by IPv4 of both", url: "http://both.test", direct: true, made: targets.Connection{IP: targets.IPv4}, want: visit{from: "127.0.0.1"}},
		{name: "by IPv6 where there is none", url: "http://four.test", direct: true, made: targets.Connection{IP: targets.IPv6}, class: results.ErrDNS, detail: "no addresses of IPv6"},
		{name: "from an address of IPv6 where there is none", url: "http://four.test", direct: true, made: targets.Connection{Source: "::1"}, class: results.ErrDNS, detail: "no addresses that the source address can reach"},
		{name: "by a unix socket", unix: true, url: "http://api.test", want: visit{host: "api.test"}},
		{name: "by a unix socket, with TLS", unix: true, server: secure, url: "https://api.test", made: targets.Connection{TLS: targets.TLS{CA: known.trusted().RootCAs}}, want: visit{host: "api.test", server: "api.test"}},
		{name: "by a unix socket that is not there", url: "http://api.test", direct: true, made: targets.Connection{UnixSocket: "/none/here.sock"}, class: results.ErrRefused, detail: "no such file or directory"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			eachEngine(t, func(t *testing.T, e load.Kind) {
				seen := make(chan visit, 1)
				serve := visited(seen)
				if row.server != nil {
					serve = over(row.server, func(s *tls.Conn) { visited(seen)(s) })
				}
				r := newRig(row.url)
				target := &r.job.Targets[0]
				target.Connection = row.made
				r.job.Lookup = func(_ context.Context, host string) ([]netip.Addr, error) {
					all := map[string][]netip.Addr{"both.test": {netip.MustParseAddr("::1"), netip.MustParseAddr("127.0.0.1")}, "four.test": {netip.MustParseAddr("127.0.0.1")}}
					return all[host], nil
				}
				switch {
				case row.unix:
					target.Connection.UnixSocket = filepath.Join(shortFolder(t), "s")
					listenAt(t, target.Connection.UnixSocket, serve)
				case row.direct:
					_, port, _ := net.SplitHostPort(listen(t, serve))
					target.URL = &url.URL{Scheme: target.URL.Scheme, Host: target.URL.Host + ":" + port}
				default:
					target.Connection.ConnectTo = listen(t, serve)
				}
				r.job.Requests[0].Timeout = 10 * time.Second
				samples := r.drive(t, e, every(time.Millisecond, 3))
				for _, s := range samples {
					if s.Err != row.class {
						t.Errorf("request %d: %v (%+v), want %v", s.Seq, s.Err, s.Excerpt, row.class)
					}
				}
				if row.class != results.ErrNone {
					if said := firstDetail(samples); !strings.Contains(said, row.detail) {
						t.Errorf("it says %q, want %q", said, row.detail)
					}
					return
				}
				if t.Failed() {
					return
				}
				got := <-seen
				if host, _, err := net.SplitHostPort(got.from); err == nil {
					got.from = host
				}
				if row.want.from == "" {
					got.from = ""
				}
				if row.direct {
					got.host = ""
				}
				if got != row.want {
					t.Errorf("the server saw %+v, want %+v", got, row.want)
				}
			})
		})
	}
}

// firstDetail is what the run shows of the first failure.
func firstDetail(samples []results.Sample) string {
	for _, s := range samples {
		if s.Excerpt != nil {
			return s.Excerpt.Detail
		}
	}
	return ""
}

// shortFolder is a folder whose name is short enough for sockets in it.
func shortFolder(t *testing.T) string {
	folder, err := os.MkdirTemp("", "s")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(folder) })
	return folder
}

// loopback is the name of the interface that leads to this machine itself.
func loopback(t *testing.T) string {
	links, err := net.Interfaces()
	if err != nil {
		t.Fatal(err)
	}
	for _, link := range links {
		if link.Flags&net.FlagLoopback != 0 {
			return link.Name
		}
	}
	t.Fatal("no loopback interface")
	return ""
}
