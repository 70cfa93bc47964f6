package load

import (
	"bytes"
	"net/url"
	"strings"
	"testing"

	"tollgate/targets"

	"pgregory.net/rapid"
)

// Cookies stand in the text of a request where they stand in its header.
func TestCookiesStandAtTheirPlace(t *testing.T) {
	names := rapid.SampledFrom([]string{"A", "Accept", "Cookie", "cookie", "COOKIE", "Cookie2", "Cookies", "X-B", "content-type", "user-agent", "Contents", "host-x"})
	rapid.Check(t, func(t *rapid.T) {
		r := &targets.Request{
			Method: rapid.SampledFrom([]string{"GET", "POST"}).Draw(t, "method"), URL: &url.URL{Scheme: "http", Host: "a.example", Path: "/Cookie: x"},
			Header: targets.Header{"User-Agent": {"tollgate"}}, Body: []byte(rapid.SampledFrom([]string{"", "Cookie: no\r\n\r\n"}).Draw(t, "body")),
		}
		for range rapid.IntRange(0, 6).Draw(t, "headers") {
			if name := names.Draw(t, "name"); !r.Header.Has(name) {
				r.Header[name] = rapid.SliceOfN(rapid.SampledFrom([]string{"", "x=1", "Cookie: y"}), 1, 3).Draw(t, "values")
			}
		}
		text := AppendHTTP1(nil, r)
		got := AppendWithCookies([]byte("before"), text, "a=1; b=2")
		AddCookies(r, "a=1; b=2")
		if want := append([]byte("before"), AppendHTTP1(nil, r)...); !bytes.Equal(got, want) {
			t.Fatalf("%q\nbecame %q\nwant   %q", text, got, want)
		}
	})
}

func TestThePathOfARequest(t *testing.T) {
	for text, want := range map[string]string{
		"GET / HTTP/1.1\r\n\r\n":                      "/",
		"POST /a/b?c=/d HTTP/1.1\r\nX: /e":            "/a/b",
		"GET http://a.example/b/c?d HTTP/1.1\r\n\r\n": "/b/c",
		"GET /a/http://b/c HTTP/1.1\r\n\r\n":          "/a/http://b/c",
		"GET /%20a// HTTP/1.1\r\nHost: x\r\n":         "/%20a//",
	} {
		if got := PathOf([]byte(text)); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestOriginsOfRequests(t *testing.T) {
	for address, want := range map[string]string{
		"http://A.Example:8080/x": "a.example false", "https://a.example": "a.example true",
		"http://[::1]:80": "::1 false", "https://[fe80::1%25eth0]": "fe80::1 true",
	} {
		u, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		o := originOf(&targets.Request{URL: u})
		if got := o.Host + map[bool]string{true: " true", false: " false"}[o.Secure]; got != want {
			t.Errorf("%s: %s, want %s", address, got, want)
		}
	}
	named := &targets.Request{URL: &url.URL{Scheme: "http", Host: "10.0.0.1"}, Header: targets.Header{"Host": {"www.example.com"}}}
	if o := originOf(named); !strings.HasPrefix(o.Host, "www.") {
		t.Errorf("a Host header: %s", o.Host)
	}
}
