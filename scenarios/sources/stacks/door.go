package stacks

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"tollgate/pricing/document"
	"tollgate/targets"
)

// A door is a front door with what belongs to it.
type door struct {
	resource
	kind   *targets.Kind
	name   string // of the API, or the balancer
	stage  string
	routes []route
	behind []string // logical ids of functions that integrations call

	function                 *lambda // behind it, or behind most routes
	planRate, planBurst      float64 // of the usage plan
	quota                    float64
	period                   string
	stageRate, stageBurst    float64 // of the stage
	cacheGB                  string
	cacheTTL                 float64 // seconds; 0: not said
	timeout                  float64 // of integrations, in milliseconds; the shortest
	keyed, iam, jwt, custom  bool    // how callers prove who they are
	streaming, edge, private bool
	validates                bool
}

// A route is a method with a path.
type route struct {
	method, path string
	line         int
	function     string // logical id
}

// doors finds all front doors for requests, in the order of the file.
func (t *template) doors() (all []*door, sockets int) {
	for _, r := range t.resources {
		kind := kindOf(r.kind)
		switch {
		case kind == nil, strings.EqualFold(textOf(r.prop("Type")), "network"), strings.EqualFold(textOf(r.prop("Type")), "gateway"):
			continue
		case strings.EqualFold(textOf(r.prop("ProtocolType")), "WEBSOCKET"):
			sockets++
			continue
		}
		all = append(all, t.door(r, kind))
	}
	all = append(all, t.implicit()...)
	for _, d := range all {
		t.attach(d)
	}
	return all, sockets
}

// door is a front door with what its own resource says.
func (t *template) door(r resource, kind *targets.Kind) *door {
	d := &door{resource: r, kind: kind}
	d.name = t.say(r.id+" Name", r.prop("Name"))
	d.iam = strings.EqualFold(textOf(r.prop("AuthType")), "AWS_IAM")
	d.streaming = strings.EqualFold(textOf(r.prop("InvokeMode")), "RESPONSE_STREAM")
	if target := r.prop("TargetFunctionArn"); target != nil {
		d.function = t.firstFunction(target)
	}
	if target := r.prop("Target"); target != nil { // of an HTTP API that is made in one step
		d.function = t.firstFunction(target)
		d.routes = append(d.routes, route{"GET", "/", r.line, ""})
	}
	for _, of := range []*document.Node{r.prop("EndpointConfiguration", "Types"), r.prop("EndpointConfiguration", "Type"), r.prop("EndpointConfiguration")} {
		d.endpoint(of)
	}
	t.ofServerless(d)
	t.described(d, r.prop("Body"))
	t.described(d, r.prop("DefinitionBody"))
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

// described takes the routes of an API description within a template.
func (t *template) described(d *door, body *document.Node) {
	paths := below(body, "paths")
	if paths == nil {
		return
	}
	for _, p := range paths.Entries {
		for _, m := range p.Value.Entries {
			method := strings.ToUpper(m.Key)
			if method == "X-AMAZON-APIGATEWAY-ANY-METHOD" {
				method = "ANY"
			}
			if len(method) > len("OPTIONS") || method == "PARAMETERS" {
				continue
			}
			integration := m.Value.Find("x-amazon-apigateway-integration")
			d.addRoute(route{method, p.Key, m.Line, t.functionOf(integration)})
			d.integration(t.number(d.id+" timeout", below(integration, "timeoutInMillis")))
		}
	}
}

func (d *door) addRoute(r route) {
	if !slices.ContainsFunc(d.routes, func(known route) bool { return known.method == r.method && known.path == r.path }) {
		d.routes = append(d.routes, r)
	}
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
		}
	}
	t.events(d)
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
	d.addRoute(route{strings.ToUpper(method), t.pathOf(r.prop("ResourceId"), d.id, 0), r.line, t.functionOf(r.prop("Integration"))})
	d.keyed = d.keyed || t.yes(r.prop("ApiKeyRequired"))
	d.authorization(textOf(r.prop("AuthorizationType")))
	d.integration(t.number(r.id+" timeout", r.prop("Integration", "TimeoutInMillis")))
}

// authorization remembers how callers prove who they are.
func (d *door) authorization(kind string) {
	switch strings.ToUpper(kind) {
	case "AWS_IAM":
		d.iam = true
	case "JWT", "COGNITO_USER_POOLS":
		d.jwt = true
	case "CUSTOM":
		d.custom = true
	}
}

// pathOf is the path of a REST API's resource: those of its parents and its own part.
func (t *template) pathOf(n *document.Node, api string, depth int) string {
	const deepest = 40
	for _, id := range refers(n) {
		r, ok := t.find(id)
		if !ok || r.kind != "AWS::ApiGateway::Resource" || depth > deepest {
			continue
		}
		return strings.TrimSuffix(t.pathOf(r.prop("ParentId"), api, depth+1), "/") + "/" + t.say(r.id+" PathPart", r.prop("PathPart"))
	}
	return "/"
}

// stageOf reads a stage: its limits and its cache.
func (t *template) stageOf(d *door, r resource) {
	d.stage = cmp.Or(d.stage, t.say(r.id+" StageName", r.prop("StageName")))
	if t.yes(r.prop("CacheClusterEnabled")) {
		d.cacheGB = cmp.Or(t.say(r.id+" CacheClusterSize", r.prop("CacheClusterSize")), "0.5")
	}
	if settings := r.prop("MethodSettings"); settings != nil {
		for _, one := range settings.Items {
			t.settings(d, one)
		}
	}
	if defaults := r.prop("DefaultRouteSettings"); defaults != nil {
		t.settings(d, defaults)
	}
}

// settings reads those of all methods. Those of single ones are no limits of the stage.
func (t *template) settings(d *door, n *document.Node) {
	if where := textOf(n.Find("ResourcePath")); where != "" && where != "/*" || n.Find("HttpMethod") != nil && textOf(n.Find("HttpMethod")) != "*" {
		return
	}
	d.stageRate = cmp.Or(d.stageRate, t.number(d.id+" ThrottlingRateLimit", n.Find("ThrottlingRateLimit")))
	d.stageBurst = cmp.Or(d.stageBurst, t.number(d.id+" ThrottlingBurstLimit", n.Find("ThrottlingBurstLimit")))
	d.cacheTTL = cmp.Or(d.cacheTTL, t.number(d.id+" CacheTtlInSeconds", n.Find("CacheTtlInSeconds")))
}

// plan reads a usage plan of the API. Of several the first is expected.
func (t *template) plan(d *door, r resource) {
	stages := r.prop("ApiStages")
	if stages == nil || d.planRate > 0 || !slices.ContainsFunc(stages.Items, func(s *document.Node) bool { return refersTo(s.Find("ApiId"), d.id) }) {
		return
	}
	t.limits(d, r.id, r.prop("Throttle"), r.prop("Quota"))
}

func (t *template) limits(d *door, id string, throttle, quota *document.Node) {
	d.planRate = t.number(id+" RateLimit", below(throttle, "RateLimit"))
	d.planBurst = t.number(id+" BurstLimit", below(throttle, "BurstLimit"))
	d.quota = t.number(id+" Quota", below(quota, "Limit"))
	d.period = strings.ToUpper(t.say(id+" Quota", below(quota, "Period")))
}

// httpRoute adds a route of an HTTP API: "GET /items/{id}", or $default.
func (t *template) httpRoute(d *door, r resource) {
	if !owns(d, r, "ApiId") {
		return
	}
	key := t.say(r.id+" RouteKey", r.prop("RouteKey"))
	method, path, found := strings.Cut(key, " ")
	if !found {
		method, path = "ANY", "/{proxy+}"
	}
	function := ""
	for _, id := range refers(r.prop("Target")) {
		if integration, ok := t.find(id); ok {
			function = t.functionOf(integration.prop("IntegrationUri"))
		}
	}
	d.addRoute(route{strings.ToUpper(method), path, r.line, function})
	d.authorization(textOf(r.prop("AuthorizationType")))
}

// listener adds the paths of a load balancer's rules.
func (t *template) listener(d *door, r resource) {
	if r.kind == "AWS::ElasticLoadBalancingV2::Listener" {
		if owns(d, r, "LoadBalancerArn") && t.functionOf(r.prop("DefaultActions")) != "" {
			d.addRoute(route{"ANY", "/", r.line, t.functionOf(r.prop("DefaultActions"))})
		}
		return
	}
	ofDoor := slices.ContainsFunc(refers(r.prop("ListenerArn")), func(id string) bool {
		l, ok := t.find(id)
		return ok && owns(d, l, "LoadBalancerArn")
	})
	if conditions := r.prop("Conditions"); ofDoor && conditions != nil {
		for _, c := range conditions.Items {
			for _, values := range []*document.Node{c.Find("Values"), below(c, "PathPatternConfig", "Values")} {
				if values == nil || textOf(c.Find("Field")) != "path-pattern" {
					continue
				}
				for _, v := range values.Items {
					if pattern, ok := t.text(v); ok {
						d.addRoute(route{"ANY", strings.ReplaceAll(pattern, "*", "{proxy+}"), r.line, t.functionOf(r.prop("Actions"))})
					}
				}
			}
		}
	}
}

// called names a front door in messages.
func (d *door) called() string { return fmt.Sprintf("%s (%s)", d.id, d.kind.Title) }
