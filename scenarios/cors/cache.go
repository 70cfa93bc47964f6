package cors

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	// remembered is for how long what a server has allowed counts that does not say it.
	// Source: Fetch standard, "CORS-preflight fetch".
	remembered = 5 * time.Second

	// longest is Chromium's bound. Source: Chromium, services/network/public/cpp/cors/
	// preflight_result.cc, kMaxTimeout.
	longest = 2 * time.Hour

	// most URLs are remembered; Chromium has as many (preflight_cache.cc).
	most = 1024
)

// A Cache is what one user's browser remembers of what it was allowed. The zero value is
// empty. One goroutine uses it at a time.
type Cache struct {
	urls map[string][]grant
}

// A grant is one method or one header that may be sent until a time on the user's clock.
type grant struct {
	name        string // of a header in lower case, or of a method
	header      bool
	credentials bool
	until       time.Duration
}

// Allows reports whether everything that a request needs was allowed for its URL before.
func (c *Cache) Allows(a *Ask, url []byte, now time.Duration) bool {
	if len(c.urls) == 0 {
		return false
	}
	grants := c.urls[string(url)]
	if a.unsafe && !a.granted(grants, a.Method, false, now) {
		return false
	}
	for _, name := range a.Headers {
		if !a.granted(grants, name, true, now) {
			return false
		}
	}
	return true
}

// granted looks for a grant of a header or a method; "*" is one for all but Authorization.
func (a *Ask) granted(grants []grant, name string, header bool, now time.Duration) bool {
	for i := range grants {
		g := &grants[i]
		if g.header == header && now < g.until && (g.credentials || !a.Credentials) && (g.name == name || g.name == "*" && !(header && name == authorization)) {
			return true
		}
	}
	return false
}

// Keep takes what an answer allows that came at a time.
func (c *Cache) Keep(a *Ask, url []byte, values func(name string) []string, now time.Duration) {
	until := now + age(strings.Join(values(MaxAge), ", "))
	grants := c.urls[string(url)]
	put := func(name string, header bool) {
		for i := range grants {
			if g := &grants[i]; g.name == name && g.header == header && g.credentials == a.Credentials {
				g.until = until
				return
			}
		}
		grants = append(grants, grant{name, header, a.Credentials, until})
	}
	for _, method := range list(values(AllowMethods)) {
		put(method, false)
	}
	for _, name := range list(values(AllowHeaders)) {
		put(strings.ToLower(name), true)
	}
	grants = slices.DeleteFunc(grants, func(g grant) bool { return g.until <= now })
	if delete(c.urls, string(url)); len(grants) > 0 {
		c.makeRoom(now)
		c.urls[string(url)] = grants
	}
}

// makeRoom forgets what has expired where there are many URLs, and if that is not enough,
// those whose time ends first.
func (c *Cache) makeRoom(now time.Duration) {
	if c.urls == nil {
		c.urls = map[string][]grant{}
	}
	if len(c.urls) < most {
		return
	}
	type known struct {
		url  string
		ends time.Duration
	}
	var all []known
	for url, grants := range c.urls {
		ends := slices.MaxFunc(grants, func(a, b grant) int { return cmp.Compare(a.until, b.until) }).until
		if ends <= now {
			delete(c.urls, url)
			continue
		}
		all = append(all, known{url, ends})
	}
	slices.SortFunc(all, func(a, b known) int { return cmp.Or(cmp.Compare(a.ends, b.ends), cmp.Compare(a.url, b.url)) })
	for _, one := range all[:max(0, len(all)-most/2)] {
		delete(c.urls, one.url)
	}
}

// Empty makes it that of another user.
func (c *Cache) Empty() { clear(c.urls) }

// age is for how long an answer counts by what it says.
func age(said string) time.Duration {
	said = strings.TrimSpace(said)
	if rest, negative := strings.CutPrefix(said, "-"); negative && isDigits(rest) {
		return 0
	}
	if !isDigits(said) {
		return remembered
	}
	n, err := strconv.ParseInt(said, 10, 64)
	if err != nil || n > int64(longest/time.Second) {
		return longest
	}
	return time.Duration(n) * time.Second
}

func isDigits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}
