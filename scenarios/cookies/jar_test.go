package cookies

import (
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

var start = time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)

func TestWhichCookiesAreSent(t *testing.T) {
	in := func(d time.Duration) string { return start.Add(d).Format(http.TimeFormat) }
	for _, row := range []struct {
		name string
		set  []string // by https://www.example.com/a/b
		to   string   // a URL
		at   time.Duration
		want string
	}{
		{name: "none", to: "https://www.example.com/", want: ""},
		{name: "one", set: []string{"a=1"}, to: "https://www.example.com/a/c?x=/", want: "a=1"},
		{name: "in the order in which they were set", set: []string{"b=2; Path=/", "a=1; Path=/"}, to: "https://www.example.com/", want: "b=2; a=1"},
		{name: "the longest path first", set: []string{"a=1; Path=/", "b=2; Path=/a", "c=3; Path=/"}, to: "https://www.example.com/a/", want: "b=2; a=1; c=3"},
		{name: "replaced in its place", set: []string{"a=1", "b=2", "a=3"}, to: "https://www.example.com/a/", want: "a=3; b=2"},
		{name: "one of another path is another", set: []string{"a=1; Path=/", "a=2; Path=/a"}, to: "https://www.example.com/a", want: "a=2; a=1"},
		{name: "the directory of the request by default", set: []string{"a=1"}, to: "https://www.example.com/", want: ""},
		{name: "a path is no prefix of a name", set: []string{"a=1; Path=/a"}, to: "https://www.example.com/ab", want: ""},
		{name: "a path that is none", set: []string{"a=1; Path=x"}, to: "https://www.example.com/a/x", want: "a=1"},
		{name: "of the host alone", set: []string{"a=1; Path=/"}, to: "https://sub.www.example.com/", want: ""},
		{name: "of the domain", set: []string{"a=1; Path=/; Domain=example.com"}, to: "https://api.example.com/", want: "a=1"},
		{name: "of the domain with a dot", set: []string{"a=1; Path=/; Domain=.Example.com"}, to: "https://example.com/", want: "a=1"},
		{name: "of another domain", set: []string{"a=1; Path=/; Domain=other.com"}, to: "https://www.example.com/", want: ""},
		{name: "of a domain within", set: []string{"a=1; Path=/; Domain=x.www.example.com"}, to: "https://www.example.com/", want: ""},
		{name: "of a name that only ends alike", set: []string{"a=1; Path=/; Domain=example.com"}, to: "https://badexample.com/", want: ""},
		{name: "of everybody", set: []string{"a=1; Path=/; Domain=com"}, to: "https://www.example.com/", want: ""},
		{name: "secure, over HTTP", set: []string{"a=1; Path=/; Secure", "b=2; Path=/"}, to: "http://www.example.com/", want: "b=2"},
		{name: "before its end", set: []string{"a=1; Path=/; Max-Age=60", "b=2; Path=/; Expires=" + in(time.Minute)}, to: "https://www.example.com/", at: 59 * time.Second, want: "a=1; b=2"},
		{name: "after its end", set: []string{"a=1; Path=/; Max-Age=60", "b=2; Path=/; Expires=" + in(time.Minute)}, to: "https://www.example.com/", at: time.Minute, want: ""},
		{name: "Max-Age goes before Expires", set: []string{"a=1; Path=/; Max-Age=60; Expires=" + in(-time.Minute)}, to: "https://www.example.com/", want: "a=1"},
		{name: "removed", set: []string{"a=1; Path=/", "b=2; Path=/", "a=; Path=/; Max-Age=0"}, to: "https://www.example.com/", want: "b=2"},
		{name: "a value in quotes", set: []string{`a="1"; Path=/`}, to: "https://www.example.com/", want: `a="1"`},
		{name: "no cookie", set: []string{"", "=1", "a b=1", "nothing"}, to: "https://www.example.com/a/", want: ""},
		{name: "a name that promises more", set: []string{"__Host-a=1; Path=/", "__Secure-b=2; Path=/", "__Host-c=3; Path=/; Secure"}, to: "https://www.example.com/", want: "__Host-c=3"},
		{name: "as a load balancer has them", set: []string{"AWSALB=x1; Expires=" + in(time.Hour) + "; Path=/", "AWSALBCORS=x1; Expires=" + in(time.Hour) + "; Path=/; SameSite=None; Secure"}, to: "https://www.example.com/", want: "AWSALB=x1; AWSALBCORS=x1"},
		{name: "too long", set: []string{"a=" + strings.Repeat("x", 4096)}, to: "https://www.example.com/a/", want: ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			var j Jar
			for _, line := range row.set {
				j.Keep(line, Origin{"www.example.com", true}, "/a/b", start)
			}
			to, err := url.Parse(row.to)
			if err != nil {
				t.Fatal(err)
			}
			for range 2 {
				if got := string(j.Append(nil, Origin{to.Hostname(), to.Scheme == "https"}, to.Path, start.Add(row.at))); got != row.want {
					t.Errorf("sent %q, want %q", got, row.want)
				}
			}
		})
	}
}

func TestAServerCannotFillAJar(t *testing.T) {
	var j Jar
	at := Origin{"a", false}
	for i := range 1000 {
		j.Keep(fmt.Sprintf("n%d=1; Path=/", i), at, "/", start)
	}
	sent := string(j.Append(nil, at, "/", start))
	if len(j.kept) != mostCookies || !strings.HasPrefix(sent, "n950=1; ") || !strings.HasSuffix(sent, "; n999=1") {
		t.Errorf("%d cookies: %s", len(j.kept), sent)
	}
}

// A secure cookie is not taken from a response that anybody could have written.
func TestASecureCookieOverHTTPIsIgnored(t *testing.T) {
	var j Jar
	j.Keep("a=1; Path=/; Secure", Origin{"a", false}, "/", start)
	if got := j.Append(nil, Origin{"a", true}, "/", start); len(got) != 0 {
		t.Errorf("sent %s", got)
	}
}

// The jar of net/http sends the same cookies. It sends Secure ones to this machine over HTTP,
// as some browsers do; ours does not, so no such host is among these.
func TestNetHTTPSendsTheSameCookies(t *testing.T) {
	hosts := rapid.SampledFrom([]string{"example.com", "www.example.com", "a.www.example.com", "other.org", "10.0.0.1", "intranet"})
	paths := rapid.SampledFrom([]string{"/", "/a", "/a/", "/a/b", "/ab", "/a/b/c"})
	line := rapid.Custom(func(t *rapid.T) string {
		text := rapid.SampledFrom([]string{"a", "b", "c", "AWSALB"}).Draw(t, "name") + "=" + rapid.SampledFrom([]string{"", "1", "2", `"3"`, "x=y"}).Draw(t, "value")
		for range rapid.IntRange(0, 3).Draw(t, "attributes") {
			text += "; " + rapid.SampledFrom([]string{
				"Path=/", "Path=/a", "Path=/a/b", "Path=x", "Path", "Domain=example.com", "Domain=.www.example.com", "Domain=other.org", "Domain=10.0.0.1", "Domain=",
				"Secure", "HttpOnly", "SameSite=Lax", "Max-Age=0", "Max-Age=-5", "Max-Age=3600", "Max-Age=x", "Expires=Thu, 01 Jan 1970 00:00:00 GMT", "Expires=Fri, 01 Jan 2100 00:00:00 GMT", "Expires=soon",
			}).Draw(t, "attribute")
		}
		return text
	})
	rapid.Check(t, func(t *rapid.T) {
		theirs, _ := cookiejar.New(nil)
		var ours Jar
		at := func() (*url.URL, Origin) {
			u := &url.URL{Scheme: rapid.SampledFrom([]string{"http", "https"}).Draw(t, "scheme"), Host: hosts.Draw(t, "host"), Path: paths.Draw(t, "path")}
			return u, Origin{u.Host, u.Scheme == "https"}
		}
		now := time.Now()
		for range rapid.IntRange(1, 12).Draw(t, "steps") {
			if u, origin := at(); rapid.Bool().Draw(t, "sets") {
				text := line.Draw(t, "line")
				if strings.Contains(text, "Secure") && !origin.Secure {
					continue // they keep it
				}
				ours.Keep(text, origin, u.Path, now)
				theirs.SetCookies(u, (&http.Response{Header: http.Header{"Set-Cookie": {text}}}).Cookies())
			}
			u, origin := at()
			r := &http.Request{Header: http.Header{}}
			for _, c := range theirs.Cookies(u) {
				r.AddCookie(c)
			}
			if got, want := string(ours.Append(nil, origin, u.Path, now)), r.Header.Get("Cookie"); got != want {
				t.Fatalf("to %v we send %q, net/http %q", u, got, want)
			}
		}
	})
}

func FuzzKeep(f *testing.F) {
	f.Add("AWSALB=x; Expires=Mon, 30 Nov 2026 12:00:00 GMT; Path=/; SameSite=None; Secure", "www.example.com", "/a")
	f.Fuzz(func(t *testing.T, line, host, path string) {
		var j Jar
		j.Keep(line, Origin{host, true}, path, start)
		sent := string(j.Append(nil, Origin{host, true}, path, start))
		if strings.ContainsFunc(sent, func(c rune) bool { return c < ' ' || c == 0x7f }) || len(sent) > longest+3 {
			t.Errorf("%q sends %q", line, sent)
		}
	})
}

func BenchmarkAppend(b *testing.B) {
	var j Jar
	at := Origin{"www.example.com", true}
	j.Keep("AWSALB="+strings.Repeat("x", 120)+"; Max-Age=604800; Path=/", at, "/", start)
	j.Keep("session=0123456789abcdef; Path=/", at, "/", start)
	var buffer []byte
	for b.Loop() {
		buffer = j.Append(buffer[:0], at, "/predict", start)
	}
}

func BenchmarkKeep(b *testing.B) {
	var j Jar
	at := Origin{"www.example.com", true}
	line := "AWSALB=" + strings.Repeat("x", 120) + "; Expires=Mon, 07 Dec 2026 12:00:00 GMT; Path=/"
	for b.Loop() {
		j.Keep(line, at, "/predict", start)
	}
}
