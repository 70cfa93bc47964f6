package doors

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// An API sends requests to the very address of an HTTP integration, with the query of the
// request and without its path, unless the address has path variables of the route:
// http://127.0.0.1:8000/v1/{proxy}. A load balancer, and an API's route $default, which can
// have no variables, keep the whole path.
//
// Sources: API Gateway developer guide, "Create HTTP proxy integrations for HTTP APIs" and
// "HTTP integrations for REST APIs" (path variables). That $default keeps the path is assumed.

var addressVariable = regexp.MustCompile(`\{([^{}]*)\}`)

// addressOf says where a request for the server of an integration goes.
func (d *door) addressOf(i *Integration) func(*exchange) string {
	base, err := url.Parse(i.URL)
	if err != nil { // checked
		base = &url.URL{}
	}
	under := strings.TrimSuffix(base.Path, "/")
	at := func(path string) string {
		u := url.URL{Scheme: base.Scheme, Host: base.Host, Path: path}
		return u.String()
	}
	if !slices.Contains(d.kind.keys, "routes") {
		return func(x *exchange) string { return at(under + x.path) }
	}
	return func(x *exchange) string {
		if x.route.Path == defaultStage {
			return at(under + x.path)
		}
		values := x.route.parameters(x.path)
		return at(addressVariable.ReplaceAllStringFunc(base.Path, func(found string) string { return values[found[1:len(found)-1]] }))
	}
}

// checkAddress reports variables of an HTTP integration's address that a route does not have,
// and routes for all that is below a path whose address leads to one page.
func (it *Route) checkAddress(at string, p *problems) {
	i := it.Integration
	if i.Type != "http" {
		return
	}
	var has []string
	for _, name := range variableName.FindAllStringSubmatch(it.Path, -1) {
		has = append(has, name[1])
	}
	used := addressVariable.FindAllStringSubmatch(i.URL, -1)
	for _, name := range used {
		switch {
		case slices.Contains(has, name[1]):
		case slices.Contains(has, strings.TrimSuffix(name[1], "+")):
			p.add("%s.url: write {%s}, without the +, which belongs to the route", at, strings.TrimSuffix(name[1], "+"))
		case strings.HasPrefix(i.URL, "http://"):
			p.add("%s.url: {%s} is no variable of the path %s", at, name[1], it.Path)
		}
	}
	if len(used) == 0 && strings.HasSuffix(it.Path, "+}") {
		p.add("%s.url: every request would ask the server for the same page, as at AWS: write %s/{%s} for all that is below it", at, strings.TrimSuffix(i.URL, "/"), has[len(has)-1])
	}
}

// toServer is an integration of a route with a server whose pages have the same paths.
func (i Integration) toServer(route string) Integration {
	if i.Type == "http" && route != defaultStage {
		i.URL = strings.TrimSuffix(i.URL, "/") + strings.ReplaceAll(route, "+}", "}")
	}
	return i
}
