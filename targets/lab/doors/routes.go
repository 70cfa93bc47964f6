package doors

import (
	"cmp"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"tollgate/targets"
)

// A Route is one method and path of an API, and what stands behind it.
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

const anyMethod = "ANY"

// allRoutes send everything to the function, as an API in front of a web framework does.
var allRoutes = []Route{{Path: "/"}, {Path: "/{proxy+}"}}

// WithFunction returns d with a function of its own. A front door with routes sends
// everything there, unless it has routes already: those of the sample application are not
// the function's.
func (d DoorConfig) WithFunction(f Function) DoorConfig {
	d.Function = &f
	if k := kindNamed(d.Kind); k != nil && slices.Contains(k.keys, "routes") && len(d.Routes) == 0 {
		d.Routes = slices.Clone(allRoutes)
	}
	return d
}

// Routed returns d with integrations behind routes, which are written as "GET /users" or
// "$default". The routes of the sample application stay where none of these takes their
// requests, unless d has others. Servers get the paths as they are. A front door without
// routes has a rule in place of "$default" that takes every path, with the server as its
// target.
func (d DoorConfig) Routed(integrations map[string]Integration) DoorConfig {
	switch k := kindNamed(d.Kind); {
	case k == nil:
	case k.OnlyMessages:
		return d.routedSockets(integrations)
	case !slices.Contains(k.keys, "routes"):
		d.Rules = slices.Clone(d.Rules)
		for _, key := range slices.Sorted(maps.Keys(integrations)) {
			d.Rules = append(d.Rules, Rule{Path: "*", Targets: []string{integrations[key].URL}})
		}
		return d
	}
	if d.Routes = slices.Clone(d.Routes); len(d.Routes) == 0 {
		d.Routes = slices.DeleteFunc(slices.Clone(sampleRoutes), func(r Route) bool {
			return slices.ContainsFunc(slices.Collect(maps.Keys(integrations)), func(key string) bool {
				return targets.Takes(key, cmp.Or(r.Method, anyMethod), r.Path)
			})
		})
	}
	for _, key := range slices.Sorted(maps.Keys(integrations)) {
		method, path, has := strings.Cut(key, " ")
		if !has {
			method, path = "", key
		}
		r := Route{Method: method, Path: path}
		i := slices.IndexFunc(d.Routes, func(o Route) bool { return cmp.Or(o.Method, anyMethod) == cmp.Or(method, anyMethod) && o.Path == path })
		if i < 0 {
			i = len(d.Routes)
			d.Routes = append(d.Routes, r)
		}
		behind := integrations[key].toServer(path)
		d.Routes[i].Integration = &behind
	}
	return d
}

var sampleRoutes = append([]Route{{Method: http.MethodGet, Path: "/"}, {Method: http.MethodPost, Path: "/predict"}, {Method: http.MethodGet, Path: "/bytes/{n}"}}, shopRoutes...)

func (d *DoorConfig) fillRoutes() {
	routes := d.Routes
	switch {
	case len(routes) > 0:
	case d.Function.Proxy != "", len(d.Function.Answers) > 0:
		routes = allRoutes
	default:
		routes = sampleRoutes
	}
	d.Routes = d.filledRoutes(routes)
	if c := d.Canary; c != nil && len(c.Routes) > 0 {
		own := *c
		own.Routes = d.filledRoutes(c.Routes)
		d.Canary = &own
	}
}

func (d *DoorConfig) filledRoutes(routes []Route) (all []Route) {
	for _, r := range routes {
		r.Method = cmp.Or(r.Method, anyMethod)
		behind := or(r.Integration, Integration{}).filled()
		r.Integration = &behind
		r.Throttle = cmp.Or(r.Throttle, d.Throttle)
		all = append(all, r)
	}
	return all
}

// placedRoutes are the lists of routes of the door, by their places.
func (d DoorConfig) placedRoutes() map[string][]Route {
	all := map[string][]Route{".routes": d.Routes}
	if d.Canary != nil {
		all[".canary.routes"] = d.Canary.Routes
	}
	return all
}

var (
	plainPath   = regexp.MustCompile(`^/(?:[A-Za-z0-9_.~:@$-]+|\{[A-Za-z0-9_.-]+\+?\})?(?:/(?:[A-Za-z0-9_.~:@$-]+|\{[A-Za-z0-9_.-]+\+?\}))*/?$`)
	plainMethod = regexp.MustCompile(`^[A-Z]{1,16}$`)
)

func (d DoorConfig) checkRoutes(at string, k *kind, p *problems) {
	for _, place := range slices.Sorted(maps.Keys(d.placedRoutes())) {
		d.checkList(at+place, d.placedRoutes()[place], k, p)
	}
}

func (d DoorConfig) checkList(at string, routes []Route, k *kind, p *problems) {
	seen := map[routeKey]bool{}
	for i, r := range routes {
		here := fmt.Sprintf("%s[%d]", at, i)
		key := routeKey{r.Method, r.Path}
		if seen[key] {
			p.add("%s: %s %s is in the list already", here, r.Method, r.Path)
		}
		seen[key] = true
		if !plainMethod.MatchString(r.Method) {
			p.add("%s.method: %q must be a method in capitals, or ANY", here, r.Method)
		}
		if (r.Path != defaultStage || k.StageInPath) && !plainPath.MatchString(r.Path) {
			p.add(`%s.path: %q must be like "/files/{name}" or "/{all+}"`, here, r.Path)
		}
		if !k.UsagePlans && (r.Validate != nil || r.Cache != nil || r.KeyRequired != nil) {
			p.add("%s: only REST APIs validate requests, keep responses and ask for API keys", here)
		}
		r.Integration.check(here+".integration", k, p)
		r.checkAddress(here+".integration", p)
		if r.Integration.Type == "lambda-custom" && d.Function.Proxy != "" {
			p.add("%s.integration: a web server takes HTTP requests, which a custom integration does not send: leave the type out", here)
		}
		r.Authorizer.check(here+".authorizer", p)
		if !k.UsagePlans && r.Authorizer != nil && r.Authorizer.Type == cognitoAuthorizer {
			p.add("%s.authorizer: only REST APIs have Cognito authorizers: here it is type login", here)
		}
		r.Validate.check(here+".validate", p)
		r.Cache.check(here+".cache", p)
		p.throttle(here+".throttle", r.Throttle)
	}
}

type route struct {
	Route
	name      string     // its key, made once
	authorize authorizer // nil: everyone may
	validate  *validator // nil: every request may pass
	limit     *bucket    // nil: none of its own
	cache     *cachePolicy
	keyed     bool // asks for an API key
	integrate stage
	pattern   *regexp.Regexp // nil: the path is exact
}

// A router finds routes: exact paths at once, patterns in their order.
type router struct {
	exact    map[routeKey]*route
	patterns []*route
	fallback *route
	all      []*route
}

type routeKey struct{ method, path string }

func newRouter(d *door, routes []Route) *router {
	r := &router{exact: map[routeKey]*route{}}
	for _, config := range routes {
		r.add(newRoute(d, config))
	}
	slices.SortStableFunc(r.patterns, func(a, b *route) int { return b.specificity() - a.specificity() })
	return r
}

func newRoute(d *door, config Route) *route {
	it := &route{
		Route: config, integrate: integrations[config.Integration.Type](d, config.Integration),
		authorize: newAuthorizer(d, config.Authorizer), validate: newValidator(config.Validate),
		name: config.key(), cache: d.config.Cache.policy(config), keyed: d.config.UsagePlan != nil && *or(config.KeyRequired, true),
	}
	if config.Throttle != nil {
		it.limit = newBucket(*config.Throttle, d.started)
	}
	return it
}

func (r *router) add(it *route) {
	r.all = append(r.all, it)
	switch {
	case it.Path == defaultStage:
		r.fallback = it
	case strings.ContainsAny(it.Path, "{"):
		it.pattern = pathPattern(it.Path)
		r.patterns = append(r.patterns, it)
	default:
		r.exact[routeKey{it.Method, it.Path}] = it
	}
}

func (r *router) find(x *exchange) bool {
	if x.path != "" {
		x.route = r.route(x.request.Method, x.path)
	}
	return x.route != nil || x.fail(targets.FaultNoRoute)
}

func (r *router) route(method, path string) *route {
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

// RouteTruth is what really happened at one route of an API.
type RouteTruth struct {
	Requests     int64 `json:"requests"`
	Invocations  int64 `json:"invocations"`
	ClientErrors int64 `json:"4xx,omitempty"`
	ServerErrors int64 `json:"5xx,omitempty"`
}

func (c *counters) countRoute(x *exchange) {
	name := x.routeKey // of a message
	if x.route != nil {
		name = x.route.name
	}
	if name == "" {
		return
	}
	if c.truth.Routes == nil {
		c.truth.Routes = map[string]RouteTruth{}
	}
	t := c.truth.Routes[name]
	t.Requests++
	addIf(&t.Invocations, x.invoking() && !x.pending)
	if x.response != nil {
		addIf(&t.ClientErrors, x.response.status/100 == 4)
		addIf(&t.ServerErrors, x.response.status/100 == 5)
	}
	c.truth.Routes[name] = t
}

func integrate(x *exchange) bool { return x.route.integrate(x) }

// stripStage takes the stage off the path; a path of another stage becomes "".
func stripStage(name string) stage {
	return func(x *exchange) bool {
		if x.domain != nil { // whose mapping says the stage
			return true
		}
		rest, known := strings.CutPrefix(x.path, "/"+name)
		switch {
		case known && rest == "":
			x.path = "/"
		case known && rest[0] == '/':
			x.path = rest
		default:
			x.path = ""
		}
		return true
	}
}

// specificity orders patterns: one with a greedy part comes after those without, and ANY
// after a method.
func (it *route) specificity() int {
	n := 2 * len(strings.Split(it.Path, "/"))
	if !strings.Contains(it.Path, "+}") {
		n += 2_000
	}
	if it.Method != anyMethod {
		n++
	}
	return n
}

var (
	variable     = regexp.MustCompile(`\\\{[A-Za-z0-9_.-]+(\\\+)?\\\}`)
	variableName = regexp.MustCompile(`\{([A-Za-z0-9_.-]+)\+?\}`)
)

func pathPattern(path string) *regexp.Regexp {
	text := variable.ReplaceAllStringFunc(regexp.QuoteMeta(path), func(v string) string {
		if strings.Contains(v, "+") {
			return "(.+)"
		}
		return "([^/]+)"
	})
	return regexp.MustCompile("^" + text + "$")
}

// key is what an HTTP API calls a route.
func (it *Route) key() string {
	if it.Path == defaultStage {
		return it.Path
	}
	return it.Method + " " + it.Path
}

// parameters are the variables of a path that the route was found for; nil: there
// are none.
func (it *route) parameters(path string) map[string]string {
	if it.pattern == nil {
		return nil
	}
	found, values := map[string]string{}, it.pattern.FindStringSubmatch(path)
	for i, name := range variableName.FindAllStringSubmatch(it.Path, -1) {
		found[name[1]] = values[i+1]
	}
	return found
}
