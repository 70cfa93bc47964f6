package control

import (
	"net/http"
	"strings"
	"time"

	"tollgate/targets/lab/aws/protocol"
)

// An API is a REST API with one stage.
type API struct {
	ID, Name, Stage string
	Throttle        map[string]Limit // of the stage's methods, by "~1path/METHOD" or "*/*"
	Plans           []Plan           // that cover the stage
	Cache           *Cache           // nil: none
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

// A Quota is how many requests a key may send in each period.
type Quota struct {
	Limit  int
	Period string
}

// A Cache is that of a stage.
type Cache struct {
	GB    string
	TTL   time.Duration
	Flush func()
}

// A Gateway answers for REST APIs.
type Gateway struct{ apis []API }

// NewGateway returns a Gateway with the given APIs.
func NewGateway(apis ...API) *Gateway { return &Gateway{apis} }

// Service returns API Gateway's API.
// Source: API Gateway API reference, "GetRestApis", "GetRestApi", "GetUsagePlans",
// "GetUsagePlan", "GetStage" and "FlushStageCache".
func (g *Gateway) Service() *protocol.REST {
	const stage = " /restapis/{api}/stages/{stage}"
	return protocol.NewREST("message", map[string]protocol.Route{
		"GET /restapis":                  {Do: g.list},
		"GET /restapis/{api}":            {Do: g.describeAPI},
		"GET /usageplans":                {Do: g.plans},
		"GET /usageplans/{plan}":         {Do: g.plan},
		"GET" + stage:                    {Do: g.stage},
		"DELETE" + stage + "/cache/data": {Do: g.flush, Status: http.StatusAccepted},
	})
}

// Claims says whether a path is one of API Gateway's.
func Claims(path string) bool {
	return strings.HasPrefix(path, "/restapis") || strings.HasPrefix(path, "/usageplans")
}

func notFound(what string) protocol.Refusal {
	return protocol.Refusal{Status: http.StatusNotFound, Code: "NotFoundException", Message: "Invalid " + what + " identifier specified"}
}

func (g *Gateway) list(protocol.Form) (protocol.Object, error) {
	items := []any{}
	for _, a := range g.apis {
		items = append(items, a.describe())
	}
	return protocol.Object{"item": items}, nil
}

func (a API) describe() protocol.Object {
	return protocol.Object{"id": a.ID, "name": a.Name, "createdDate": a.Created}
}

func (g *Gateway) describeAPI(f protocol.Form) (protocol.Object, error) {
	id := f.NeedText("api")
	for _, a := range g.apis {
		if a.ID == id {
			return a.describe(), nil
		}
	}
	return nil, notFound("API")
}

func (g *Gateway) plans(protocol.Form) (protocol.Object, error) {
	items := []any{}
	for _, a := range g.apis {
		for _, p := range a.Plans {
			items = append(items, a.describePlan(p))
		}
	}
	return protocol.Object{"item": items}, nil
}

func (g *Gateway) plan(f protocol.Form) (protocol.Object, error) {
	id := f.NeedText("plan")
	for _, a := range g.apis {
		for _, p := range a.Plans {
			if p.ID == id {
				return a.describePlan(p), nil
			}
		}
	}
	return nil, notFound("Usage Plan")
}

func (l Limit) describe() protocol.Object {
	return protocol.Object{"rateLimit": l.Rate, "burstLimit": float64(l.Burst)}
}

func (a API) describePlan(p Plan) protocol.Object {
	stage := protocol.Object{"apiId": a.ID, "stage": a.Stage}
	if len(p.Methods) > 0 {
		methods := protocol.Object{}
		for method, l := range p.Methods {
			methods[method] = l.describe()
		}
		stage["throttle"] = methods
	}
	o := protocol.Object{"id": p.ID, "name": p.Name, "apiStages": []any{stage}, "throttle": p.Throttle.describe()}
	if q := p.Quota; q != nil {
		o["quota"] = protocol.Object{"limit": float64(q.Limit), "offset": 0.0, "period": q.Period}
	}
	return o
}

// find returns the API and stage that a request names.
func (g *Gateway) find(f protocol.Form) (API, error) {
	id, stage := f.NeedText("api"), f.NeedText("stage")
	for _, a := range g.apis {
		if a.ID == id {
			if a.Stage != stage {
				return a, notFound("stage")
			}
			return a, nil
		}
	}
	return API{}, notFound("API")
}

func (g *Gateway) stage(f protocol.Form) (protocol.Object, error) {
	a, err := g.find(f)
	if err != nil {
		return nil, err
	}
	o := protocol.Object{"stageName": a.Stage, "createdDate": a.Created, "lastUpdatedDate": a.Created, "cacheClusterEnabled": a.Cache != nil, "cacheClusterStatus": "NOT_AVAILABLE"}
	methods := protocol.Object{}
	for method, l := range a.Throttle {
		methods[method] = protocol.Object{"throttlingRateLimit": l.Rate, "throttlingBurstLimit": float64(l.Burst)}
	}
	if a.Cache != nil {
		o["cacheClusterStatus"], o["cacheClusterSize"] = "AVAILABLE", a.Cache.GB
		all, given := methods["*/*"].(protocol.Object)
		if !given {
			all = protocol.Object{}
		}
		all["cachingEnabled"], all["cacheTtlInSeconds"] = true, a.Cache.TTL.Seconds()
		methods["*/*"] = all
	}
	if len(methods) > 0 {
		o["methodSettings"] = methods
	}
	return o, nil
}

func (g *Gateway) flush(f protocol.Form) (protocol.Object, error) {
	a, err := g.find(f)
	if err != nil {
		return nil, err
	}
	if a.Cache == nil {
		return nil, protocol.Refusal{Status: http.StatusBadRequest, Code: "BadRequestException", Message: "Caching is not enabled for this stage"}
	}
	a.Cache.Flush()
	return nil, nil
}
