package stacks

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"tollgate/pricing/document"
	"tollgate/targets"
)

// A door is a front door with what belongs to it.
type door struct {
	resource
	kind     *targets.Kind
	name     string // of the API, or the balancer
	stage    string
	deployed string // the stage that a deployment makes
	routes   []route
	behind   []string // logical ids of functions that integrations call

	function                 *lambda // behind it, or behind most routes
	plans                    []usagePlan
	stageRate, stageBurst    float64 // of the stage
	single                   []limit // of single methods or routes, as the stage has them
	cacheGB                  string
	cacheTTL                 float64 // seconds; 0: not said
	timeout                  float64 // of integrations, in milliseconds; the shortest
	keyed, iam, jwt, custom  bool    // how callers prove who they are
	streaming, edge, private bool
	validates, waf           bool

	authorizers *document.Node // of an API of SAM, by their names
	byDefault   string         // the one of routes that name none

	selection string   // by what messages choose their routes
	rules     int      // of a listener
	zones     string   // of a load balancer that can be reached from outside; "": not known
	idle      []string // how long its connections last, in words
}

// A route is a method with a path, or what messages choose it by.
type route struct {
	method, path string
	named        string // how it is named, where that is not by both
	line         int
	function     string // logical id
	service      string // what is called in place of a function; "": nothing is known
	host         string // that a rule asks for
	answers      bool   // with a message to each message
	proof        bool   // an authorizer asks callers who they are
	signed       bool   // callers sign

	modelled bool           // a model describes what is sent
	example  *document.Node // made of it; nil: none
}

// doors finds all front doors, in the order of the file.
func (t *template) doors() (all []*door) {
	for _, r := range t.resources {
		kind := kindOf(r.kind)
		switch {
		case kind == nil, strings.EqualFold(textOf(r.prop("Type")), "network"), strings.EqualFold(textOf(r.prop("Type")), "gateway"):
			continue
		case strings.EqualFold(textOf(r.prop("ProtocolType")), "WEBSOCKET"):
			kind = ofMessages()
		}
		all = append(all, t.door(r, kind))
	}
	all = append(all, t.implicit()...)
	for _, d := range all {
		t.attach(d)
	}
	return all
}

// door is a front door with what its own resource says.
func (t *template) door(r resource, kind *targets.Kind) *door {
	d := &door{resource: r, kind: kind}
	d.name = t.say(r.id+" Name", r.prop("Name"))
	d.selection = t.say(r.id+" RouteSelectionExpression", r.prop("RouteSelectionExpression"))
	d.iam = strings.EqualFold(textOf(r.prop("AuthType")), "AWS_IAM")
	d.streaming = strings.EqualFold(textOf(r.prop("InvokeMode")), "RESPONSE_STREAM")
	if target := r.prop("TargetFunctionArn"); target != nil {
		d.function = t.firstFunction(target)
		d.function.qualify(t.say(r.id+" Qualifier", r.prop("Qualifier")))
	}
	if target := r.prop("Target"); target != nil { // of an HTTP API that is made in one step
		d.function = t.firstFunction(target)
		d.routes = append(d.routes, route{method: "GET", path: "/", line: r.line})
	}
	for _, of := range []*document.Node{r.prop("EndpointConfiguration", "Types"), r.prop("EndpointConfiguration", "Type"), r.prop("EndpointConfiguration")} {
		d.endpoint(of)
	}
	t.ofServerless(d)
	t.described(d, r.prop("Body"))
	t.described(d, r.prop("DefinitionBody"))
	if firstOf(r.prop("DefinitionUri"), r.prop("BodyS3Location")) != nil {
		t.leftOut("the description of " + r.id + ", which is a file of its own, with its routes")
	}
	return d
}

// endpoint reads where an API of REST is reached.
func (d *door) endpoint(n *document.Node) {
	if n == nil {
		return
	}
	types := []*document.Node{n}
	if n.Type == document.List {
		types = n.Items
	}
	for _, one := range types {
		switch strings.ToUpper(textOf(one)) {
		case "EDGE":
			d.edge = true
		case "PRIVATE":
			d.private = true
		}
	}
}

// addRoute adds a route. One that is there already is completed: a route of SAM can be
// described in two places.
func (d *door) addRoute(r route) {
	if r.method == http.MethodOptions && r.service == mocked { // preflights, which enabling CORS makes
		return
	}
	i := slices.IndexFunc(d.routes, func(known route) bool {
		return known.method == r.method && known.path == r.path && known.host == r.host
	})
	if i < 0 {
		d.routes = append(d.routes, r)
		return
	}
	known := &d.routes[i]
	known.function, known.service = cmp.Or(known.function, r.function), cmp.Or(known.service, r.service)
	known.proof, known.answers, known.modelled = known.proof || r.proof, known.answers || r.answers, known.modelled || r.modelled
	known.example = cmp.Or(known.example, r.example)
}

// integration remembers the shortest time that an integration may take.
func (d *door) integration(milliseconds float64) {
	if milliseconds > 0 && (d.timeout == 0 || milliseconds < d.timeout) {
		d.timeout = milliseconds
	}
}

// attach adds what other resources say of a front door.
func (t *template) attach(d *door) {
	for _, r := range t.resources {
		switch r.kind {
		case "AWS::ApiGateway::Method":
			t.method(d, r)
		case "AWS::ApiGateway::Stage", "AWS::ApiGateway::Deployment", "AWS::ApiGatewayV2::Stage":
			if owns(d, r, "RestApiId", "ApiId") {
				t.stageOf(d, r)
			}
		case "AWS::ApiGateway::UsagePlan":
			t.plan(d, r)
		case "AWS::ApiGateway::RequestValidator":
			d.validates = d.validates || owns(d, r, "RestApiId")
		case "AWS::ApiGatewayV2::Route":
			t.httpRoute(d, r)
		case "AWS::ApiGatewayV2::Integration":
			if owns(d, r, "ApiId") {
				d.integration(t.number(r.id+" timeout", r.prop("TimeoutInMillis")))
				d.behind = append(d.behind, t.functionOf(r.prop("IntegrationUri")))
			}
		case "AWS::ElasticLoadBalancingV2::ListenerRule", "AWS::ElasticLoadBalancingV2::Listener":
			t.listener(d, r)
		case "AWS::WAFv2::WebACLAssociation":
			d.waf = d.waf || owns(d, r, "ResourceArn")
		}
	}
	d.stage = cmp.Or(d.stage, d.deployed)
	t.events(d)
	t.balancer(d)
	if d.function == nil {
		d.function = t.mostUsed(d.routes, d.behind)
	}
}

// owns says whether a resource belongs to a front door, by one of its properties.
func owns(d *door, r resource, keys ...string) bool {
	return slices.ContainsFunc(keys, func(key string) bool { return refersTo(r.prop(key), d.id) })
}

// method adds a method of a REST API.
func (t *template) method(d *door, r resource) {
	if !owns(d, r, "RestApiId") {
		return
	}
	method := cmp.Or(t.say(r.id+" HttpMethod", r.prop("HttpMethod")), "ANY")
	path, known := t.pathOf(r.prop("ResourceId"), d.id, 0)
	if !known {
		t.dependsOn("the path of " + r.id)
		return
	}
	integration := r.prop("Integration")
	one := route{method: strings.ToUpper(method), path: path, line: r.line, function: t.functionOf(integration), service: t.serviceOf(integration), proof: d.authorization(textOf(r.prop("AuthorizationType"))), signed: signed(r)}
	one.of(t, d, r, "application/json")
	d.addRoute(one)
	d.streaming = d.streaming || strings.EqualFold(textOf(below(integration, "ResponseTransferMode")), "STREAM")
	d.keyed = d.keyed || t.yes(r.prop("ApiKeyRequired"))
	d.integration(t.number(r.id+" timeout", below(integration, "TimeoutInMillis")))
}

// authorization remembers how callers prove who they are, and says whether an authorizer
// asks for it.
func (d *door) authorization(kind string) (proof bool) {
	switch strings.ToUpper(kind) {
	case "AWS_IAM":
		d.iam = true
	case "JWT", "COGNITO_USER_POOLS":
		d.jwt = true
		return true
	case "CUSTOM":
		d.custom = true
		return true
	}
	return false
}

// signed says whether callers of a method or a route sign.
func signed(r resource) bool {
	return strings.EqualFold(textOf(r.prop("AuthorizationType")), "AWS_IAM")
}

// some says whether something holds of some routes, and not of all.
func (d *door) some(is func(route) bool) bool {
	return slices.ContainsFunc(d.routes, is) && slices.ContainsFunc(d.routes, func(r route) bool { return !is(r) })
}

// pathOf is the path of a REST API's resource: those of its parents and its own part. It is
// not known where a resource or its parent is one that the file does not have.
func (t *template) pathOf(n *document.Node, api string, depth int) (path string, known bool) {
	const deepest = 40
	if n == nil {
		return "/", true
	}
	for _, id := range refers(n) {
		r, ok := t.find(id)
		if !ok || r.kind != "AWS::ApiGateway::Resource" || depth > deepest {
			continue
		}
		above, known := t.pathOf(r.prop("ParentId"), api, depth+1)
		return strings.TrimSuffix(above, "/") + "/" + t.say(r.id+" PathPart", r.prop("PathPart")), known
	}
	return "/", slices.Contains(refers(n), api)
}

// httpRoute adds a route of an HTTP API: "GET /items/{id}", or $default.
func (t *template) httpRoute(d *door, r resource) {
	if !owns(d, r, "ApiId") {
		return
	}
	key := t.say(r.id+" RouteKey", r.prop("RouteKey"))
	one := route{path: key, line: r.line, answers: textOf(r.prop("RouteResponseSelectionExpression")) != ""}
	if method, path, found := strings.Cut(key, " "); !d.kind.OnlyMessages {
		if one.method, one.path = strings.ToUpper(method), path; !found {
			one.method, one.path, one.named = "ANY", "/{proxy+}", key
		}
	}
	for _, id := range refers(r.prop("Target")) {
		if integration, ok := t.find(id); ok {
			one.function, one.service = t.functionOf(integration.prop("IntegrationUri")), t.serviceOf(integration.props)
		}
	}
	one.proof, one.signed = d.authorization(textOf(r.prop("AuthorizationType"))), signed(r)
	one.of(t, d, r, key)
	d.addRoute(one)
	d.keyed = d.keyed || t.yes(r.prop("ApiKeyRequired"))
}

// called names a front door in messages.
func (d *door) called() string { return fmt.Sprintf("%s (%s)", d.id, d.kind.Title) }
