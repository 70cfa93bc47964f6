package cookies

import (
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"time"
)

const (
	mostCookies = 50
	longest     = 4096 // bytes of a name and its value
)

// An Origin is where a response came from, or a request goes to.
type Origin struct {
	Host   string // in lower case, without a port
	Secure bool   // HTTPS
}

// A Jar holds the cookies of one user. The zero value is empty. One goroutine uses it at
// a time.
type Jar struct {
	kept []cookie // those with longer paths first, then the earlier ones
}

type cookie struct {
	name, value string
	domain      string
	path        string
	hostOnly    bool // not for hosts within the domain
	secure      bool
	until       time.Time // zero: as long as the user
	since       uint64    // its number among all that were kept
}

// Keep takes the value of a Set-Cookie field of a response to a request with that path.
// What is no cookie, or one that the origin may not set, is ignored.
func (j *Jar) Keep(line string, from Origin, path string, now time.Time) {
	read, err := http.ParseSetCookie(line)
	if err != nil || len(read.Name)+len(read.Value) > longest || read.Secure && !from.Secure || !mayBeCalled(read) {
		return
	}
	c := cookie{name: read.Name, value: read.Value, path: read.Path, secure: read.Secure}
	if read.Quoted {
		c.value = `"` + c.value + `"`
	}
	if c.domain, c.hostOnly = domain(read.Domain, from.Host); c.domain == "" {
		return
	}
	if !strings.HasPrefix(c.path, "/") {
		c.path = defaultPath(path)
	}
	switch {
	case read.MaxAge != 0: // negative: it is over
		c.until = now.Add(time.Duration(min(read.MaxAge, 1<<30)) * time.Second)
	case !read.Expires.IsZero():
		c.until = read.Expires
	}
	j.put(c, now)
}

// mayBeCalled reports whether a cookie keeps the promise of its name. Source: RFC
// 6265bis, section 4.1.3.
func mayBeCalled(c *http.Cookie) bool {
	name := strings.ToLower(c.Name)
	switch {
	case strings.HasPrefix(name, "__host-"):
		return c.Secure && c.Path == "/" && c.Domain == ""
	case strings.HasPrefix(name, "__secure-"):
		return c.Secure
	}
	return true
}

// domain is that of a cookie which a host sets, "" if it may not set it.
func domain(asked, host string) (domain string, hostOnly bool) {
	asked = strings.ToLower(strings.TrimPrefix(asked, "."))
	switch {
	case asked == "":
		return host, true
	case asked == host:
		return host, isAddress(host) // an address has no hosts within
	case isAddress(host) || !strings.HasSuffix(host, "."+asked) || !strings.Contains(asked, "."):
		return "", false
	}
	return asked, false
}

func isAddress(host string) bool {
	_, err := netip.ParseAddr(host)
	return err == nil
}

// defaultPath is the directory of a request's path. Source: RFC 6265, section 5.1.4.
func defaultPath(path string) string {
	if i := strings.LastIndexByte(path, '/'); i > 0 && path[0] == '/' {
		return path[:i]
	}
	return "/"
}

// put replaces the cookie of that name, domain and path, or removes it.
func (j *Jar) put(c cookie, now time.Time) {
	over := !c.until.IsZero() && !c.until.After(now)
	var last uint64
	for i := range j.kept {
		old := &j.kept[i]
		if old.name == c.name && old.domain == c.domain && old.path == c.path {
			if c.since = old.since; over {
				j.kept = slices.Delete(j.kept, i, i+1)
			} else {
				*old = c
			}
			return
		}
		last = max(last, old.since)
	}
	if over {
		return
	}
	if len(j.kept) >= mostCookies {
		j.dropOldest()
	}
	c.since = last + 1
	at := slices.IndexFunc(j.kept, func(o cookie) bool { return len(o.path) < len(c.path) })
	if at < 0 {
		at = len(j.kept)
	}
	j.kept = slices.Insert(j.kept, at, c)
}

func (j *Jar) dropOldest() {
	oldest := 0
	for i := range j.kept {
		if j.kept[i].since < j.kept[oldest].since {
			oldest = i
		}
	}
	j.kept = slices.Delete(j.kept, oldest, oldest+1)
}

// Append appends the value of the Cookie field of a request: "a=1; b=2", or nothing.
func (j *Jar) Append(b []byte, to Origin, path string, now time.Time) []byte {
	from := len(b)
	over := false
	for i := range j.kept {
		c := &j.kept[i]
		if !c.until.IsZero() && !c.until.After(now) {
			over = true
			continue
		}
		if c.secure && !to.Secure || !c.isFor(to.Host) || !within(path, c.path) {
			continue
		}
		if len(b) > from {
			b = append(b, "; "...)
		}
		b = append(append(append(b, c.name...), '='), c.value...)
	}
	if over {
		j.kept = slices.DeleteFunc(j.kept, func(c cookie) bool { return !c.until.IsZero() && !c.until.After(now) })
	}
	return b
}

func (c *cookie) isFor(host string) bool {
	return host == c.domain || !c.hostOnly && strings.HasSuffix(host, c.domain) && host[len(host)-len(c.domain)-1] == '.'
}

// within reports whether a path is in a cookie's. Source: RFC 6265, section 5.1.4.
func within(path, of string) bool {
	if of == "/" {
		return true
	}
	return strings.HasPrefix(path, of) && (len(path) == len(of) || of[len(of)-1] == '/' || path[len(of)] == '/')
}
