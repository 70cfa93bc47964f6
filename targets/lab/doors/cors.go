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
	MaxAge  Seconds  `json:"max_age,omitempty" doc:"was=max_age_s:s"`
}

func (c *CORS) check(at string, p *problems) {
	if c == nil {
		return
	}
	if len(c.Origins) == 0 {
		p.add(`%s.origins: name at least one, or "*"`, at)
	}
	p.plain(at, slices.Concat(c.Origins, c.Methods, c.Headers)...)
	if c.MaxAge < 0 || c.MaxAge > 86_400 {
		p.add("%s.max_age: %ds must be from 0s to 24h", at, c.MaxAge)
	}
}

// answerPreflights lets the door itself answer what a page may do.
func (c *CORS) answerPreflights(status int) stage {
	return func(x *exchange) bool {
		r := x.request
		if c == nil || x.path == "" || r.Method != http.MethodOptions || r.Header.Get("Origin") == "" || r.Header.Get("Access-Control-Request-Method") == "" {
			return true
		}
		x.response, x.own = newResponse(status, jsonType, ""), true
		x.extra = append(x.extra, c.grant(r, true)...)
		return false
	}
}

func (c *CORS) allowOrigins(x *exchange) bool {
	if c != nil {
		x.extra = append(x.extra, c.grant(x.request, false)...)
	}
	return true
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
		headers = append(headers, [2]string{"Access-Control-Max-Age", strconv.Itoa(int(c.MaxAge))})
	}
	return headers
}
