package control

import (
	"tollgate/targets/lab/aws/protocol"
)

// A SecondAPI is one stage of an API of API Gateway's second version, for HTTP or WebSocket.
// Several with the same ID are stages of one.
type SecondAPI struct {
	ID, Name, Stage string
	Protocol        string // "HTTP" or "WEBSOCKET"
	Address         string // without the stage
	Selection       string // of routes
	Throttle        *Limit
	Routes          []Route
	Disabled        bool // its own address
}

// A Route is one of an API, with what it calls.
type Route struct {
	Method, Path  string // of an API of the first version
	Key           string // of one of the second
	Function      string // with a version or an alias; "": it calls none
	Service       string // the type of what it calls in place of a function
	Timeout       int64  // milliseconds
	Authorization string // "NONE", "AWS_IAM", "JWT", "CUSTOM" or "COGNITO_USER_POOLS"
	Keyed         bool
	Validated     bool
	Answers       bool // by a route response
	Throttle      *Limit
}

// Sources: API Gateway version 2 API reference, "GetApis", "GetApi", "GetStages", "GetRoutes",
// "GetIntegrations" and "GetAuthorizers".
func (g *Gateway) second() map[string]protocol.Operation {
	return map[string]protocol.Operation{
		"GET /v2/apis":                    g.secondAPIs,
		"GET /v2/apis/{api}":              g.api,
		"GET /v2/apis/{api}/stages":       g.secondStages,
		"GET /v2/apis/{api}/routes":       g.secondRoutes,
		"GET /v2/apis/{api}/integrations": g.secondIntegrations,
		"GET /v2/apis/{api}/authorizers":  g.secondAuthorizers,
	}
}

// stagesOf are the stages of an API of the second version.
func (g *Gateway) stagesOf(f protocol.Form) (all []SecondAPI, err error) {
	id := f.NeedText("api")
	for _, a := range g.seconds {
		if a.ID == id {
			all = append(all, a)
		}
	}
	if all == nil {
		return nil, protocol.Refusal{Status: 404, Code: "NotFoundException", Message: "Invalid API identifier specified " + Account + ":" + id}
	}
	return all, nil
}

func (g *Gateway) api(f protocol.Form) (protocol.Object, error) {
	all, err := g.stagesOf(f)
	if err != nil {
		return nil, err
	}
	return all[0].describe(), nil
}

func (a SecondAPI) describe() protocol.Object {
	return protocol.Object{
		"apiId": a.ID, "name": a.Name, "protocolType": a.Protocol, "apiEndpoint": a.Address, "routeSelectionExpression": a.Selection, "disableExecuteApiEndpoint": a.Disabled,
	}
}

func (g *Gateway) secondAPIs(protocol.Form) (protocol.Object, error) {
	items, listed := []any{}, map[string]bool{}
	for _, a := range g.seconds {
		if !listed[a.ID] {
			items = append(items, a.describe())
		}
		listed[a.ID] = true
	}
	return protocol.Object{"items": items}, nil
}

func (g *Gateway) secondStages(f protocol.Form) (protocol.Object, error) {
	all, err := g.stagesOf(f)
	if err != nil {
		return nil, err
	}
	items := []any{}
	for _, a := range all {
		stage := protocol.Object{"stageName": a.Stage, "autoDeploy": true}
		if l := a.Throttle; l != nil {
			stage["defaultRouteSettings"] = l.method()
		}
		routes := protocol.Object{}
		for _, r := range a.Routes {
			if r.Throttle != nil && (a.Throttle == nil || *r.Throttle != *a.Throttle) {
				routes[r.Key] = r.Throttle.method()
			}
		}
		if len(routes) > 0 {
			stage["routeSettings"] = routes
		}
		items = append(items, stage)
	}
	return protocol.Object{"items": items}, nil
}

// method is a limit as the settings of methods and routes have it.
func (l Limit) method() protocol.Object {
	return protocol.Object{"throttlingRateLimit": l.Rate, "throttlingBurstLimit": float64(l.Burst)}
}

func (g *Gateway) secondRoutes(f protocol.Form) (protocol.Object, error) {
	all, err := g.stagesOf(f)
	if err != nil {
		return nil, err
	}
	items := []any{}
	for i, r := range all[0].Routes {
		route := protocol.Object{"routeId": routeID(i), "routeKey": r.Key, "target": "integrations/" + routeID(i), "authorizationType": r.Authorization, "apiKeyRequired": r.Keyed}
		if r.Answers {
			route["routeResponseSelectionExpression"] = "$default"
		}
		items = append(items, route)
	}
	return protocol.Object{"items": items}, nil
}

func (g *Gateway) secondIntegrations(f protocol.Form) (protocol.Object, error) {
	all, err := g.stagesOf(f)
	if err != nil {
		return nil, err
	}
	items := []any{}
	for i, r := range all[0].Routes {
		integration := protocol.Object{"integrationId": routeID(i), "timeoutInMillis": float64(r.Timeout)}
		if r.Function != "" {
			integration["integrationType"], integration["integrationUri"] = "AWS_PROXY", arn(r.Function)
			if all[0].Protocol != "HTTP" {
				integration["integrationUri"] = invoking(r.Function)
			}
		} else {
			integration["integrationType"] = r.Service
		}
		items = append(items, integration)
	}
	return protocol.Object{"items": items}, nil
}

// secondAuthorizers are one for each type that routes ask for.
func (g *Gateway) secondAuthorizers(f protocol.Form) (protocol.Object, error) {
	all, err := g.stagesOf(f)
	if err != nil {
		return nil, err
	}
	return protocol.Object{"items": authorizers(all[0].Routes, "authorizerType", map[string]string{"JWT": "JWT", "CUSTOM": "REQUEST"})}, nil
}
