package doors

import (
	"fmt"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"tollgate/targets"
)

var (
	plainPath   = regexp.MustCompile(`^/(?:[A-Za-z0-9_.~:@$-]+|\{[A-Za-z0-9_.-]+\+?\})?(?:/(?:[A-Za-z0-9_.~:@$-]+|\{[A-Za-z0-9_.-]+\+?\}))*/?$`)
	plainMethod = regexp.MustCompile(`^[A-Z]{1,16}$`)
	plainHeader = regexp.MustCompile(`^[A-Za-z0-9-]{1,64}$`)
)

// checkRoutes says what is wrong with the routes of a door.
func (d DoorConfig) checkRoutes(at string, faults *faultList) {
	rest, api := d.Kind == targets.RESTAPI.Name, d.Kind == targets.HTTPAPI.Name
	if !rest && !api && len(d.Routes) > 0 {
		faults.add("%s.routes: only REST and HTTP APIs have routes", at)
		return
	}
	seen := map[routeKey]bool{}
	for i, r := range d.Routes {
		here := fmt.Sprintf("%s.routes[%d]", at, i)
		key := routeKey{r.Method, r.Path}
		if seen[key] {
			faults.add("%s: %s %s is in the list already", here, r.Method, r.Path)
		}
		seen[key] = true
		if !plainMethod.MatchString(r.Method) {
			faults.add("%s.method: %q must be a method in capitals, or ANY", here, r.Method)
		}
		if (r.Path != defaultStage || !api) && !plainPath.MatchString(r.Path) {
			faults.add(`%s.path: %q must be like "/files/{name}" or "/{all+}"`, here, r.Path)
		}
		r.check(here, d.Kind, faults)
	}
}

func (r Route) check(at, kind string, faults *faultList) {
	r.Integration.check(at+".integration", kind, faults)
	if r.Authorizer != nil {
		r.Authorizer.check(at+".authorizer", faults)
	}
	if r.Throttle != nil {
		faults.throttle(at+".throttle", *r.Throttle)
	}
	if kind != targets.RESTAPI.Name && (r.Validate != nil || r.Cache != nil || r.KeyRequired != nil) {
		faults.add("%s: only REST APIs validate requests, keep answers and ask for API keys", at)
	}
	if r.Validate != nil {
		for _, name := range slices.Concat(r.Validate.Query, r.Validate.Headers) {
			if !plainName.MatchString(name) {
				faults.add("%s.validate: %q must be a plain name", at, name)
			}
		}
		if _, err := compileModel(r.Validate.Model); err != nil {
			faults.add("%s.validate.model: not a JSON Schema: %w", at, err)
		}
	}
	if r.Cache != nil {
		faults.span(at+".cache.ttl", r.Cache.TTL, 0, longestTTL)
		if r.Cache.On && r.Cache.Off {
			faults.add("%s.cache: it cannot be on and off", at)
		}
	}
}

func (i Integration) check(at, kind string, faults *faultList) {
	if !slices.Contains(servable[kind], i.Type) {
		faults.add("%s.type: a door of kind %s has no %q; it has %s", at, kind, i.Type, strings.Join(servable[kind], ", "))
		return
	}
	if i.Status < 200 || i.Status > 599 {
		faults.add("%s.status: %d must be from 200 to 599", at, i.Status)
	}
	for name, value := range i.Headers {
		if !plainHeader.MatchString(name) || strings.ContainsFunc(value, func(r rune) bool { return r < ' ' || r > '~' }) {
			faults.add("%s.headers: %q must be a plain name with a plain value", at, name)
		}
	}
	i.checkCustom(at, faults)
	switch isHTTP := i.Type == "http"; {
	case isHTTP && !onThisMachine(i.URL):
		faults.add("%s.url: %q must be on this machine, such as http://127.0.0.1:8000", at, i.URL)
	case !isHTTP && i.URL != "":
		faults.add("%s.url: only http integrations have one", at)
	}
	switch isRedirect := i.Type == "redirect"; {
	case isRedirect:
		i.checkRedirect(at, faults)
	case i.Location != "":
		faults.add("%s.location: only redirects have one", at)
	}
	if strings.ContainsFunc(i.ContentType, func(r rune) bool { return r < ' ' || r > '~' }) {
		faults.add("%s.content_type: %q must be plain text", at, i.ContentType)
	}
}

// onThisMachine says whether an address is plain HTTP at a loopback address,
// without query or user.
func onThisMachine(address string) bool {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "http" || u.RawQuery != "" || u.User != nil || u.Fragment != "" || u.Port() == "" {
		return false
	}
	ip, err := netip.ParseAddr(u.Hostname())
	return err == nil && ip.IsLoopback()
}
