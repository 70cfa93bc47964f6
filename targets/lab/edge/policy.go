package edge

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// A Policy is what a cache behavior does.
type Policy struct {
	MinTTL, DefaultTTL, MaxTTL time.Duration
	ErrorTTL                   time.Duration // error caching minimum TTL

	Parameters []string // of the query, that make different objects; "*": the whole query
	Headers    []string // that do
	Cookies    []string // that do; "*": all
	Options    bool     // responses to OPTIONS are kept, too
	Compress   bool     // by gzip, for those who accept it
}

// Caches says whether responses to a method are kept.
func (p *Policy) Caches(method string) bool {
	return method == http.MethodGet || method == http.MethodHead || p.Options && method == http.MethodOptions
}

// directives are those of Cache-Control that matter here. A number that cannot be read is 0:
// the response is stale (RFC 9111, section 4.2.1).
type directives struct {
	withheld        bool           // no-store, no-cache or private
	unshared        bool           // no-store or private: it may not be kept for another viewer
	mustRevalidate  bool           // must-revalidate or proxy-revalidate
	maxAge, sMaxAge *time.Duration // nil: not there
	staleIfError    *time.Duration
}

func readDirectives(h http.Header) (d directives) {
	for _, line := range h["Cache-Control"] {
		for part := range strings.SplitSeq(line, ",") {
			name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
			switch strings.ToLower(name) {
			case "no-store", "private":
				d.withheld, d.unshared = true, true
			case "no-cache":
				d.withheld = true
			case "must-revalidate", "proxy-revalidate":
				d.mustRevalidate = true
			case "max-age":
				d.maxAge = deltaSeconds(value)
			case "s-maxage":
				d.sMaxAge = deltaSeconds(value)
			case "stale-if-error":
				d.staleIfError = deltaSeconds(value)
			}
		}
	}
	return d
}

// longest is that of a delta-seconds, about 68 years: more than any TTL.
const longest = (1 << 31) * time.Second

func deltaSeconds(text string) *time.Duration {
	var d time.Duration
	if n, err := strconv.ParseUint(strings.Trim(text, `"`), 10, 64); err == nil {
		d = longest
		if n < 1<<31 {
			d = time.Duration(n) * time.Second
		}
	}
	return &d
}

// stated is how long the origin has its response kept, by the first of s-maxage, max-age and
// Expires; false: it does not say.
func stated(d directives, h http.Header, now time.Time) (ttl time.Duration, says bool) {
	switch {
	case d.sMaxAge != nil:
		return *d.sMaxAge, true
	case d.maxAge != nil:
		return *d.maxAge, true
	}
	expires, given := h["Expires"]
	if !given || len(expires) == 0 {
		return 0, false
	}
	at, err := http.ParseTime(expires[0])
	if err != nil { // "0" or nonsense: it has expired (RFC 9111, section 5.3)
		return 0, true
	}
	return max(at.Sub(now), 0), true
}

// Freshness is how long a response stays fresh, and whether it is kept at all. One that is
// kept and not fresh is asked for again with conditions.
func (p *Policy) Freshness(status int, h http.Header, now time.Time) (ttl time.Duration, kept bool) {
	d := readDirectives(h)
	if status >= 400 {
		return p.errorFreshness(status, d, h, now)
	}
	if status == http.StatusPartialContent || status == http.StatusNotModified || status < 200 {
		return 0, false
	}
	said, says := stated(d, h, now)
	switch {
	case d.withheld:
		ttl = p.MinTTL
	case says:
		ttl = min(max(said, p.MinTTL), p.MaxTTL)
	default:
		ttl = max(p.DefaultTTL, p.MinTTL)
	}
	return ttl, ttl > 0 || !d.unshared && validated(h)
}

// The errors that are kept whatever the origin says, those of them that it may forbid to
// keep, and those that are kept where it says for how long. Source: CloudFront developer
// guide, "How CloudFront processes HTTP 4xx and 5xx status codes from your origin".
var (
	keptErrors      = map[int]bool{404: true, 410: true, 414: true, 500: true, 501: true, 502: true, 503: true, 504: true}
	forbiddenErrors = map[int]bool{404: true, 410: true, 414: true, 501: true}
	statedErrors    = map[int]bool{400: true, 403: true, 405: true, 412: true, 415: true}
)

func (p *Policy) errorFreshness(status int, d directives, h http.Header, now time.Time) (ttl time.Duration, kept bool) {
	said, says := stated(d, h, now)
	switch {
	case statedErrors[status]:
		kept = d.maxAge != nil || d.sMaxAge != nil
	case keptErrors[status]:
		kept = !(d.withheld && forbiddenErrors[status])
	}
	if !kept {
		return 0, false
	}
	ttl = p.ErrorTTL
	if says && !d.withheld {
		ttl = max(ttl, min(said, p.MaxTTL))
	}
	return ttl, ttl > 0
}

// validated says whether a response can be asked for again with conditions.
func validated(h http.Header) bool { return h.Get("ETag") != "" || h.Get("Last-Modified") != "" }

// conditions are the headers of a request that asks whether a response is still the latest.
func conditions(h http.Header) http.Header {
	if !validated(h) {
		return nil
	}
	ask := http.Header{}
	if tag := h.Get("ETag"); tag != "" {
		ask.Set("If-None-Match", tag)
	}
	if at := h.Get("Last-Modified"); at != "" {
		ask.Set("If-Modified-Since", at)
	}
	return ask
}

// mayBeStale says whether what expired a while ago may still be served where the origin fails.
func mayBeStale(h http.Header, expired time.Duration) bool {
	d := readDirectives(h)
	if d.staleIfError != nil {
		return expired <= *d.staleIfError
	}
	return !d.mustRevalidate && !d.withheld
}
