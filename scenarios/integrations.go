package scenarios

import (
	"slices"
	"strings"

	"tollgate/pricing/document"
	"tollgate/targets"
)

// integrations reads what stands behind single routes of a target in place of a function.
func integrations(v document.Value, t *targets.Target) (all []targets.Integration) {
	if v.Node == nil || t.Kind.Name == "" {
		return nil
	}
	if v.Type != document.Mapping || len(v.Entries) == 0 {
		v.Problem(`needs a mapping from routes to what stands behind them: {"GET /items/{id}": {type: dynamodb, action: GetItem}}`)
		return nil
	}
	for _, e := range v.Entries {
		key, one := v.At(e.At(), v.Path), v.At(e.Value, v.Below(e.Key))
		i := integration(one, t)
		i.Route = e.Key
		switch {
		case !routeForm().MatchString(i.Route):
			key.Problem("%q is not a route: write a method and a path, such as \"GET /users/{id}\" or \"ANY /{proxy+}\", or $default", i.Route)
		case t.Kind.HasStages() && t.Kind.StageInPath && i.Route == defaultRoute:
			key.Problem(`a %s has no $default: write "ANY /" and "ANY /{proxy+}"`, t.Kind.Title)
		case !t.Kind.HasStages() && i.Route != defaultRoute:
			key.Problem("a target of kind %s has no routes: write $default, which is all requests", t.Kind.Name)
		case slices.ContainsFunc(t.Functions, func(r targets.RouteFunction) bool { return r.Route == i.Route }):
			key.Problem("%s leads to a function under functions, too: leave one of them out", i.Route)
		}
		all = append(all, i)
	}
	return all
}

const defaultRoute = "$default"

func integration(v document.Value, t *targets.Target) (i targets.Integration) {
	f := v.Fields("type", "action", "url", "workflow", "transitions")
	f.Need("type")
	i.Type = f.Get("type").Choice(t.Kind.Integrations...)
	of := targets.IntegrationTypeNamed(i.Type)
	switch action := f.Get("action"); {
	case action.Node != nil && len(of.Actions) == 0:
		action.Problem("only services have actions: leave it out")
	case action.Node != nil:
		i.Action = action.Choice(of.Actions...)
	case len(of.Actions) > 0:
		i.Action = of.Actions[0]
	}
	workflow(f, &i)
	switch address := f.Get("url"); {
	case address.Node != nil && !of.Backend:
		address.Problem("only type http has an address: leave it out")
	case address.Node != nil && !t.Lab:
		address.Problem("API Gateway or the load balancer knows the server's address: leave it out, it is of targets at the lab")
	case address.Node == nil && of.Backend && t.Lab:
		v.Problem(`needs the address of a web server on this machine: {type: http, url: "http://127.0.0.1:8000"}`)
	case address.Node != nil:
		var server LabServer
		address.Decode(&server)
		i.URL = strings.TrimSuffix(string(server), "/")
	}
	return i
}

// mostDetailed bounds the routes that are watched one by one: each has several metrics, and
// AWS bills what is read.
const mostDetailed = 50

// detailed reads the routes of which CloudWatch has metrics.
func detailed(v document.Value, kind *targets.Kind) (routes []string) {
	for _, one := range v.List(mostDetailed) {
		route := one.Matching(routeForm(), "is not a route: write a method and a path, such as \"GET /users/{id}\", or $default")
		switch {
		case slices.Contains(routes, route):
			one.Problem("%s is in the list already", route)
		case route == defaultRoute && kind.StageInPath:
			one.Problem("a %s has no $default: name a method and a path", kind.Title)
		case route != "":
			routes = append(routes, route)
		}
	}
	return routes
}

// workflow reads what the bill of a state machine depends on.
func workflow(f document.Fields, i *targets.Integration) {
	kind, transitions := f.Get("workflow"), f.Get("transitions")
	if i.Type != "step-functions" {
		for _, v := range []document.Value{kind, transitions} {
			if v.Node != nil {
				v.Problem("only step-functions has it: leave it out")
			}
		}
		return
	}
	i.Workflow = kind.Choice("standard", "express")
	if i.Workflow == "standard" && i.Express() {
		kind.Problem("%s starts express workflows only", i.Action)
	}
	if transitions.Node == nil {
		return
	}
	if i.Express() {
		transitions.Problem("express workflows are billed by their time, and not by transitions: leave it out")
		return
	}
	i.Transitions = transitions.Whole(1, 25_000) // the most events of a history that AWS keeps
}

// servers are the addresses of the web servers behind a target at the lab, in place of
// its function or of single routes.
func (s *Scenario) servers(t targets.Target) (all []LabServer) {
	if s.Lab.Function.Proxy != "" {
		all = append(all, s.Lab.Function.Proxy)
	}
	for _, i := range t.Integrations {
		if i.URL != "" {
			all = append(all, LabServer(i.URL))
		}
	}
	return all
}
