package stacks

import (
	"cmp"
	"strings"

	"tollgate/pricing/document"
)

// The implicit APIs of SAM, which the events of functions make, and the types of the
// events. Source: AWS SAM developer guide, "Generated CloudFormation resources".
var implicitAPIs = []struct{ id, resource, event, of string }{
	{"ServerlessRestApi", "AWS::Serverless::Api", "Api", "RestApiId"},
	{"ServerlessHttpApi", "AWS::Serverless::HttpApi", "HttpApi", "ApiId"},
}

// implicit are the APIs, and the function URLs, that functions of SAM have by their
// events and properties.
func (t *template) implicit() (all []*door) {
	for _, api := range implicitAPIs {
		for _, f := range t.resources {
			if f.kind != "AWS::Serverless::Function" || !hasEvent(f, api.event, api.of) {
				continue
			}
			r := resource{id: api.id, kind: api.resource, line: f.line}
			all = append(all, t.door(r, kindOf(api.resource)))
			break
		}
	}
	for _, f := range t.resources {
		config := f.prop("FunctionUrlConfig")
		if f.kind != "AWS::Serverless::Function" || config == nil {
			continue
		}
		const address = "AWS::Lambda::Url"
		r := resource{id: f.id + "Url", kind: address, line: f.line, props: config}
		d := t.door(r, kindOf(address))
		d.function = t.lambda(f.id)
		all = append(all, d)
	}
	return all
}

// hasEvent says whether a function has an event of a type that names no API.
func hasEvent(f resource, event, of string) bool {
	events := f.prop("Events")
	if events == nil {
		return false
	}
	for _, e := range events.Entries {
		if textOf(e.Value.Find("Type")) == event && below(e.Value, "Properties", of) == nil {
			return true
		}
	}
	return false
}

// events adds the routes that functions of SAM have at an API.
func (t *template) events(d *door) {
	for _, api := range implicitAPIs {
		if d.resource.kind != api.resource {
			continue
		}
		for _, f := range t.resources {
			events := f.prop("Events")
			if f.kind != "AWS::Serverless::Function" || events == nil {
				continue
			}
			for _, e := range events.Entries {
				props := e.Value.Find("Properties")
				of := below(props, api.of)
				if textOf(e.Value.Find("Type")) != api.event || of == nil && d.id != api.id || of != nil && !refersTo(of, d.id) {
					continue
				}
				t.event(d, f.id, e, props)
			}
		}
	}
}

// event adds one route. An event of an HTTP API without a path is its route $default.
func (t *template) event(d *door, function string, e document.Entry, props *document.Node) {
	path := cmp.Or(t.say(function+" Path", below(props, "Path")), "/{proxy+}")
	method := strings.ToUpper(cmp.Or(t.say(function+" Method", below(props, "Method")), "ANY"))
	if method == "*" {
		method = "ANY"
	}
	d.addRoute(route{method: method, path: path, line: e.Line, function: function, proof: d.authorization(textOf(below(props, "Auth", "Authorizer")))})
	d.keyed = d.keyed || t.yes(below(props, "Auth", "ApiKeyRequired"))
	d.integration(t.number(function+" TimeoutInMillis", below(props, "TimeoutInMillis")))
}

// ofServerless reads what SAM's APIs say themselves, or in the globals.
func (t *template) ofServerless(d *door) {
	global, sam := strings.CutPrefix(d.resource.kind, "AWS::Serverless::")
	if !sam {
		return
	}
	get := func(path ...string) *document.Node {
		if n := d.prop(path...); n != nil {
			return n
		}
		return below(t.apis, append([]string{global}, path...)...)
	}
	if name := get("StageName"); name != nil {
		d.stage = t.say(d.id+" StageName", name)
	}
	if d.stage == "" && d.kind.StageInPath && get("StageName") == nil {
		d.stage = "Prod" // of an implicit API
	}
	d.keyed = d.keyed || t.yes(get("Auth", "ApiKeyRequired"))
	d.authorization(textOf(get("Auth", "DefaultAuthorizer")))
	if plan := get("Auth", "UsagePlan"); plan != nil {
		d.plans = append(d.plans, t.usagePlan(d.id, d.id, plan.Find("Throttle"), plan.Find("Quota")))
	}
	if t.yes(get("CacheClusterEnabled")) {
		d.cacheGB = cmp.Or(t.say(d.id+" CacheClusterSize", get("CacheClusterSize")), "0.5")
	}
	if settings := get("MethodSettings"); settings != nil {
		for _, one := range settings.Items {
			t.settings(d, one)
		}
	}
	if defaults := get("DefaultRouteSettings"); defaults != nil {
		t.settings(d, defaults)
	}
}
