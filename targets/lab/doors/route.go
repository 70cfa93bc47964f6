package doors

import (
	"cmp"
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"
)

// A Route is one method and path of an API, or one rule of a load balancer,
// and what stands behind it.
type Route struct {
	Method      string       `json:"method,omitempty"` // default "ANY"
	Path        string       `json:"path"`             // "/files/{name}", "/{all+}"; an HTTP API's "$default" takes what no other takes
	Integration *Integration `json:"integration,omitempty"`
	Authorizer  *Authorizer  `json:"authorizer,omitempty"`
	Validate    *Validation  `json:"validate,omitempty"`         // rest-api
	Throttle    *Throttle    `json:"throttle,omitempty"`         // of the stage's method
	Cache       *MethodCache `json:"cache,omitempty"`            // rest-api; overrides the stage's
	KeyRequired *bool        `json:"api_key_required,omitempty"` // rest-api; default: where there is a usage plan
}

// A MethodCache overrides a stage's cache for one method.
type MethodCache struct {
	Off    bool     `json:"off,omitempty"`
	On     bool     `json:"on,omitempty"` // for methods other than GET, which are not kept by default
	TTL    Duration `json:"ttl,omitempty"`
	Params []string `json:"key_parameters,omitempty"`
	Heads  []string `json:"key_headers,omitempty"`
}

// A Validation is what a REST API checks before it asks what is behind.
type Validation struct {
	Query   []string        `json:"query,omitempty"` // required parameters
	Headers []string        `json:"headers,omitempty"`
	Model   json.RawMessage `json:"model,omitempty"` // JSON Schema of the body, draft 4 unless it says otherwise
}

// An Integration is what answers behind a route.
type Integration struct {
	Type    string            `json:"type"`              // "lambda" (default), "lambda-custom", "http", "mock", "queue"; load balancer: "lambda", "http", "fixed-response", "redirect"
	URL     string            `json:"url,omitempty"`     // http: on this machine
	Status  int               `json:"status,omitempty"`  // mock, fixed-response: default 200; redirect: 301 (default) or 302
	Headers map[string]string `json:"headers,omitempty"` // mock
	Body    string            `json:"body,omitempty"`    // mock, fixed-response

	Location    string         `json:"location,omitempty"`     // redirect: with #{protocol}, #{host}, #{port}, #{path} and #{query}
	ContentType string         `json:"content_type,omitempty"` // mock, fixed-response
	Errors      map[string]int `json:"errors,omitempty"`       // lambda-custom: what a function's error message must match, and the status it becomes
	Passthrough string         `json:"passthrough,omitempty"`  // lambda-custom: for bodies without a template: "WHEN_NO_MATCH" (default), "WHEN_NO_TEMPLATES" or "NEVER"
	Templates   []string       `json:"templates,omitempty"`    // lambda-custom: content types that have a mapping template, which hands the body over as it is
}

const anyMethod = "ANY"

// sampleRoutes are what an API knows whose configuration names none.
var sampleRoutes = []Route{{Method: http.MethodGet, Path: "/"}, {Method: http.MethodPost, Path: "/predict"}, {Method: http.MethodGet, Path: "/bytes/{n}"}}

// A route is a Route at work.
type route struct {
	Route
	authorize authorizer // nil: everyone may
	validate  validator  // nil: everything may pass
	limit     *bucket    // nil: none of its own
	integrate integration
	cached    bool
	key       func(*http.Request, string) string // of the cache
	ttl       time.Duration
	keyed     bool // asks for an API key
	pattern   *regexp.Regexp
}

// A router finds routes: exact paths at once, patterns in their order.
type router struct {
	exact    map[routeKey]*route
	patterns []*route
	fallback *route
}

type routeKey struct{ method, path string }

func (r *router) add(it *route) {
	switch {
	case it.Path == defaultStage:
		r.fallback = it
	case strings.ContainsAny(it.Path, "{"):
		it.pattern = pathPattern(it.Path)
		r.patterns = append(r.patterns, it)
		slices.SortStableFunc(r.patterns, func(a, b *route) int { return specificity(b.Path) - specificity(a.Path) })
	default:
		r.exact[routeKey{it.Method, it.Path}] = it
	}
}

// find returns the route of a request, or nil.
func (r *router) find(method, path string) *route {
	if it := r.exact[routeKey{method, path}]; it != nil {
		return it
	}
	if it := r.exact[routeKey{anyMethod, path}]; it != nil {
		return it
	}
	for _, it := range r.patterns {
		if (it.Method == anyMethod || it.Method == method) && it.pattern.MatchString(path) {
			return it
		}
	}
	return r.fallback
}

// specificity orders patterns: one with a greedy part comes after those without.
func specificity(path string) int {
	n := len(strings.Split(path, "/"))
	if strings.Contains(path, "+}") {
		return n
	}
	return n + 1_000
}

var variable = regexp.MustCompile(`\\\{[A-Za-z0-9_.-]+(\\\+)?\\\}`)

// pathPattern turns "/a/{b}/{c+}" into an expression.
func pathPattern(path string) *regexp.Regexp {
	text := variable.ReplaceAllStringFunc(regexp.QuoteMeta(path), func(v string) string {
		if strings.Contains(v, "+") {
			return ".+"
		}
		return "[^/]+"
	})
	return regexp.MustCompile("^" + text + "$")
}

// newRouter puts d's routes to work.
func newRouter(d *door) *router {
	r := &router{exact: map[routeKey]*route{}}
	for _, config := range d.config.Routes {
		r.add(newRoute(d, config))
	}
	return r
}

func newRoute(d *door, config Route) *route {
	it := &route{Route: config, integrate: integrations[config.Integration.Type](d, config.Integration)}
	if a := config.Authorizer; a != nil {
		it.authorize = newAuthorizer(d, *a, d.seed)
	}
	if v := config.Validate; v != nil {
		it.validate = newValidator(d, *v)
	}
	if config.Throttle != nil {
		it.limit = newBucket(*config.Throttle, d.started)
	}
	it.keyed = d.config.UsagePlan != nil
	if config.KeyRequired != nil {
		it.keyed = *config.KeyRequired && d.config.UsagePlan != nil
	}
	if d.config.Cache != nil {
		it.retain(*d.config.Cache)
	}
	return it
}

// retain sets up what is kept of a route's answers.
func (it *route) retain(stage Cache) {
	own := MethodCache{}
	if it.Cache != nil {
		own = *it.Cache
	}
	it.cached = !own.Off && (it.Method == http.MethodGet || it.Method == anyMethod || own.On)
	it.ttl = time.Duration(cmp.Or(own.TTL, stage.TTL))
	params, heads := stage.Params, stage.Heads
	if own.Params != nil || own.Heads != nil {
		params, heads = own.Params, own.Heads
	}
	it.key = func(r *http.Request, path string) string { return cacheKey(r, path, params, heads) }
}

// keeps says whether the answer to a request with this method is kept. Where a
// route takes any method, that is GET alone unless its cache is on.
func (it *route) keeps(method string) bool {
	return it.cached && (it.Method != anyMethod || method == http.MethodGet || it.Cache != nil && it.Cache.On)
}

func (r Route) filled(stage *Throttle) Route {
	if r.Method == "" {
		r.Method = anyMethod
	}
	behind := or(r.Integration, Integration{}).filled()
	r.Integration = &behind
	if r.Throttle == nil {
		r.Throttle = stage
	}
	return r
}

func (i Integration) filled() Integration {
	if i.Type == "" {
		i.Type = "lambda"
	}
	switch {
	case i.Status == 0 && i.Type == "redirect":
		i.Status = http.StatusMovedPermanently
	case i.Status == 0:
		i.Status = http.StatusOK
	}
	if i.ContentType == "" {
		i.ContentType = jsonType
	}
	return i
}
