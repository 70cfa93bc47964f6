package control

import (
	"time"

	"tollgate/targets/lab/aws/protocol"
)

// An API is a REST API with one stage.
type API struct {
	ID, Name, Stage string
	Throttle        *Limit // of the stage's methods; nil: none is set
	Plans           []Plan // that cover the stage
	Created         time.Time
}

// A Limit is a token bucket.
type Limit struct {
	Rate  float64
	Burst int
}

// A Plan is a usage plan.
type Plan struct {
	ID, Name string
	Throttle Limit
	Methods  map[string]Limit // by "/path/METHOD"
	Quota    *Quota           // nil: none
}

// A Quota is how many requests each key of a plan has in a period.
type Quota struct {
	Limit  int
	Period string // "DAY", "WEEK" or "MONTH"
}

// A Gateway answers for REST APIs.
type Gateway struct {
	apis    []API
	account Limit // that all APIs share
}

// NewGateway returns a Gateway with the given APIs.
func NewGateway(apis ...API) *Gateway { return &Gateway{apis: apis} }

// Sharing sets the throttle that all APIs of the account share.
func (g *Gateway) Sharing(account Limit) *Gateway { g.account = account; return g }

// Service returns API Gateway's API.
// Source: API Gateway API reference, "GetRestApis", "GetRestApi", "GetUsagePlans",
// "GetStage" and "GetAccount".
func (g *Gateway) Service() *protocol.REST {
	return protocol.NewREST("message", map[string]protocol.Operation{
		"GET /restapis":                      g.list,
		"GET /restapis/{api}":                g.describe,
		"GET /restapis/{api}/stages/{stage}": g.stage,
		"GET /usageplans":                    g.plans,
		"GET /account":                       g.describeAccount,
	})
}

func (g *Gateway) list(protocol.Form) (protocol.Object, error) {
	items := []any{}
	for _, a := range g.apis {
		items = append(items, a.describe())
	}
	return protocol.Object{"item": items}, nil
}

func (a API) describe() protocol.Object {
	return protocol.Object{"id": a.ID, "name": a.Name, "createdDate": protocol.Time{Time: a.Created}}
}

func (g *Gateway) describe(f protocol.Form) (protocol.Object, error) {
	a, err := g.find(f)
	if err != nil {
		return nil, err
	}
	return a.describe(), nil
}

func (g *Gateway) find(f protocol.Form) (API, error) {
	id := f.NeedText("api")
	for _, a := range g.apis {
		if a.ID == id {
			return a, nil
		}
	}
	return API{}, notFound("API")
}

func notFound(what string) protocol.Refusal {
	return protocol.Refusal{Status: 404, Code: "NotFoundException", Message: "Invalid " + what + " identifier specified"}
}

func (g *Gateway) stage(f protocol.Form) (protocol.Object, error) {
	a, err := g.find(f)
	switch {
	case err != nil:
		return nil, err
	case a.Stage != f.NeedText("stage"):
		return nil, notFound("stage")
	}
	created := protocol.Time{Time: a.Created}
	o := protocol.Object{"stageName": a.Stage, "createdDate": created, "lastUpdatedDate": created}
	if l := a.Throttle; l != nil {
		o["methodSettings"] = protocol.Object{"*/*": protocol.Object{"throttlingRateLimit": l.Rate, "throttlingBurstLimit": float64(l.Burst)}}
	}
	return o, nil
}

func (g *Gateway) plans(protocol.Form) (protocol.Object, error) {
	items := []any{}
	for _, a := range g.apis {
		for _, p := range a.Plans {
			stage := protocol.Object{"apiId": a.ID, "stage": a.Stage}
			if len(p.Methods) > 0 {
				methods := protocol.Object{}
				for method, l := range p.Methods {
					methods[method] = l.describe()
				}
				stage["throttle"] = methods
			}
			plan := protocol.Object{"id": p.ID, "name": p.Name, "apiStages": []any{stage}, "throttle": p.Throttle.describe()}
			if q := p.Quota; q != nil {
				plan["quota"] = protocol.Object{"limit": float64(q.Limit), "period": q.Period, "offset": 0.0}
			}
			items = append(items, plan)
		}
	}
	return protocol.Object{"item": items}, nil
}

func (g *Gateway) describeAccount(protocol.Form) (protocol.Object, error) {
	return protocol.Object{"throttleSettings": g.account.describe()}, nil
}

func (l Limit) describe() protocol.Object {
	return protocol.Object{"rateLimit": l.Rate, "burstLimit": float64(l.Burst)}
}
