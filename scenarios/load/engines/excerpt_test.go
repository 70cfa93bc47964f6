package engines

import (
	"bytes"
	"compress/gzip"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/scenarios/load"
	"tollgate/targets"
)

func gzipped(s string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = io.WriteString(w, s)
	_ = w.Close()
	return b.String()
}

// reply is a server's whole response.
func reply(status string, fields string, body string) func(net.Conn) {
	return func(c net.Conn) {
		answerEach(c, fmt.Sprintf("HTTP/1.1 %s\r\n%sContent-Length: %d\r\n\r\n%s", status, fields, len(body), body), func() {})
	}
}

func TestTheFirstFailureOfEachCauseIsShown(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("0123456789", 60)
	for _, row := range []struct {
		name   string
		serve  func(net.Conn) // nil: nothing listens
		expect string
		want   results.Excerpt
	}{
		{
			"a 404 with its body", reply("404 Not Found", "Content-Type: application/json\r\nx-amzn-requestid: 1\r\n", `{"message":"Not Found"}`),
			"",
			results.Excerpt{HeaderNames: []string{"Content-Length", "Content-Type", "X-Amzn-Requestid"}, Body: `{"message":"Not Found"}`},
		},
		{"a 500 without a body", reply("500 Oops", "", ""), "", results.Excerpt{HeaderNames: []string{"Content-Length"}}},
		{"a long body is cut", reply("503 Busy", "", long), "", results.Excerpt{HeaderNames: []string{"Content-Length"}, Body: long[:results.MaxExcerptBody], Truncated: true}},
		{"control characters are escaped", reply("404 Not Found", "", "a\x1b[31m\r\n\xff\u202eb"), "", results.Excerpt{HeaderNames: []string{"Content-Length"}, Body: `a\x1b[31m\r\n` + "\ufffd" + `\u202eb`}},
		{"a compressed body is decoded", reply("404 Not Found", "Content-Encoding: gzip\r\n", gzipped("plain")), "", results.Excerpt{HeaderNames: []string{"Content-Encoding", "Content-Length"}, Body: "plain"}},
		{"a body compressed otherwise is named", reply("404 Not Found", "Content-Encoding: br\r\n", "\x01\x02"), "", results.Excerpt{HeaderNames: []string{"Content-Encoding", "Content-Length"}, Body: "(compressed: br)"}},
		{
			"secrets are masked, in names of headers too", reply("403 Forbidden", "X-0ur-S3cret-Key: 1\r\n", `{"message":"key 0ur-S3cret-Key is wrong, as is api/k3y%2Fvalue and env-value-1"}`),
			"",
			results.Excerpt{HeaderNames: []string{"Content-Length", "X-***"}, Body: `{"message":"key *** is wrong, as is api/*** and ***"}`},
		},
		{"a status that is not expected", reply("302 Found", "Location: /login\r\n", "moved"), "status: 200", results.Excerpt{HeaderNames: []string{"Content-Length", "Location"}, Body: "moved"}},
		{"a body that is not expected", reply("200 OK", "Server: x\r\n", "sorry"), "body: {contains: welcome}", results.Excerpt{HeaderNames: []string{"Content-Length", "Server"}, Body: "sorry", Detail: "it is not in the body"}},
		{"nothing listens", nil, "", results.Excerpt{Detail: "connection refused"}},
		{"no response in time", func(c net.Conn) { _, _ = io.Copy(io.Discard, c) }, "", results.Excerpt{Detail: "timeout after TIMEOUT waiting for the response"}},
		{"half a response in time", func(c net.Conn) {
			readRequest(c)
			_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\npart")
			_, _ = io.Copy(io.Discard, c)
		}, "", results.Excerpt{Detail: "timeout after TIMEOUT receiving the response, after 44 bytes"}},
		{"the connection is closed", func(c net.Conn) { readRequest(c) }, "", results.Excerpt{Detail: "connection closed before the response"}},
		{"the connection is closed within the response", func(c net.Conn) {
			readRequest(c)
			_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\npart")
		}, "", results.Excerpt{Detail: "connection closed within the response, after 44 bytes"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			eachEngine(t, func(t *testing.T, e load.Kind) {
				addr := vacant(t)
				if row.serve != nil {
					addr = listen(t, row.serve)
				}
				timeout := longTimeout
				if strings.Contains(row.want.Detail, "TIMEOUT") {
					timeout = 200 * time.Millisecond
				}
				patient(t, timeout, func(timeout time.Duration) string {
					r := newRig("http://" + addr)
					r.job.Requests[0].Expect, r.job.Requests[0].Timeout = expecting(t, row.expect), timeout
					r.job.Requests[0].Header = targets.Header{"Authorization": {"Bearer k3y/value"}}
					r.job.Requests[0].APIKey = targets.NewSecret("0ur-S3cret-Key")
					r.job.Secrets = []targets.Secret{targets.NewSecret("env-value-1")}
					got := excerpts(r.drive(t, e, every(10*time.Millisecond, 3)))
					want := row.want
					want.Detail = strings.Replace(want.Detail, "TIMEOUT", timeout.String(), 1)
					if len(got) != 1 || !reflect.DeepEqual(*got[0], want) {
						return fmt.Sprintf("shown is %+v, want %+v", got, want)
					}
					return ""
				})
			})
		})
	}
}

// excerpts are those of samples.
func excerpts(all []results.Sample) (es []*results.Excerpt) {
	for _, s := range all {
		if s.Excerpt != nil {
			es = append(es, s.Excerpt)
		}
	}
	return es
}

func TestGoodResponsesAreNotShown(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, e load.Kind) {
		r := newRig("http://" + listen(t, reply("404 Not Found", "", "as wanted")))
		r.job.Requests[0].Expect = expecting(t, "status: 404")
		if got := excerpts(r.drive(t, e, every(time.Millisecond, 5))); len(got) != 0 {
			t.Errorf("%d excerpts of good responses", len(got))
		}
	})
}

// Each cause is shown for each request, and once.
func TestEachCauseIsShownForEachRequest(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, e load.Kind) {
		var n int
		s := serve(t, func(w http.ResponseWriter, r *http.Request) {
			n++
			w.WriteHeader([]int{404, 500, 200}[n/2%3])
			_, _ = io.WriteString(w, r.URL.Path)
		})
		r := newRig(s.URL)
		r.job.Options.MaxConnections = 1
		r.job.Requests = []scenarios.Request{{Name: "a", Path: "/a", Timeout: time.Second}, {Name: "b", Path: "/b", Timeout: time.Second}}
		r.job.Pick = func(seq uint64) uint16 { return uint16(seq % 2) }
		seen := map[string]int{}
		for _, s := range r.drive(t, e, every(5*time.Millisecond, 24)) {
			if s.Excerpt != nil {
				seen[fmt.Sprint(s.Request, s.Code, s.Excerpt.Body)]++
			}
		}
		if want := map[string]int{"0 404/a": 1, "1 404/b": 1, "0 500/a": 1, "1 500/b": 1}; !reflect.DeepEqual(seen, want) {
			t.Errorf("shown are %v, want %v", seen, want)
		}
	})
}

// What a 403 is, its body says, and every engine reads it.
func TestEachReasonForA403IsToldAndShown(t *testing.T) {
	t.Parallel()
	denied := strings.Replace(targets.RESTAPI.Errors[targets.FaultPolicy].Body, targets.ResourcePlace, "arn:aws:execute-api:eu-central-1:********9012:abc123/prod/GET/users/7", 1)
	bodies := []string{`{"message":"Forbidden"}`, `{"message":"Missing Authentication Token"}`, denied + "\n", `{"error":"not yours"}`}
	want := []targets.Fault{targets.FaultForbidden, targets.FaultNoRoute, targets.FaultPolicy, targets.FaultBehind}
	eachEngine(t, func(t *testing.T, e load.Kind) {
		s := serve(t, func(w http.ResponseWriter, r *http.Request) {
			n, _ := strconv.Atoi(r.URL.Path[1:])
			w.WriteHeader(http.StatusForbidden)
			_, _ = io.WriteString(w, bodies[n])
		})
		for kind, known := range map[*targets.Kind]bool{&targets.RESTAPI: true, &targets.Origin: false} {
			r := newRig(s.URL)
			r.job.Targets[0].Kind = kind
			r.job.Requests = nil
			for i := range bodies {
				r.job.Requests = append(r.job.Requests, scenarios.Request{Name: fmt.Sprint("r", i), Path: fmt.Sprint("/", i), Timeout: time.Second})
			}
			r.job.Pick = func(seq uint64) uint16 { return uint16(seq % uint64(len(bodies))) }
			shown := 0
			for _, s := range r.drive(t, e, every(2*time.Millisecond, 12)) {
				if s.Excerpt != nil {
					shown++
				}
				fault := want[s.Request]
				if !known {
					fault = ""
				}
				if s.Mark.Fault != fault || s.Cause().Fault != fault {
					t.Errorf("%s: %s is %q, want %q", kind.Name, bodies[s.Request], s.Mark.Fault, fault)
				}
			}
			if shown != len(bodies) {
				t.Errorf("%s: %d are shown, want each once", kind.Name, shown)
			}
		}
	})
}

// A page of a distribution's own is not the API's behind it, whose responses are known too.
func TestADistributionAndWhatIsBehindItRefuse(t *testing.T) {
	t.Parallel()
	page := strings.Replace(targets.CloudFront.Errors[targets.FaultNoRoute].Body, targets.AnyRequestID, "Yj3-Kc9B6n1BPEC3dlAv2zXj4Yhx4EOBNGK1yGgGu5uG1a8bCdEfGh==", 1)
	bodies := []string{page, strings.Replace(page, "This distribution", "Request blocked. That distribution", 1), `{"message":"Missing Authentication Token"}`, `{"error":"not yours"}`}
	want := []targets.Fault{targets.FaultAtEdge, targets.FaultAtEdge, targets.FaultNoRoute, targets.FaultBehind}
	cached := []targets.CacheAnswer{targets.CacheRefused, targets.CacheRefused, targets.CacheError, targets.CacheError}
	eachEngine(t, func(t *testing.T, e load.Kind) {
		s := serve(t, func(w http.ResponseWriter, r *http.Request) {
			n, _ := strconv.Atoi(r.URL.Path[1:])
			w.Header().Set("X-Cache", "Error from cloudfront")
			w.WriteHeader(http.StatusForbidden)
			_, _ = io.WriteString(w, bodies[n])
		})
		r := newRig(s.URL)
		r.job.Targets[0].Kind, r.job.Targets[0].Distribution = &targets.CloudFront, &targets.Distribution{Origin: &targets.Target{Kind: &targets.RESTAPI}}
		r.job.Requests = nil
		for i := range bodies {
			r.job.Requests = append(r.job.Requests, scenarios.Request{Name: fmt.Sprint("r", i), Method: http.MethodGet, Path: fmt.Sprint("/", i), Timeout: time.Second})
		}
		r.job.Pick = func(seq uint64) uint16 { return uint16(seq % uint64(len(bodies))) }
		for _, s := range r.drive(t, e, every(2*time.Millisecond, len(bodies))) {
			if s.Cause().Fault != want[s.Request] || s.Cached != cached[s.Request] {
				t.Errorf("%s is %q (%s), want %q", bodies[s.Request], s.Cause().Fault, s.Cached, want[s.Request])
			}
		}
	})
}

// A signature that is made anew for each request is masked as well.
func TestASignatureIsMasked(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, e load.Kind) {
		s := serve(t, func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(http.StatusForbidden)
			_, _ = io.WriteString(w, r.Header.Get("Authorization")+"|"+r.Header.Get("X-Amz-Security-Token"))
		})
		r := newRig(s.URL)
		r.job.Stamps[0] = targets.Stamp{PerRequest: true, Sign: func(r *targets.Request) error {
			r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=SOMEKEYID0001/20261129/r/s/aws4_request, SignedHeaders=host, Signature=00ff00ff00ff00ff")
			r.Header.Set("X-Amz-Security-Token", "session/token+1==")
			return nil
		}}
		got := excerpts(r.drive(t, e, every(time.Millisecond, 1)))
		if len(got) != 1 || got[0].Body != "***|***" {
			t.Errorf("shown is %+v", got)
		}
	})
}

func TestAnUntrustedCertificateIsNamed(t *testing.T) {
	t.Parallel()
	s := httptest.NewUnstartedServer(http.NotFoundHandler())
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.StartTLS()
	t.Cleanup(s.Close)
	expired := httptest.NewUnstartedServer(http.NotFoundHandler())
	expired.Config.ErrorLog = log.New(io.Discard, "", 0)
	expired.StartTLS()
	t.Cleanup(expired.Close)
	pool := x509.NewCertPool()
	pool.AddCert(expired.Certificate())
	for _, row := range []struct {
		name   string
		config *tls.Config
		want   string
	}{
		{"by an unknown authority", nil, "certificate signed by unknown authority"},
		{"that has expired", &tls.Config{RootCAs: pool, ServerName: "example.com", Time: func() time.Time { return time.Now().AddDate(200, 0, 0) }}, "certificate has expired"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			eachEngine(t, func(t *testing.T, e load.Kind) {
				r := newRig(s.URL)
				r.job.TLS = row.config
				got := excerpts(r.drive(t, e, every(time.Millisecond, 2)))
				if len(got) != 1 || !strings.Contains(got[0].Detail, row.want) {
					t.Errorf("shown is %+v, want %q", got, row.want)
				}
			})
		})
	}
}

// Whatever a server sends, its excerpt is bounded, printable and without the
// secrets of the request.
func FuzzExcerpt(f *testing.F) {
	f.Add("X-Header", "gzip", []byte(gzipped("a secret-word")), true)
	f.Add("\x1b]0;", "", []byte("\u202e secret-word \xff\x00"), false)
	mask := targets.NewMask("secret-word")
	f.Fuzz(func(t *testing.T, name, coding string, body []byte, more bool) {
		size := int64(len(body))
		if more {
			size++
		}
		e := load.ResponseExcerpt([]string{name}, coding, body, size, nil, mask)
		for _, text := range append([]string{e.Body}, e.HeaderNames...) {
			if strings.Contains(text, "secret-word") || strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) }) {
				t.Errorf("%q shows too much", text)
			}
			if n := utf8.RuneCountInString(text); n > 10*results.MaxExcerptBody {
				t.Errorf("%d characters", n)
			}
		}
	})
}
