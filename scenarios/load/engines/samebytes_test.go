package engines

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"

	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/scenarios/load"
	"tollgate/scenarios/load/nethttp"
	"tollgate/targets"

	"pgregory.net/rapid"
)

// What a server receives is the scenario's, byte for byte, and the same from
// every engine. "HOST" stands for the host and port of the server.
func TestEnginesSendTheSameBytes(t *testing.T) {
	t.Parallel()
	const agent = "User-Agent: tollgate\r\n"
	rows := []struct {
		name    string
		host    string // in the URL; "" is the server's own
		request scenarios.Request
		want    string
	}{
		{"a plain request", "", scenarios.Request{Path: "/"}, "GET / HTTP/1.1\r\nHost: HOST\r\n" + agent},
		{"a name with underscores", "", scenarios.Request{Path: "/", Header: targets.Header{"X_MESSAGE_ID": {"1"}}}, "GET / HTTP/1.1\r\nHost: HOST\r\n" + agent + "X_MESSAGE_ID: 1\r\n"},
		{"names in lower and in mixed case", "", scenarios.Request{Path: "/", Header: targets.Header{"x-lower": {"1"}, "X-eTag": {"2"}}}, "GET / HTTP/1.1\r\nHost: HOST\r\n" + agent + "X-eTag: 2\r\nx-lower: 1\r\n"},
		{"several values in their order", "", scenarios.Request{Path: "/", Header: targets.Header{"X-A": {"two", "one", "", "two"}}}, "GET / HTTP/1.1\r\nHost: HOST\r\n" + agent + "X-A: two\r\nX-A: one\r\nX-A: \r\nX-A: two\r\n"},
		{"blanks around a value", "", scenarios.Request{Path: "/", Header: targets.Header{"X-A": {" a \t b\t "}}}, "GET / HTTP/1.1\r\nHost: HOST\r\n" + agent + "X-A: a \t b\r\n"},
		{"another User-Agent", "", scenarios.Request{Path: "/", Header: targets.Header{"User-Agent": {"me"}}}, "GET / HTTP/1.1\r\nHost: HOST\r\nUser-Agent: me\r\n"},
		{"another User-Agent in lower case", "", scenarios.Request{Path: "/", Header: targets.Header{"user-agent": {"me"}}}, "GET / HTTP/1.1\r\nHost: HOST\r\nuser-agent: me\r\n"},
		{"no User-Agent", "", scenarios.Request{Path: "/", Header: targets.Header{"User-Agent": {""}}}, "GET / HTTP/1.1\r\nHost: HOST\r\n"},
		{"no User-Agent, in lower case", "", scenarios.Request{Path: "/", Header: targets.Header{"user-agent": {""}}}, "GET / HTTP/1.1\r\nHost: HOST\r\n"},
		{"a body", "", scenarios.Request{Method: "POST", Path: "/", Header: targets.Header{"content-TYPE": {"text/plain"}}, Body: []byte("abc")}, "POST / HTTP/1.1\r\nHost: HOST\r\n" + agent + "Content-Length: 3\r\ncontent-TYPE: text/plain\r\n"},
		{"a POST without a body", "", scenarios.Request{Method: "POST", Path: "/"}, "POST / HTTP/1.1\r\nHost: HOST\r\n" + agent + "Content-Length: 0\r\n"},
		{"a question mark at the end", "", scenarios.Request{Path: "/a?"}, "GET /a? HTTP/1.1\r\nHost: HOST\r\n" + agent},
		{"a query of odd characters", "", scenarios.Request{Path: "/a?b=1;c=2&d=100%&e=%zz&f=%2f+g&&=h"}, "GET /a?b=1;c=2&d=100%&e=%zz&f=%2f+g&&=h HTTP/1.1\r\nHost: HOST\r\n" + agent},
		{"double slashes and dots", "", scenarios.Request{Path: "//a//./b/../c/."}, "GET //a//./b/../c/. HTTP/1.1\r\nHost: HOST\r\n" + agent},
		{"escapes in lower and upper case", "", scenarios.Request{Path: "/%c3%A4%2F~!$&'()*+,;=:@"}, "GET /%c3%A4%2F~!$&'()*+,;=:@ HTTP/1.1\r\nHost: HOST\r\n" + agent},
		{"a name in Punycode", "xn--bcher-kva.example", scenarios.Request{Path: "/"}, "GET / HTTP/1.1\r\nHost: HOST\r\n" + agent},
		{"a name in capitals", "A.Example", scenarios.Request{Path: "/"}, "GET / HTTP/1.1\r\nHost: HOST\r\n" + agent},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			eachEngine(t, func(t *testing.T, e load.Kind) {
				heard := make(chan string, 4)
				addr := listen(t, func(c net.Conn) { hear(c, heard) })
				if row.host != "" {
					_, port, _ := net.SplitHostPort(addr)
					addr = net.JoinHostPort(row.host, port)
				}
				r := newRig("http://" + addr)
				r.job.Lookup = func(context.Context, string) ([]netip.Addr, error) {
					return []netip.Addr{netip.MustParseAddr("127.0.0.1")}, nil
				}
				request := row.request
				request.Timeout = 10 * time.Second
				r.job.Requests[0] = request
				want := strings.ReplaceAll(row.want, "HOST", addr) + "\r\n" + string(request.Body)
				for _, s := range r.drive(t, e, every(time.Millisecond, 2)) {
					if got := <-heard; s.Err != results.ErrNone || got != want || s.Out != int64(len(want)) {
						t.Errorf("sent %q (counted as %d bytes, error %v), want %q", got, s.Out, s.Err, want)
					}
				}
			})
		})
	}
}

// hear reports each request on c as it came, and answers it.
func hear(c net.Conn, heard chan<- string) { hearing(c, heard, sized(200, "ok")) }

// hearing does so with an answer.
func hearing(c net.Conn, heard chan<- string, answer string) {
	var raw bytes.Buffer
	in := io.TeeReader(c, &raw)
	for b := bufio.NewReaderSize(in, 16); ; raw.Reset() {
		r, err := http.ReadRequest(b)
		if err != nil {
			return
		}
		_, _ = io.Copy(io.Discard, r.Body)
		heard <- raw.String()
		_, _ = io.WriteString(c, answer)
	}
}

// The zone of an address is for this machine alone: it chooses the link, and
// is not sent to a server.
func TestZonesOfAddressesAreNotSent(t *testing.T) {
	links, err := net.Interfaces()
	if err != nil || len(links) == 0 {
		t.Fatal("a machine without links", err)
	}
	r := newRig("http://[fe80::1%25" + links[0].Name + "]:8080")
	messages, err := load.Compose(r.job)
	if err != nil {
		t.Fatal(err)
	}
	request := &messages[0][0].Request
	var theirs bytes.Buffer
	if err := nethttp.HTTPRequest(t.Context(), request).Write(&theirs); err != nil {
		t.Fatal(err)
	}
	const want = "GET / HTTP/1.1\r\nHost: [fe80::1]:8080\r\nUser-Agent: tollgate\r\n\r\n"
	if ours := string(load.AppendHTTP1(nil, request)); ours != want || theirs.String() != want {
		t.Errorf("sent %q by one engine and %q by the other, want %q", ours, theirs.String(), want)
	}
}

// What appendHTTP1 writes, net/http reads back as the same request, and writes
// in as many bytes.
func TestSerialisedRequestsReadBack(t *testing.T) {
	token := rapid.StringMatching(`X-[A-Z][a-z]{0,8}`)
	value := rapid.StringMatching(`[!-~]([ -~]{0,20}[!-~])?`)
	rapid.Check(t, func(t *rapid.T) {
		r := &targets.Request{
			Method: rapid.SampledFrom([]string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}).Draw(t, "method"),
			URL:    &url.URL{Scheme: "http", Host: "a.example:81", Path: "/" + rapid.StringMatching(`[a-z/]{0,9}`).Draw(t, "path")},
			Header: targets.Header{"User-Agent": {"tollgate"}},
			Body:   rapid.SliceOfN(rapid.Byte(), 0, 50).Draw(t, "body"),
		}
		for range rapid.IntRange(0, 5).Draw(t, "headers") {
			r.Header.Add(token.Draw(t, "name"), value.Draw(t, "value"))
		}
		wire := load.AppendHTTP1(nil, r)
		back, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(wire)))
		if err != nil {
			t.Fatalf("%q does not read back: %v", wire, err)
		}
		body, err := io.ReadAll(back.Body)
		if err != nil || back.Method != r.Method || back.Host != r.URL.Host || back.URL.Path != r.URL.Path || !bytes.Equal(body, r.Body) {
			t.Fatalf("%q reads back as %+v with body %q, error %v", wire, back, body, err)
		}
		for name, values := range r.Header {
			if strings.Join(back.Header[name], "\n") != strings.Join(values, "\n") {
				t.Fatalf("header %s reads back as %q, was %q", name, back.Header[name], values)
			}
		}
		var theirs bytes.Buffer
		if err := nethttp.HTTPRequest(t.Context(), r).Write(&theirs); err != nil {
			t.Fatal(err)
		}
		if theirs.Len() != len(wire) {
			t.Fatalf("%d bytes, net/http needs %d:\n%q\n%q", len(wire), theirs.Len(), wire, theirs.Bytes())
		}
	})
}
