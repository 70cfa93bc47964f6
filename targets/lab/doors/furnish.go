package doors

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"tollgate/pricing"
	"tollgate/targets"
)

// Furnish has a target know what the configuration says of the i'th door, which serves it, as
// far as reports name it and bills are made of it: the functions and integrations behind its
// routes, the function's memory, a stage's cache, and AWS WAF. What the target states itself
// stays. The notes say what a bill will lack all the same.
func (c Config) Furnish(i int, t *targets.Target) (notes []string) {
	d := c.filled().Doors[i]
	if d.CDN != nil {
		return c.furnishBehind(i, t)
	}
	c.furnishDoor(d, t)
	if d.Detailed && len(t.Detailed) == 0 {
		notes = furnishDetailed(d, t)
	}
	if d.asksFunction() {
		notes = append(notes, "what the Lambda authorizer's function costs is in no bill: a workload states authorizer, and tollgate price reads it")
	}
	switch {
	case len(t.Functions)+len(t.Integrations) > 0:
	case len(d.Rules) > 0:
		notes = append(notes, furnishRules(d, t)...)
	case d.Sockets != nil:
		notes = append(notes, c.furnishSockets(d, t)...)
	default:
		c.furnishRoutes(d, t)
	}
	return notes
}

// asksFunction says whether a Lambda authorizer stands at a route of the door.
func (d DoorConfig) asksFunction() bool {
	asks := func(a *Authorizer) bool { return a != nil && a.Type == "token" }
	return slices.ContainsFunc(d.Routes, func(r Route) bool { return asks(r.Authorizer) }) ||
		d.Sockets != nil && slices.ContainsFunc(d.Sockets.Routes, func(r SocketRoute) bool { return asks(r.Authorizer) })
}

// furnishDetailed names the routes of the door as those of which CloudWatch has metrics. Of the
// sample application's many routes AWS would bill those that get requests, which the target
// has to name.
func furnishDetailed(d DoorConfig, t *targets.Target) []string {
	same := func(a, b Route) bool { return a.Method == cmp.Or(b.Method, anyMethod) && a.Path == b.Path }
	if slices.EqualFunc(d.Routes, sampleRoutes, same) {
		return []string{"the detailed metrics of the stage are not on its bill: name the routes that get requests under detailed_metrics"}
	}
	for _, r := range d.Routes {
		t.Detailed = append(t.Detailed, r.key())
	}
	return nil
}

// furnishDoor is what concerns the door as a whole.
func (c Config) furnishDoor(d DoorConfig, t *targets.Target) {
	if memory := c.memoryOf(d); t.Function.MemoryAssumed && memory > 0 {
		t.Function.MemoryMB, t.Function.MemoryAssumed = int64(memory), false
	}
	t.Function.Streaming = t.Function.Streaming || d.streams()
	if d.Cache != nil && t.CacheGB == "" {
		t.CacheGB = cacheSize(d.Cache.Bytes)
	}
	if t.Rules == 0 {
		t.Rules = int64(len(d.Rules))
	}
	if acl := d.WebACL; acl != nil && t.WebACL.Name == "" {
		t.WebACL = targets.WebACL{Name: cmp.Or(acl.Name, d.Name), Region: region, Rules: int64(len(acl.Rules))}
	}
}

// memoryOf is the memory that the file states for the function that the door calls where no
// route says which; 0: none.
func (c Config) memoryOf(d DoorConfig) Megabytes {
	name, _ := expand(cmp.Or(d.FunctionName, d.soleCallee(), d.Name), d.Variables)
	name, _, _ = strings.Cut(name, ":")
	if f, named := c.Functions[name]; named {
		return f.Memory
	}
	for _, o := range c.Doors {
		if cmp.Or(o.Name, "lab-"+o.Kind) == name && o.Function != nil {
			return o.Function.Memory
		}
	}
	return c.Function.Memory
}

// cacheSize is the smallest of API Gateway's caches that holds so much; the largest, if none
// does.
func cacheSize(bytes int64) string {
	sizes := pricing.RESTCacheHours.Variants
	need := pricing.Ratio(bytes, 1<<30)
	for _, size := range sizes {
		if q, err := pricing.ParseQuantity(size); err == nil && q.Cmp(need) >= 0 {
			return size
		}
	}
	return sizes[len(sizes)-1]
}

// furnishRoutes names what routes lead to besides the door's own function. Where there is
// anything, the routes to that are listed as well, since they may stand before others.
func (c Config) furnishRoutes(d DoorConfig, t *targets.Target) {
	elsewhere := func(r Route) bool {
		return r.Integration.Function != "" || !strings.HasPrefix(r.Integration.Type, "lambda")
	}
	if !slices.ContainsFunc(d.Routes, elsewhere) {
		return
	}
	for _, r := range d.Routes {
		if strings.HasPrefix(r.Integration.Type, "lambda") {
			t.Functions = append(t.Functions, targets.RouteFunction{Route: r.key(), Function: c.routeFunction(d, r, t)})
			continue
		}
		t.Integrations = append(t.Integrations, furnished(r.key(), r.Integration))
	}
}

// routeFunction is the function that a route names; without a name it is the target's own.
func (c Config) routeFunction(d DoorConfig, r Route, t *targets.Target) targets.Function {
	if r.Integration.Function == "" {
		return targets.Function{}
	}
	name, _ := expand(r.Integration.Function, d.Variables)
	of, _, _ := strings.Cut(name, ":")
	if other, _ := expand(r.Integration.Function, d.canaryVariables()); d.Canary != nil && other != name {
		name = of // both releases call it
	}
	f := targets.Function{Name: name, MemoryMB: int64(c.Functions[of].Memory), Architecture: t.Function.Architecture}
	if f.MemoryMB == 0 {
		f.MemoryMB, f.MemoryAssumed = defaultMemory, true
	}
	return f
}

func furnished(route string, of *Integration) targets.Integration {
	i := targets.Integration{Route: route, Type: of.Type, Action: of.Action}
	if actions := targets.IntegrationTypeNamed(i.Type).Actions; i.Action == "" && len(actions) > 0 {
		i.Action = actions[0]
	}
	return i
}

// furnishRules does so for a load balancer: what its rules lead to can be named where all of
// its requests lead to one thing.
func furnishRules(d DoorConfig, t *targets.Target) []string {
	first := d.Rules[0].leadsTo()
	if d.Rules[0].all() && first != "" {
		t.Integrations = []targets.Integration{{Route: defaultStage, Type: first}}
		return nil
	}
	for _, r := range d.Rules {
		if r.leadsTo() != "" {
			return []string{fmt.Sprintf("rules of the load balancer lead some of its requests to something else than its function (%s): what that costs is in no bill", r.leadsTo())}
		}
	}
	return nil
}

// all says whether a rule takes every request.
func (r Rule) all() bool {
	return (r.Path == "*" || r.Path == "/*") && r.Method+r.Host == "" && len(r.Headers)+len(r.Query)+len(r.Sources) == 0
}

// leadsTo is the type of what a rule leads to in place of a function; "": to a function.
func (r Rule) leadsTo() string {
	switch {
	case len(r.Targets) > 0 || slices.ContainsFunc(r.Groups, func(g TargetGroup) bool { return !g.Lambda }):
		return "http"
	case r.Action != nil && r.Action.filled().Type != "lambda":
		return r.Action.filled().Type
	}
	return ""
}

// furnishBehind has a distribution know the door behind it.
func (c Config) furnishBehind(i int, t *targets.Target) []string {
	at := c.Behind(i)
	if at == i {
		return nil
	}
	d := c.filled().Doors[at]
	kind, known := targets.KindNamed(d.Kind)
	if !known {
		return nil
	}
	own, origin := targets.Distribution{}, targets.Target{Name: t.Name, Function: targets.Function{MemoryMB: defaultMemory, MemoryAssumed: true}}
	if t.Distribution != nil {
		own = *t.Distribution
	}
	if own.Origin != nil {
		origin = *own.Origin
	}
	origin.Kind, own.Origin, t.Distribution = kind, &origin, &own
	c.furnishDoor(d, &origin)
	t.Function, t.CacheGB, t.Rules = origin.Function, origin.CacheGB, origin.Rules
	if len(d.Rules) > 0 {
		return furnishRules(d, t)
	}
	c.furnishRoutes(d, t)
	return nil
}
