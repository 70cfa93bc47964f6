package doors

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// CORS is what an API lets pages of other origins do.
type CORS struct {
	Origins []string `json:"origins"` // "*" for all
	Methods []string `json:"methods,omitempty"`
	Headers []string `json:"headers,omitempty"`
	MaxAge  int      `json:"max_age_s,omitempty"`
}

// preflight says whether r asks what a page may do.
func preflight(r *http.Request) bool {
	return r.Method == http.MethodOptions && r.Header.Get("Origin") != "" && r.Header.Get("Access-Control-Request-Method") != ""
}

// grant returns the headers that allow a page of r's origin; none where it may not.
func (c *CORS) grant(r *http.Request, asked bool) (headers [][2]string) {
	origin := r.Header.Get("Origin")
	if origin == "" || !slices.Contains(c.Origins, "*") && !slices.Contains(c.Origins, origin) {
		return nil
	}
	if slices.Contains(c.Origins, "*") {
		origin = "*"
	}
	headers = append(headers, [2]string{"Access-Control-Allow-Origin", origin})
	if !asked {
		return headers
	}
	for name, list := range map[string][]string{"Access-Control-Allow-Methods": c.Methods, "Access-Control-Allow-Headers": c.Headers} {
		if len(list) > 0 {
			headers = append(headers, [2]string{name, strings.Join(list, ",")})
		}
	}
	if c.MaxAge > 0 {
		headers = append(headers, [2]string{"Access-Control-Max-Age", strconv.Itoa(c.MaxAge)})
	}
	return headers
}

// answerPreflight lets the door answer for its pages: a REST API by the MOCK
// integration that enabling CORS makes (200), an HTTP API by itself (204).
func (d *door) answerPreflight(x *exchange, status int) {
	x.answer = newAnswer(status, jsonType, "")
	x.extra = append(x.extra, d.config.CORS.grant(x.request, true)...)
	x.own = true
}

func (c CORS) check(at string, faults *faultList) {
	if len(c.Origins) == 0 {
		faults.add(`%s.origins: name at least one, or "*"`, at)
	}
	for _, list := range [][]string{c.Origins, c.Methods, c.Headers} {
		for _, text := range list {
			if strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r > '~' }) {
				faults.add("%s: %q must be plain text", at, text)
			}
		}
	}
	if c.MaxAge < 0 || c.MaxAge > 86_400 {
		faults.add("%s.max_age_s: %d must be from 0 to 86400", at, c.MaxAge)
	}
}
