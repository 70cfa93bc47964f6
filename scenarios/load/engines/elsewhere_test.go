package engines

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/scenarios/load"
	"tollgate/targets"
)

// A store is another host than the target: it notes what it is sent.
type store struct {
	mu   sync.Mutex
	puts []*http.Request
	body []string
}

func (s *store) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	b, _ := io.ReadAll(r.Body)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.puts, s.body = append(s.puts, r), append(s.body, string(b))
	http.SetCookie(w, &http.Cookie{Name: "of-the-store", Value: "1"})
}

const uploadFlow = `name: x
targets: {t: {kind: origin, url: "http://127.0.0.1:1", auth: {bearer: "${env:TOKEN}"}, cookies: true, host: api.example}}
hosts: [%s]
flows:
  - name: upload
    steps:
      - {name: ask, method: POST, path: /uploads, json: {}, extract: {url: $.url}}
      - {name: put, method: PUT, url: "${steps.ask.url}", headers: {content-type: image/jpeg}, body: "n ${steps.ask.status}"}
      - {name: done, path: /done}
load: [{constant: {rate: 1/s, for: 1s}}]
`

// uploads makes a rig whose flow asks a target for an address, and puts an object there.
func uploads(t *testing.T, hosts string, address func(n int) string) *flowRig {
	t.Helper()
	s, err := scenarios.Parse("x.yaml", fmt.Appendf(nil, uploadFlow, hosts), func(string) (string, bool) { return "t0ken-of-the-target", true })
	if err != nil {
		t.Fatal(err)
	}
	p, err := scenarios.NewPlan(s)
	if err != nil {
		t.Fatal(err)
	}
	f := &flowRig{}
	n := 0
	f.rig = newRig(serve(t, func(w http.ResponseWriter, r *http.Request) {
		f.mu.Lock()
		f.paths = append(f.paths, r.Method+" "+r.URL.Path+" "+r.Header.Get("Authorization")+r.Header.Get("Cookie"))
		n++
		url := address(n)
		f.mu.Unlock()
		http.SetCookie(w, &http.Cookie{Name: "of-the-target", Value: "1"})
		fmt.Fprintf(w, `{"url": %q}`, url)
	}).URL)
	client, connection := s.Targets[0].Client, s.Targets[0].Connection
	f.job.Targets[0].Client, f.job.Targets[0].Connection = client, connection
	f.job.Stamps = []targets.Stamp{{Sign: func(r *targets.Request) error {
		r.Header.Set("Authorization", "Bearer t0ken-of-the-target")
		return nil
	}}}
	f.job.Requests, f.job.Flows, f.job.Stride, f.job.Grace = p.Sent, p.Flows(), p.Stride, s.Grace
	f.job.FlowNumber, f.job.Hosts = uint16(len(p.Sent)), s.Hosts
	f.job.Pick = func(uint64) uint16 { return 0 }
	return f
}

// Steps go to hosts that the scenario names, over either protocol and with connections of
// their own, and carry nothing of the target's.
func TestStepsGoToOtherHosts(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name       string
		hosts      string // with the port of the store
		host       string
		tls, http2 bool
	}{
		{"by its address", `"http://127.0.0.1:%s"`, "127.0.0.1", false, false},
		{"by its name", `"http://bucket.example:%s"`, "bucket.example", false, false},
		{"by a pattern", `"http://*.s3.example:%s"`, "Bucket.s3.example", false, false},
		{"connect_to", `{url: "http://bucket.other:%[1]s", connect_to: "127.0.0.1:%[1]s"}`, "bucket.other", false, false},
		{"over TLS", `{url: "https://bucket.example:%s", tls: {insecure: true}}`, "bucket.example", true, false},
		{"over HTTP/2", `{url: "https://bucket.example:%s", tls: {insecure: true}}`, "bucket.example", true, true},
	} {
		t.Run(row.name, func(t *testing.T) {
			eachEngine(t, func(t *testing.T, e load.Kind) {
				s := &store{}
				server := httptest.NewUnstartedServer(s)
				server.EnableHTTP2 = row.http2
				if row.tls {
					server.StartTLS()
				} else {
					server.Start()
				}
				t.Cleanup(server.Close)
				at, _ := url.Parse(server.URL)
				f := uploads(t, fmt.Sprintf(row.hosts, at.Port()), func(n int) string {
					return fmt.Sprintf("%s://%s:%s/b/%d?X-Amz-Signature=s%%2Fg%d&x=a+b#top", at.Scheme, row.host, at.Port(), n, n)
				})
				f.job.Lookup = loopbackNames
				f.job.Targets[0].Client.Page.Origin = pageOrigin
				f.run(t, f.open(t, e), every(2*time.Millisecond, 10))
				sent, walks := f.apart()
				for _, sample := range append(sent, walks...) {
					if sample.Outcome() != results.OK {
						t.Fatalf("%+v %+v", sample, sample.Excerpt)
					}
				}
				s.mu.Lock()
				defer s.mu.Unlock()
				if len(sent) != 30 || len(walks) != 10 || len(s.puts) != 10 {
					t.Fatalf("%d requests of %d flows, %d at the store", len(sent), len(walks), len(s.puts))
				}
				for i, r := range s.puts {
					if want := strings.ToLower(row.host) + ":" + at.Port(); r.Host != want || r.Method != "PUT" || !strings.HasPrefix(r.RequestURI, "/b/") || !strings.HasSuffix(r.RequestURI, "&x=a+b") || s.body[i] != "n 200" {
						t.Errorf("%s %s %s %q", r.Method, r.Host, r.RequestURI, s.body[i])
					}
					if r.Header.Get("Authorization") != "" || r.Header.Get("Cookie") != "" || r.Header.Get("Origin") != pageOrigin || r.ProtoMajor == 2 != row.http2 {
						t.Errorf("%s %v", r.Proto, r.Header)
					}
					if row.tls && r.TLS.ServerName != row.host {
						t.Errorf("the name in TLS is %q", r.TLS.ServerName)
					}
				}
				f.mu.Lock()
				defer f.mu.Unlock()
				for _, path := range f.paths {
					if strings.HasPrefix(path, "GET /done") && path != "GET /done Bearer t0ken-of-the-targetof-the-target=1" {
						t.Errorf("the target got %s", path)
					}
				}
			})
		})
	}
}

func loopbackNames(_ context.Context, host string) ([]netip.Addr, error) {
	if strings.HasSuffix(host, ".example") {
		return []netip.Addr{netip.MustParseAddr("127.0.0.1")}, nil
	}
	return nil, &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}
}

// A step whose address is at a host that the scenario does not name fails, names the host, and
// is not sent; so does one without an address.
func TestStepsDoNotGoToHostsThatAreNotNamed(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ name, address, shown string }{
		{"another host", "http://evil.example/b?X-Amz-Signature=abcdefghi", "it leads to http://evil.example, which is not among hosts (http://bucket.example:81)"},
		{"another port", "http://bucket.example/b", "it leads to http://bucket.example, which is not among hosts"},
		{"another scheme", "https://bucket.example:81/b", "it leads to https://bucket.example:81, which"},
		{"a host before the host", "http://bucket.example:81@evil.example/", "its url has no host that can be connected to, or a user"},
		{"a path", "/b", "its url is no address"},
		{"another language", "file:///etc/passwd", "its url is no address"},
		{"a host that is none", "http:///b", "its url has no host"},
		{"a backslash", `http://evil.example\.bucket.example:81/b`, "its url has no host"},
		{"a line break", "http://bucket.example:81/b\r\nX: y", "its url, at http://bucket.example:81, has characters in its path or query that a URL escapes"},
		{"a port that is none", "http://bucket.example:99999/", "it leads to http://bucket.example:99999, which"},
	} {
		t.Run(row.name, func(t *testing.T) {
			eachEngine(t, func(t *testing.T, e load.Kind) {
				f := uploads(t, `"http://bucket.example:81"`, func(int) string { return row.address })
				f.job.Lookup = func(_ context.Context, host string) ([]netip.Addr, error) {
					if host != "bucket.example" {
						t.Errorf("looked up %s", host)
					}
					return nil, &net.DNSError{Err: "no such host", Name: host}
				}
				f.run(t, f.open(t, e), every(2*time.Millisecond, 3))
				sent, walks := f.apart()
				shown := 0
				for _, s := range sent {
					if s.Request != 1 {
						continue
					}
					if s.Outcome() != results.Unexpected || s.Check != "url" || s.Out != 0 {
						t.Errorf("%+v", s)
					}
					if s.Excerpt != nil {
						if shown++; !strings.HasPrefix(s.Excerpt.Detail, row.shown) || strings.Contains(s.Excerpt.Detail, "abcdefghi") {
							t.Errorf("shown is %q", s.Excerpt.Detail)
						}
					}
				}
				if len(sent) != 6 || shown != 1 || walks[0].Outcome() != results.Unexpected {
					t.Errorf("%d requests, %d shown, %+v", len(sent), shown, walks[0])
				}
			})
		})
	}
}

// The client certificate, the authorities and the proxy of the target are not those of another
// host; an untrusted one is not sent anything.
func TestOtherHostsHaveConnectionsOfTheirOwn(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, e load.Kind) {
		s := &store{}
		server := httptest.NewUnstartedServer(s)
		server.Config.ErrorLog = log.New(io.Discard, "", 0)
		server.StartTLS()
		t.Cleanup(server.Close)
		f := uploads(t, fmt.Sprintf("%q", server.URL), func(int) string { return server.URL + "/b" })
		trusted := x509.NewCertPool()
		trusted.AddCert(server.Certificate())
		f.job.Targets[0].Connection.TLS = targets.TLS{CA: trusted, Certificate: &tls.Certificate{}, Insecure: true}
		f.run(t, f.open(t, e), every(2*time.Millisecond, 3))
		sent, _ := f.apart()
		if len(sent) != 6 || len(s.puts) != 0 || sent[1].Err != results.ErrTLS {
			t.Errorf("%d requests, %d at the store: %+v", len(sent), len(s.puts), sent[1])
		}
	})
}
