package cors

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

const page = "https://app.example.com"

func header(lines ...string) http.Header {
	h := http.Header{}
	for _, line := range lines {
		name, value, _ := strings.Cut(line, ": ")
		h.Add(name, value)
	}
	return h
}

func TestWhichHeadersNeedToBeAllowed(t *testing.T) {
	for _, row := range []struct {
		name   string
		method string
		header http.Header
		want   string // names; "-": nothing is asked
	}{
		{name: "none", want: "-"},
		{name: "none of a DELETE", method: "DELETE", want: ""},
		{name: "what pages may send", header: header("Accept: application/json", "Accept-Language: de, en;q=0.5", "Content-Language: de"), want: "-"},
		{name: "what browsers write", header: header("Cookie: a=1", "Origin: x", "User-Agent: x", "Accept-Encoding: gzip", "Sec-Fetch-Mode: cors", "Proxy-Any: x", "Expect: 100-continue", "Connection: close", "Host: x"), want: "-"},
		{name: "JSON", method: "POST", header: header("Content-Type: application/json"), want: "content-type"},
		{name: "types of forms", method: "POST", header: header("Content-Type: multipart/form-data; boundary=x"), want: "-"},
		{name: "plain text in capitals", method: "POST", header: header("Content-Type: TEXT/PLAIN;charset=utf-8"), want: "-"},
		{name: "a type with brackets", method: "POST", header: header("Content-Type: text/plain; x=(y)"), want: "content-type"},
		{name: "a range", header: header("Range: bytes=0-99"), want: "-"},
		{name: "another range", header: header("Range: bytes=-99"), want: "range"},
		{name: "sorted, in lower case", header: header("X-B: 1", "Authorization: x", "x-a: 2", "Idempotency-Key: 3"), want: "authorization,idempotency-key,x-a,x-b"},
		{name: "an Accept that is long", header: header("Accept: " + strings.Repeat("a", 129)), want: "accept"},
		{name: "an Accept with a brace", header: header("Accept: {x}"), want: "accept"},
		{name: "a language with a sign", header: header("Accept-Language: de_DE"), want: "accept-language"},
	} {
		method := row.method
		if method == "" {
			method = "GET"
		}
		a := AskFor(page, method, row.header, false)
		got := "-"
		if a != nil {
			got = strings.Join(a.Headers, ",")
		}
		if got != row.want {
			t.Errorf("%s: %q, want %q", row.name, got, row.want)
		}
	}
}

func TestWhatAnAnswerAllows(t *testing.T) {
	for _, row := range []struct {
		name        string
		answer      http.Header
		credentials bool
		field       string // that refuses
	}{
		{name: "all by name", answer: header("Access-Control-Allow-Origin: "+page, "Access-Control-Allow-Methods: GET,PUT", "Access-Control-Allow-Headers: X-Page,authorization")},
		{name: "in several lines", answer: header("Access-Control-Allow-Origin: "+page, "Access-Control-Allow-Methods: GET", "Access-Control-Allow-Methods: PUT", "Access-Control-Allow-Headers: x-page", "Access-Control-Allow-Headers: authorization")},
		{name: "nothing", answer: header(), field: AllowOrigin},
		{name: "all origins", answer: header("Access-Control-Allow-Origin: *", "Access-Control-Allow-Methods: *", "Access-Control-Allow-Headers: *, Authorization")},
		{name: "a star does not stand for Authorization", answer: header("Access-Control-Allow-Origin: *", "Access-Control-Allow-Methods: *", "Access-Control-Allow-Headers: *"), field: AllowHeaders},
		{name: "two origins", answer: header("Access-Control-Allow-Origin: "+page, "Access-Control-Allow-Origin: "+page), field: AllowOrigin},
		{name: "methods have capitals", answer: header("Access-Control-Allow-Origin: *", "Access-Control-Allow-Methods: put", "Access-Control-Allow-Headers: x-page,authorization"), field: AllowMethods},
		{name: "a star with credentials", credentials: true, answer: header("Access-Control-Allow-Origin: *", "Access-Control-Allow-Credentials: true"), field: AllowOrigin},
		{name: "credentials that are not allowed", credentials: true, answer: header("Access-Control-Allow-Origin: "+page, "Access-Control-Allow-Methods: PUT", "Access-Control-Allow-Headers: x-page,authorization"), field: AllowCredentials},
		{name: "stars are names with credentials", credentials: true, answer: header("Access-Control-Allow-Origin: "+page, "Access-Control-Allow-Credentials: true", "Access-Control-Allow-Methods: *"), field: AllowMethods},
		{name: "credentials", credentials: true, answer: header("Access-Control-Allow-Origin: "+page, "Access-Control-Allow-Credentials: true", "Access-Control-Allow-Methods: PUT", "Access-Control-Allow-Headers: x-page,authorization")},
	} {
		a := AskFor(page, "PUT", header("X-Page: 1", "Authorization: x"), row.credentials)
		if field, saw := a.Refused(row.answer.Values); field != row.field || (saw == "") != (field == "") {
			t.Errorf("%s: %q %q, want %q", row.name, field, saw, row.field)
		}
	}
}

func TestForHowLongAnAnswerCounts(t *testing.T) {
	a := AskFor(page, "PUT", header("X-Page: 1"), false)
	for said, want := range map[string]time.Duration{
		"": 5 * time.Second, "soon": 5 * time.Second, "1.5": 5 * time.Second, "0": 0, "-1": 0, "60": time.Minute, "7200": 2 * time.Hour, "86400": 2 * time.Hour, "99999999999999999999": 2 * time.Hour,
	} {
		var c Cache
		answer := header("Access-Control-Allow-Methods: PUT", "Access-Control-Allow-Headers: x-page", "Access-Control-Max-Age: "+said)
		if said == "" {
			answer.Del("Access-Control-Max-Age")
		}
		c.Keep(a, []byte("https://api/a"), answer.Values, time.Minute)
		if want > 0 && !c.Allows(a, []byte("https://api/a"), time.Minute+want-1) {
			t.Errorf("%q: forgotten within %v", said, want)
		}
		if c.Allows(a, []byte("https://api/a"), time.Minute+want) {
			t.Errorf("%q: remembered after %v", said, want)
		}
	}
}

// What is remembered holds for one URL, for each method and header by itself, and not with
// credentials where it was asked without.
func TestWhatIsRemembered(t *testing.T) {
	var c Cache
	put := AskFor(page, "PUT", header("X-Page: 1"), false)
	c.Keep(put, []byte("https://api/a"), header("Access-Control-Allow-Methods: PUT, PATCH", "Access-Control-Allow-Headers: X-Page, X-Other", "Access-Control-Max-Age: 60").Values, 0)
	for _, row := range []struct {
		name string
		ask  *Ask
		url  string
		want bool
	}{
		{"the same", put, "https://api/a", true},
		{"another method and header that were allowed", AskFor(page, "PATCH", header("X-Other: 1"), false), "https://api/a", true},
		{"a POST", AskFor(page, "POST", header("X-Other: 1"), false), "https://api/a", true},
		{"another method", AskFor(page, "DELETE", nil, false), "https://api/a", false},
		{"a header more", AskFor(page, "PUT", header("X-Page: 1", "X-More: 1"), false), "https://api/a", false},
		{"with credentials", AskFor(page, "PUT", header("X-Page: 1"), true), "https://api/a", false},
		{"another query", put, "https://api/a?x=1", false},
	} {
		if got := c.Allows(row.ask, []byte(row.url), time.Second); got != row.want {
			t.Errorf("%s: %v", row.name, got)
		}
	}
	c.Empty()
	if c.Allows(put, []byte("https://api/a"), time.Second) {
		t.Error("another user remembers it")
	}
}

func TestAStarIsRemembered(t *testing.T) {
	var c Cache
	c.Keep(AskFor(page, "PUT", nil, false), []byte("u"), header("Access-Control-Allow-Methods: *", "Access-Control-Allow-Headers: *").Values, 0)
	if !c.Allows(AskFor(page, "DELETE", header("X-Any: 1"), false), []byte("u"), 0) || c.Allows(AskFor(page, "DELETE", header("Authorization: x"), false), []byte("u"), 0) {
		t.Error("a star allows what it should not, or not what it should")
	}
}

func TestABrowserForgetsWhatItCannotHold(t *testing.T) {
	var c Cache
	a := AskFor(page, "PUT", nil, false)
	for i := range 3 * most {
		c.Keep(a, fmt.Appendf(nil, "u%d", i), header("Access-Control-Allow-Methods: PUT", "Access-Control-Max-Age: 3600").Values, time.Duration(i))
	}
	if len(c.urls) > most || !c.Allows(a, fmt.Appendf(nil, "u%d", 3*most-1), time.Hour) || c.Allows(a, []byte("u0"), time.Second) {
		t.Errorf("it remembers %d URLs", len(c.urls))
	}
}
