package doors

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// CORS is what a door, or the application behind it, lets pages of other origins do.
//
// An HTTP API and a function URL with CORS answer preflights themselves, and add
// Access-Control-Allow-Origin to what is behind them; nothing is invoked. At a REST API the
// mock integration that "Enable CORS" makes answers preflights, and the function says by
// itself who may read its responses, as the modelled one here does. A load balancer has no
// such setting: preflights reach the application. All of them count as requests of the door;
// that API Gateway bills those that it answers as requests is assumed, since its pricing
// page makes no exception for them.
// Sources: API Gateway developer guide, "Configure CORS for HTTP APIs" (answered whether or
// not there is a route) and "Enable CORS for a resource" (mock integration); Lambda
// developer guide, "Cross-origin resource sharing (CORS)" of function URLs. That a function
// URL answers before it asks for a signature is from general knowledge.
type CORS struct {
	Origins []string `json:"origins"` // "*" for all
	Methods []string `json:"methods,omitempty"`
	Headers []string `json:"headers,omitempty"`
	MaxAge  Seconds  `json:"max_age,omitempty" doc:"was=max_age_s:s"`

	Credentials bool `json:"credentials,omitempty"` // pages may send cookies
}

func (c *CORS) check(at string, p *problems) {
	if c == nil {
		return
	}
	if len(c.Origins) == 0 {
		p.add(`%s.origins: name at least one, or "*"`, at)
	}
	if c.Credentials && slices.Contains(c.Origins, "*") {
		p.add(`%s.credentials: name the origins: no browser sends credentials to an API that lets "*" in`, at)
	}
	p.plain(at, slices.Concat(c.Origins, c.Methods, c.Headers)...)
	if c.MaxAge < 0 || c.MaxAge > 86_400 {
		p.add("%s.max_age: %ds must be from 0s to 24h", at, c.MaxAge)
	}
}

// answerPreflights lets the door itself answer what a page may do.
func (c *CORS) answerPreflights(status int) stage {
	return func(x *exchange) bool {
		if c == nil || x.path == "" || !isPreflight(x.request) {
			return true
		}
		x.own = true
		x.response = c.preflight(x, status)
		return false
	}
}

// behind is what an application with CORS answers: a preflight itself, and the rest with
// the headers that allow it.
func (c *CORS) behind(x *exchange, status int, answer func() *response) *response {
	switch {
	case c == nil:
		return answer()
	case isPreflight(x.request):
		return c.preflight(x, status)
	}
	c.allowOrigins(x)
	return answer()
}

func (c *CORS) preflight(x *exchange, status int) *response {
	x.extra = append(x.extra, c.grant(x.request, true)...)
	return newResponse(status, jsonType, "")
}

// isPreflight reports whether a request asks what a page may send. Source: Fetch standard,
// "CORS-preflight request".
func isPreflight(r *http.Request) bool {
	return r.Method == http.MethodOptions && r.Header.Get("Origin") != "" && r.Header.Get("Access-Control-Request-Method") != ""
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
	if c.Credentials {
		headers = append(headers, [2]string{"Access-Control-Allow-Credentials", "true"})
	}
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
