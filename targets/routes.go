package targets

import (
	"maps"
	"regexp"
	"slices"
	"strings"
)

// A RouteFunction is the function behind one route of an API.
type RouteFunction struct {
	Route string // "GET /users/{id}", "ANY /{proxy+}", or "$default"
	Function
}

// RouteForm is how a route is written: a method, or ANY, and a path with parameters, or
// "$default", which takes what no other takes.
const RouteForm = `\$default|(?:ANY|[A-Z]{1,16}) (/[^\s?#]*)`

// FunctionAt is the function that a request to a path calls, and the route that says so;
// "": the target's own function. An exact path comes before one with parameters, and that
// before a greedy one, as at AWS; what a template puts into a path, "${…}", stands for one
// segment. A route whose function has no name leads to the target's own.
// Source: API Gateway developer guide, "Create routes for HTTP APIs", routing.
func (t *Target) FunctionAt(method, path string) (route string, f Function) {
	best := -1
	for _, r := range t.Functions {
		if score := routeScore(r.Route, method, path); score > best {
			best, route, f = score, r.Route, r.Function
		}
	}
	if f.Name == "" {
		f = t.Function
	}
	return route, f
}

// Takes says whether a route takes the requests of a method to a path.
func Takes(route, method, path string) bool { return routeScore(route, method, path) >= 0 }

// routeScore says how well a route fits a request; -1: it does not.
func routeScore(route, method, path string) int {
	of, pattern, has := strings.Cut(route, " ")
	if !has {
		return 0 // $default
	}
	path, _, _ = strings.Cut(path, "?")
	if of != "ANY" && of != method {
		return -1
	}
	score := 1
	if of != "ANY" {
		score = 2
	}
	want, got := segments(pattern), segments(path)
	for i, w := range want {
		switch {
		case strings.HasPrefix(w, "{") && strings.HasSuffix(w, "+}"):
			if len(got) <= i {
				return -1
			}
			return score + 10*i
		case i >= len(got):
			return -1
		case strings.HasPrefix(w, "{"):
			score += 20
		case w == got[i]:
			score += 30
		default:
			return -1
		}
	}
	if len(want) != len(got) {
		return -1
	}
	return score + 1000
}

// segments are the parts of a path. A "/" within "${…}" separates none.
func segments(path string) []string {
	return strings.Split(strings.Trim(reference.ReplaceAllString(path, "*"), "/"), "/")
}

var reference = regexp.MustCompile(`\$\{[^{}]*\}`)

// RouteAt is the one of the routes that the target names which takes a request; "": none does.
func (t *Target) RouteAt(method, path string) (found string) {
	routes := slices.Clone(t.Detailed)
	for _, r := range t.Functions {
		routes = append(routes, r.Route)
	}
	for _, i := range t.Integrations {
		routes = append(routes, i.Route)
	}
	best := -1
	for _, route := range routes {
		if score := routeScore(route, method, path); score > best {
			best, found = score, route
		}
	}
	return found
}

// RouteWatch are the metrics of one route of the target, which CloudWatch has where detailed
// metrics are on. Those of a route with the method ANY name that as the method, assumed.
// Source: API Gateway developer guide, "Amazon API Gateway dimensions and metrics".
func (t *Target) RouteWatch(route string) (all []Watch) {
	if t.Kind.route == nil {
		return nil
	}
	for _, w := range t.Kind.Watch {
		stage := w.Dimensions(*t)
		if w.Namespace != apiGateway || stage == nil {
			continue
		}
		dims := maps.Clone(stage)
		maps.Copy(dims, t.Kind.route(route))
		w.Dimensions = func(Target) map[string]string { return dims }
		all = append(all, w)
	}
	return all
}

// AllFunctions are the functions behind the target, each name once, that of the target
// first; with the routes that lead to each.
func (t *Target) AllFunctions() (all []Function, routes map[string][]string) {
	routes = map[string][]string{}
	add := func(f Function) {
		if f.Name != "" && !slices.ContainsFunc(all, func(o Function) bool { return o.Name == f.Name }) {
			all = append(all, f)
		}
	}
	add(t.Function)
	for _, r := range t.Functions {
		add(r.Function)
		routes[r.Name] = append(routes[r.Name], r.Route)
	}
	return all, routes
}

// Uses says whether a version or an alias of a function, given by its name alone, is behind
// the target.
func (t *Target) Uses(function string) bool {
	all, _ := t.AllFunctions()
	return slices.ContainsFunc(all, func(f Function) bool {
		name, _ := f.Parts()
		return name == function
	})
}
