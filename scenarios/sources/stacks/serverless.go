package stacks

import (
	"cmp"
	"slices"
	"strings"

	"tollgate/pricing/document"
)

// The implicit APIs of SAM, which the events of functions make, and the types of the
// events. Source: AWS SAM developer guide, "Generated CloudFormation resources".
var implicitAPIs = []struct{ id, resource, event, of string }{
	{"ServerlessRestApi", "AWS::Serverless::Api", "Api", "RestApiId"},
	{"ServerlessHttpApi", "AWS::Serverless::HttpApi", "HttpApi", "ApiId"},
}

// withEvents are the types of resources that make routes by their events.
var withEvents = []string{"AWS::Serverless::Function", stateMachine}

// stateMachine is a type of resources whose routes start executions.
const stateMachine = "AWS::Serverless::StateMachine"

// implicit are the APIs, and the function URLs, that functions of SAM have by their
// events and properties.
func (t *template) implicit() (all []*door) {
	for _, api := range implicitAPIs {
		for _, f := range t.resources {
			if !slices.Contains(withEvents, f.kind) || !hasEvent(f, api.event, api.of) {
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
			if !slices.Contains(withEvents, f.kind) || events == nil {
				continue
			}
			for _, e := range events.Entries {
				props := e.Value.Find("Properties")
				of := below(props, api.of)
				if textOf(e.Value.Find("Type")) != api.event || of == nil && d.id != api.id || of != nil && !refersTo(of, d.id) {
					continue
				}
				t.event(d, f, e, props)
			}
		}
	}
}

// event adds one route. An event of an HTTP API without a path is its route $default.
func (t *template) event(d *door, of resource, e document.Entry, props *document.Node) {
	path := cmp.Or(t.say(of.id+" Path", below(props, "Path")), "/{proxy+}")
	method := strings.ToUpper(cmp.Or(t.say(of.id+" Method", below(props, "Method")), "ANY"))
	if method == "*" {
		method = "ANY"
	}
	named := ""
	if strings.TrimPrefix(path, "/") == anyRoute {
		path, named = "/{proxy+}", anyRoute
	}
	d.validates = d.validates || t.yes(below(props, "RequestModel", "ValidateBody")) || t.yes(below(props, "RequestModel", "ValidateParameters"))
	function, service := of.id, ""
	if of.kind == stateMachine {
		function, service = "", "a state machine"
	}
	d.addRoute(route{method: method, path: path, named: named, line: e.Line, function: function, service: service, proof: t.authorizer(d, textOf(below(props, "Auth", "Authorizer")))})
	d.keyed = d.keyed || t.yes(below(props, "Auth", "ApiKeyRequired"))
	d.integration(t.number(of.id+" TimeoutInMillis", below(props, "TimeoutInMillis")))
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
		if d.stage = "Prod"; d.kind.OnlyMessages { // of an implicit API
			d.stage = "default"
		}
	}
	if d.stage == "" && get("StageName") == nil {
		d.stage = d.kind.DefaultStage
	}
	t.routeSettings(d, get("RouteSettings"))
	if routes := d.prop("Routes"); routes != nil && d.kind.OnlyMessages {
		t.socketRoutes(d, routes)
	}
	if d.selection == "" {
		d.selection = t.say(d.id+" RouteSelectionExpression", get("RouteSelectionExpression"))
	}
	d.keyed = d.keyed || t.yes(get("Auth", "ApiKeyRequired"))
	d.authorizers, d.byDefault = get("Auth", "Authorizers"), textOf(get("Auth", "DefaultAuthorizer"))
	if len(d.byDefault) > 0 {
		t.authorizer(d, "")
	}
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

// socketRoutes reads the routes that a WebSocket API of SAM has in its properties. Source: the
// schema of samtranslator, aws_serverless_websocketapi.py.
func (t *template) socketRoutes(d *door, routes *document.Node) {
	for _, e := range routes.Entries {
		of := e.Value
		d.addRoute(route{
			path: e.Key, line: e.Line, function: t.functionOf(of.Find("FunctionArn")), answers: textOf(of.Find("RouteResponseSelectionExpression")) != "",
		})
		d.keyed = d.keyed || t.yes(of.Find("ApiKeyRequired"))
		d.integration(t.number(d.id+" IntegrationTimeout", of.Find("IntegrationTimeout")))
	}
	d.authorization(textOf(d.prop("Auth", "AuthType")))
}

// authorizer remembers how callers of a route of SAM prove who they are: by the authorizer that
// the route names, or else the API's default. It says whether that asks for a proof.
func (t *template) authorizer(d *door, name string) (proof bool) {
	if name = cmp.Or(name, d.byDefault); name == "" || strings.EqualFold(name, "NONE") {
		return false
	}
	switch of := below(d.authorizers, name); {
	case of == nil:
		return d.authorization(name) // AWS_IAM
	case of.Find("UserPoolArn") != nil || of.Find("JwtConfiguration") != nil:
		return d.authorization("JWT")
	}
	return d.authorization("CUSTOM")
}
