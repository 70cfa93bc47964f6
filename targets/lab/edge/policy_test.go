package edge

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

var noon = time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)

// origin is a set of headers, "Name: value" each.
func origin(lines ...string) http.Header {
	h := http.Header{}
	for _, line := range lines {
		name, value, _ := strings.Cut(line, ": ")
		h.Add(name, value)
	}
	return h
}

const never = -1 * time.Second // not kept at all

// The table of the developer guide, "Manage how long content stays in the cache": what the
// origin says, under a minimum TTL of 0 and of one minute.
func TestHowLongResponsesAreKept(t *testing.T) {
	hourAhead := "Expires: " + noon.Add(time.Hour).Format(http.TimeFormat)
	for _, row := range []struct {
		name       string
		says       []string
		free, held time.Duration // with a minimum TTL of 0, and of a minute; the maximum is two hours, the default a day
	}{
		{"nothing: the default", nil, 24 * time.Hour, 24 * time.Hour},
		{"max-age between minimum and maximum", []string{"Cache-Control: max-age=600"}, 600 * time.Second, 600 * time.Second},
		{"max-age below the minimum", []string{"Cache-Control: max-age=10"}, 10 * time.Second, time.Minute},
		{"max-age above the maximum", []string{"Cache-Control: public, max-age=86400"}, 2 * time.Hour, 2 * time.Hour},
		{"s-maxage before max-age", []string{"Cache-Control: max-age=600, s-maxage=1200"}, 1200 * time.Second, 1200 * time.Second},
		{"max-age before Expires", []string{"Cache-Control: max-age=600", hourAhead}, 600 * time.Second, 600 * time.Second},
		{"Expires", []string{hourAhead}, time.Hour, time.Hour},
		{"Expires in the past", []string{"Expires: " + noon.Add(-time.Hour).Format(http.TimeFormat)}, never, time.Minute},
		{"Expires that is no date", []string{"Expires: 0"}, never, time.Minute},
		{"Expires with another directive", []string{"Cache-Control: public", hourAhead}, time.Hour, time.Hour},
		{"no-store", []string{"Cache-Control: no-store"}, never, time.Minute},
		{"private with a max-age", []string{"Cache-Control: private, max-age=600"}, never, time.Minute},
		{"no-cache", []string{"Cache-Control: no-cache"}, never, time.Minute},
		{"no-cache, and a tag to ask again with", []string{"Cache-Control: no-cache", `ETag: "a"`}, 0, time.Minute},
		{"no-store, and a tag", []string{"Cache-Control: no-store", `ETag: "a"`}, never, time.Minute},
		{"max-age=0", []string{"Cache-Control: max-age=0"}, never, time.Minute},
		{"max-age=0, and a date to ask again with", []string{"Cache-Control: max-age=0", "Last-Modified: " + noon.Format(http.TimeFormat)}, 0, time.Minute},
		{"a max-age that is no number", []string{"Cache-Control: max-age=soon"}, never, time.Minute},
		{"a max-age of centuries", []string{"Cache-Control: max-age=99999999999999999999"}, never, time.Minute},
		{"a max-age of a century", []string{"Cache-Control: max-age=9999999999"}, 2 * time.Hour, 2 * time.Hour},
		{"directives on two lines and in capitals", []string{"Cache-Control: PUBLIC", "Cache-Control: Max-Age=600"}, 600 * time.Second, 600 * time.Second},
		{"a quoted max-age", []string{`Cache-Control: max-age="600"`}, 600 * time.Second, 600 * time.Second},
		{"Vary, which the cache key stands for", []string{"Vary: *"}, 24 * time.Hour, 24 * time.Hour},
		{"a cookie", []string{"Set-Cookie: a=b", "Cache-Control: max-age=600"}, 600 * time.Second, 600 * time.Second},
	} {
		for minimum, want := range map[time.Duration]time.Duration{0: row.free, time.Minute: row.held} {
			p := Policy{MinTTL: minimum, DefaultTTL: 24 * time.Hour, MaxTTL: 2 * time.Hour}
			ttl, kept := p.Freshness(http.StatusOK, origin(row.says...), noon)
			if !kept {
				ttl = never
			}
			if ttl != want {
				t.Errorf("%s, minimum TTL %v: kept for %v, want %v", row.name, minimum, ttl, want)
			}
		}
	}
}

// "How CloudFront processes HTTP 4xx and 5xx status codes" and "Control how long CloudFront
// caches errors".
func TestHowLongErrorsAreKept(t *testing.T) {
	p := Policy{DefaultTTL: 24 * time.Hour, MaxTTL: time.Hour, ErrorTTL: 10 * time.Second}
	for _, row := range []struct {
		name   string
		status int
		says   string
		want   time.Duration
	}{
		{"a 404 that says nothing", 404, "", 10 * time.Second},
		{"a 404 that says less", 404, "max-age=5", 10 * time.Second},
		{"a 404 that says more", 404, "max-age=60", time.Minute},
		{"a 404 that says more than the maximum TTL", 404, "max-age=86400", time.Hour},
		{"a 404 that must not be kept", 404, "no-store", never},
		{"a 410 that must not be kept", 410, "private", never},
		{"a 500 that must not be kept, and is", 500, "no-store", 10 * time.Second},
		{"a 503 that must not be kept, and is", 503, "no-cache, max-age=60", 10 * time.Second},
		{"a 501 that must not be kept", 501, "no-cache", never},
		{"a 403 that says nothing", 403, "", never},
		{"a 403 that says for how long", 403, "max-age=60", time.Minute},
		{"a 400 with s-maxage", 400, "s-maxage=30", 30 * time.Second},
		{"a 429, which is no error that is kept", 429, "max-age=60", never},
		{"a 416, which is none either", 416, "max-age=60", never},
	} {
		h := http.Header{}
		if row.says != "" {
			h.Set("Cache-Control", row.says)
		}
		ttl, kept := p.Freshness(row.status, h, noon)
		if !kept {
			ttl = never
		}
		if ttl != row.want {
			t.Errorf("%s: kept for %v, want %v", row.name, ttl, row.want)
		}
	}
	for _, status := range []int{206, 304} {
		if _, kept := p.Freshness(status, http.Header{}, noon); kept {
			t.Errorf("%d is kept", status)
		}
	}
	none := Policy{MaxTTL: time.Hour}
	if _, kept := none.Freshness(404, http.Header{}, noon); kept {
		t.Error("with an error caching minimum TTL of 0 a 404 is kept")
	}
	if _, kept := none.Freshness(200, http.Header{}, noon); kept {
		t.Error("with a default TTL of 0 a response that says nothing is kept")
	}
}

func TestWhatMakesAnotherObject(t *testing.T) {
	ask := func(target string, lines ...string) *http.Request {
		r, err := http.NewRequest(http.MethodGet, "http://lab"+target, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header = origin(lines...)
		return r
	}
	for _, row := range []struct {
		name   string
		policy Policy
		a, b   *http.Request
		same   bool
	}{
		{"another query, where none is in the key", Policy{}, ask("/a?x=1"), ask("/a?x=2"), true},
		{"another query, where all of it is", Policy{Parameters: []string{"*"}}, ask("/a?x=1"), ask("/a?x=2"), false},
		{"the same parameters in another order", Policy{Parameters: []string{"*"}}, ask("/a?x=1&y=2"), ask("/a?y=2&x=1"), false},
		{"a parameter that is not listed", Policy{Parameters: []string{"x"}}, ask("/a?x=1&utm=q"), ask("/a?x=1&utm=r"), true},
		{"a parameter that is listed", Policy{Parameters: []string{"x"}}, ask("/a?x=1&utm=q"), ask("/a?x=2&utm=q"), false},
		{"another path", Policy{}, ask("/a"), ask("/b"), false},
		{"a slash and an escaped one", Policy{}, ask("/a/b"), ask("/a%2Fb"), false},
		{"a header that is not listed", Policy{}, ask("/", "Authorization: a"), ask("/", "Authorization: b"), true},
		{"a header that is listed", Policy{Headers: []string{"authorization"}}, ask("/", "Authorization: a"), ask("/", "Authorization: b"), false},
		{"a cookie that is not listed", Policy{Cookies: []string{"lang"}}, ask("/", "Cookie: id=1; lang=de"), ask("/", "Cookie: id=2; lang=de"), true},
		{"any cookie where none is listed, and none", Policy{}, ask("/", "Cookie: id=1; lang=de"), ask("/"), true},
		{"a cookie that is not listed, and none", Policy{Cookies: []string{"lang"}}, ask("/", "Cookie: id=1"), ask("/"), true},
		{"a cookie that is listed, and none", Policy{Cookies: []string{"lang"}}, ask("/", "Cookie: lang=de"), ask("/"), false},
		{"a cookie that is listed", Policy{Cookies: []string{"lang"}}, ask("/", "Cookie: lang=de"), ask("/", "Cookie: lang=en"), false},
		{"any cookie, where all are", Policy{Cookies: []string{"*"}}, ask("/", "Cookie: id=1"), ask("/", "Cookie: id=2"), false},
		{"gzip accepted, where nothing is compressed", Policy{}, ask("/", "Accept-Encoding: gzip"), ask("/"), true},
		{"gzip accepted, where it is", Policy{Compress: true}, ask("/", "Accept-Encoding: br, gzip;q=0.5"), ask("/", "Accept-Encoding: gzip;q=0"), false},
		{"gzip accepted in other words", Policy{Compress: true}, ask("/", "Accept-Encoding: gzip, br"), ask("/", "Accept-Encoding: GZIP"), true},
	} {
		if same := row.policy.Key(row.a) == row.policy.Key(row.b); same != row.same {
			t.Errorf("%s: the same object %v, want %v (%q, %q)", row.name, same, row.same, row.policy.Key(row.a), row.policy.Key(row.b))
		}
	}
}

func TestWhatIsCompressed(t *testing.T) {
	large := []byte(strings.Repeat("compress me ", 200))
	for _, row := range []struct {
		name    string
		on      bool
		accepts bool
		header  http.Header
		status  int
		body    []byte
		packed  bool
	}{
		{"JSON of a kilobyte", true, true, origin("Content-Type: application/json; charset=utf-8"), 200, large, true},
		{"a page that is not found", true, true, origin("Content-Type: text/html"), 404, large, true},
		{"for one who does not accept it", true, false, origin("Content-Type: application/json"), 200, large, false},
		{"where it is off", false, true, origin("Content-Type: application/json"), 200, large, false},
		{"less than 1,000 bytes", true, true, origin("Content-Type: application/json"), 200, large[:999], false},
		{"1,000 bytes", true, true, origin("Content-Type: application/json"), 200, large[:1000], true},
		{"a picture", true, true, origin("Content-Type: image/png"), 200, large, false},
		{"what the origin compressed", true, true, origin("Content-Type: application/json", "Content-Encoding: br"), 200, large, false},
		{"another status", true, true, origin("Content-Type: application/json"), 500, large, false},
	} {
		row.header.Set("ETag", `"a"`)
		p := Policy{Compress: row.on}
		got := p.Compressed(&Response{Status: row.status, Header: row.header, Body: row.body}, row.accepts)
		if packed := got.Header.Get("Content-Encoding") == "gzip"; packed != row.packed || packed && (len(got.Body) >= len(row.body) || got.Header.Get("ETag") != `W/"a"`) {
			t.Errorf("%s: %v, %d bytes", row.name, got.Header, len(got.Body))
		}
		if row.header.Get("ETag") != `"a"` {
			t.Errorf("%s: the origin's own response was changed", row.name)
		}
	}
}

// No header makes a response fresh for longer than the longest TTL, or for less than nothing.
func FuzzFreshness(f *testing.F) {
	f.Add(200, "max-age=1, s-maxage=2", "Mon, 30 Nov 2026 12:00:00 GMT", `"a"`)
	f.Add(503, "no-store,,=,max-age", "0", "")
	f.Fuzz(func(t *testing.T, status int, control, expires, tag string) {
		p := Policy{MinTTL: time.Second, DefaultTTL: time.Minute, MaxTTL: time.Hour, ErrorTTL: 10 * time.Second}
		h := http.Header{"Cache-Control": {control}, "Expires": {expires}, "Etag": {tag}}
		if ttl, kept := p.Freshness(status, h, noon); ttl < 0 || ttl > time.Hour || kept && ttl < time.Second {
			t.Errorf("%d %q %q: %v, %v", status, control, expires, ttl, kept)
		}
	})
}
