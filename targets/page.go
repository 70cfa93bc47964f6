package targets

import (
	"net/url"
	"strings"
)

// A Page is what sends requests in a browser. The zero value is none: requests come from a
// program.
type Page struct {
	Origin     string // "https://app.example.com"; "null" of a page without one
	Preflights bool   // the browser asks first where the Fetch standard has it ask
}

// SameOrigin reports whether a URL is of the page's own origin, which it may send anything.
func (p Page) SameOrigin(u *url.URL) bool {
	own, err := url.Parse(p.Origin)
	return err == nil && u != nil && own.Host != "" && strings.EqualFold(own.Scheme, u.Scheme) && strings.EqualFold(own.Hostname(), u.Hostname()) && portOf(own) == portOf(u)
}

func portOf(u *url.URL) string {
	if port := u.Port(); port != "" {
		return port
	}
	return defaultPorts[u.Scheme]
}
