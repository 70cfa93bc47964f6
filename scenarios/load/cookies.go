package load

import (
	"bytes"
	"net"
	"strings"
	"sync"
	"time"

	"tollgate/scenarios/cookies"
	"tollgate/scenarios/cors"
	"tollgate/targets"
)

// Cookie is the field by which requests send cookies, SetCookie the one by which responses
// set them.
const (
	Cookie    = "Cookie"
	SetCookie = "set-cookie"
)

// originOf is where a request goes, as cookies know it.
func originOf(r *targets.Request) cookies.Origin {
	host := r.Host()
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	return cookies.Origin{Host: strings.ToLower(strings.Trim(host, "[]")), Secure: r.URL.Scheme == "https"}
}

// A Jar holds what one user's browser keeps, or that of one connection, which stands for one:
// cookies, and what pages were allowed to send (see Preflight).
// Requests that share a connection of HTTP/2 use it at the same time.
type Jar struct {
	mu   sync.Mutex
	kept cookies.Jar
	sent []byte

	allowed cors.Cache
	url     []byte
}

// Sends is what the user sends with a request to that path, "" where there are no cookies
// for it.
func (j *Jar) Sends(m *Message, path string, now time.Time) string {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.sent = j.kept.Append(j.sent[:0], m.origin, path, now)
	return string(j.sent)
}

// Keeps takes what the response to a request set.
func (j *Jar) Keeps(m *Message, set []string, path string, now time.Time) {
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, line := range set {
		j.kept.Keep(line, m.origin, path, now)
	}
}

// Empty makes it that of another user.
func (j *Jar) Empty() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.kept = cookies.Jar{}
	j.allowed.Empty()
}

// PathOf is the path in the text of a request, without its query, and without the origin
// that a request to a proxy has before it.
func PathOf(text []byte) string {
	_, rest, _ := bytes.Cut(text, []byte(" "))
	path, _, _ := bytes.Cut(rest, []byte(" "))
	path, _, _ = bytes.Cut(path, []byte("?"))
	if _, behind, absolute := bytes.Cut(path, []byte("://")); absolute && path[0] != '/' {
		path = behind[max(0, bytes.IndexByte(behind, '/')):]
	}
	return string(path)
}

// AddCookies adds a user's cookies to a request, behind those of the scenario.
func AddCookies(r *targets.Request, sent string) {
	if own := r.Header.Spelt(Cookie); own != "" {
		all := r.Header[own]
		r.Header[own] = append(all[:len(all)-1:len(all)-1], joined(all[len(all)-1], sent))
		return
	}
	r.Header[Cookie] = []string{sent}
}

// joined are a scenario's cookies and the user's.
func joined(own, sent string) string {
	if own == "" {
		return sent
	}
	return own + "; " + sent
}

// AppendWithCookies appends the text of a request with a user's cookies added: the bytes
// that AppendHTTP1 has for the request of AddCookies.
func AppendWithCookies(b, text []byte, sent string) []byte {
	at, own := cookiePlace(text)
	b = append(b, text[:at]...)
	switch {
	case !own:
		b = append(append(append(b, Cookie+": "...), sent...), "\r\n"...)
	case bytes.HasSuffix(b, []byte(": ")):
		b = append(b, sent...)
	default:
		b = append(append(b, "; "...), sent...)
	}
	return append(b, text[at:]...)
}

// cookiePlace is where cookies go in the text of a request: at the end of the last line of
// the scenario's own, or where their line stands among the others.
func cookiePlace(text []byte) (at int, own bool) {
	line := bytes.IndexByte(text, '\n') + 1
	for at = -1; ; {
		length := bytes.IndexByte(text[line:], '\n')
		if length < 2 { // the blank line
			break
		}
		name, _, _ := bytes.Cut(text[line:line+length], []byte(":"))
		switch {
		case bytes.EqualFold(name, []byte(Cookie)):
			at, own = line+length-1, true
		case at < 0 && !isEngines(name) && string(name) > Cookie:
			at = line
		}
		line += length + 1
	}
	if at < 0 {
		at = line
	}
	return at, own
}

// isEngines reports whether a line is one that the engine writes before all others.
func isEngines(name []byte) bool {
	switch string(name) {
	case "Host", "User-Agent", contentLength:
		return true
	}
	return false
}

// Jars are those of all users of a target in the closed model.
type Jars []*Jar

// Grow makes room for n users, before any of them sends.
func (j *Jars) Grow(n int) {
	for len(*j) < n {
		*j = append(*j, &Jar{})
	}
}
