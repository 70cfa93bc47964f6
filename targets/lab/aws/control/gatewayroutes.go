package control

import (
	"fmt"
	"slices"
	"strings"

	"tollgate/targets/lab/aws/protocol"
)

// routeID is the id of what belongs to a route, by its number.
func routeID(i int) string { return fmt.Sprintf("route%02d", i) }

// invoking is the address by which API Gateway invokes a function. Source: API Gateway API
// reference, "Integration", uri.
func invoking(function string) string {
	return "arn:aws:apigateway:" + Region + ":lambda:path/2015-03-31/functions/" + arn(function) + "/invocations"
}

// authorizers are one for each type that routes ask for; what their types are called differs
// between the versions.
func authorizers(routes []Route, field string, types map[string]string) []any {
	items, listed := []any{}, []string{}
	for _, r := range routes {
		if kind := types[r.Authorization]; kind != "" && !slices.Contains(listed, kind) {
			listed = append(listed, kind)
			items = append(items, protocol.Object{"id": strings.ToLower(r.Authorization), "name": strings.ToLower(r.Authorization), field: kind})
		}
	}
	return items
}

// stages are those of a REST API.
func (g *Gateway) stages(f protocol.Form) (protocol.Object, error) {
	a, err := g.find(f)
	if err != nil {
		return nil, err
	}
	items := []any{}
	for _, b := range g.apis {
		if b.ID == a.ID {
			items = append(items, b.stage())
		}
	}
	return protocol.Object{"item": items}, nil
}

// resources are those of a REST API, each with its methods.
func (g *Gateway) resources(f protocol.Form) (protocol.Object, error) {
	a, err := g.find(f)
	if err != nil {
		return nil, err
	}
	methods, order := map[string]protocol.Object{}, []string{}
	for _, r := range a.Routes {
		if methods[r.Path] == nil {
			methods[r.Path], order = protocol.Object{}, append(order, r.Path)
		}
		methods[r.Path][r.Method] = r.method()
	}
	items := []any{}
	for i, path := range order {
		items = append(items, protocol.Object{"id": routeID(i), "path": path, "resourceMethods": methods[path]})
	}
	return protocol.Object{"item": items}, nil
}

// method is a route as a method of a resource.
func (r Route) method() protocol.Object {
	integration := protocol.Object{"timeoutInMillis": float64(r.Timeout), "type": r.Service}
	if r.Function != "" {
		integration["type"], integration["uri"] = "AWS_PROXY", invoking(r.Function)
	}
	m := protocol.Object{"httpMethod": r.Method, "authorizationType": r.Authorization, "apiKeyRequired": r.Keyed, "methodIntegration": integration}
	if r.Validated {
		m["requestValidatorId"] = "validates"
	}
	return m
}

// deployment is what a stage of a REST API serves: in a lab, what the API is.
func (g *Gateway) deployment(f protocol.Form) (protocol.Object, error) {
	a, err := g.find(f)
	if err != nil {
		return nil, err
	}
	id := f.NeedText("deployment")
	i := slices.IndexFunc(g.apis, func(b API) bool { return b.ID == a.ID && b.deployment() == id })
	if i < 0 {
		return nil, notFound("Deployment")
	}
	summary := protocol.Object{}
	for _, r := range g.apis[i].Routes {
		path, known := summary[r.Path].(protocol.Object)
		if !known {
			path = protocol.Object{}
			summary[r.Path] = path
		}
		path[r.Method] = protocol.Object{"authorizationType": r.Authorization, "apiKeyRequired": r.Keyed}
	}
	return protocol.Object{"id": id, "createdDate": protocol.Time{Time: a.Created}, "apiSummary": summary}, nil
}

// deployment is the id of what was deployed to the stage last.
func (a API) deployment() string { return "d" + a.Stage }

func (g *Gateway) authorizers(f protocol.Form) (protocol.Object, error) {
	a, err := g.find(f)
	if err != nil {
		return nil, err
	}
	return protocol.Object{"item": authorizers(a.Routes, "type", map[string]string{"CUSTOM": "TOKEN", "COGNITO_USER_POOLS": "COGNITO_USER_POOLS"})}, nil
}

// planKeys are the keys of a usage plan, with their values, as API Gateway sends them.
func (g *Gateway) planKeys(f protocol.Form) (protocol.Object, error) {
	id := f.NeedText("plan")
	for _, a := range g.apis {
		for _, p := range a.Plans {
			if p.ID != id {
				continue
			}
			items := []any{}
			for i, key := range p.Keys {
				items = append(items, protocol.Object{"id": routeID(i), "type": "API_KEY", "name": fmt.Sprintf("%s-%d", p.Name, i+1), "value": key})
			}
			return protocol.Object{"item": items}, nil
		}
	}
	return nil, protocol.Refusal{Status: 404, Code: "NotFoundException", Message: "Invalid Usage Plan ID specified"}
}
