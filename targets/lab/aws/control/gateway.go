package control

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"tollgate/targets/lab/aws/protocol"
)

// An API is one stage of a REST API. Several with the same ID are stages of one.
type API struct {
	ID, Name, Stage string
	Throttle        *Limit // of the stage's methods; nil: none is set
	Plans           []Plan // that cover the stage
	Created         time.Time
	Variables       map[string]string // of the stage
	Canary          *Canary           // nil: it has no canary release
	Cache           *Cache            // nil: it keeps no responses
	Routes          []Route
	Endpoint        string // "REGIONAL", "EDGE" or "PRIVATE"
	Address         string // with the stage
	Disabled        bool   // its own address
}

// A Cache is that of a stage.
type Cache struct {
	TTL       time.Duration
	Encrypted bool
	Flush     func() // forgets all responses
}

// A Canary is a canary release of a stage.
type Canary struct {
	Share     float64 // of the stage's requests
	Variables map[string]string
	UseCache  bool
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
	Keys     []string         // values
}

// A Quota is how many requests each key of a plan has in a period.
type Quota struct {
	Limit  int
	Period string // "DAY", "WEEK" or "MONTH"
}

// A Gateway answers for the APIs of API Gateway.
type Gateway struct {
	apis    []API
	seconds []SecondAPI
	account Limit // that all APIs share
}

// NewGateway returns a Gateway with the given APIs.
func NewGateway(apis ...API) *Gateway { return &Gateway{apis: apis} }

// Sharing sets the throttle that all APIs of the account share.
func (g *Gateway) Sharing(account Limit) *Gateway { g.account = account; return g }

// And adds APIs of the second version.
func (g *Gateway) And(seconds ...SecondAPI) *Gateway { g.seconds = seconds; return g }

// Service returns API Gateway's API.
// Source: API Gateway API reference, "GetRestApis", "GetRestApi", "GetUsagePlans",
// "GetUsagePlanKeys", "GetStages", "GetStage", "GetDeployment", "GetResources",
// "GetAuthorizers", "GetAccount" and "FlushStageCache".
func (g *Gateway) Service() *protocol.REST {
	operations := map[string]protocol.Operation{
		"GET /restapis":                                g.list,
		"GET /restapis/{api}":                          g.describe,
		"GET /restapis/{api}/stages":                   g.stages,
		"GET /restapis/{api}/stages/{stage}":           g.stage,
		"GET /restapis/{api}/deployments/{deployment}": g.deployment,
		"GET /restapis/{api}/resources":                g.resources,
		"GET /restapis/{api}/authorizers":              g.authorizers,

		"DELETE /restapis/{api}/stages/{stage}/cache/data": g.flush,
		"GET /usageplans":             g.plans,
		"GET /usageplans/{plan}/keys": g.planKeys,
		"GET /account":                g.describeAccount,
	}
	maps.Copy(operations, g.second())
	return protocol.NewREST("message", operations)
}

func (g *Gateway) list(protocol.Form) (protocol.Object, error) {
	items, listed := []any{}, map[string]bool{}
	for _, a := range g.apis {
		if !listed[a.ID] {
			items = append(items, a.describe())
		}
		listed[a.ID] = true
	}
	return protocol.Object{"item": items}, nil
}

func (a API) describe() protocol.Object {
	return protocol.Object{
		"id": a.ID, "name": a.Name, "createdDate": protocol.Time{Time: a.Created}, "disableExecuteApiEndpoint": a.Disabled,
		"endpointConfiguration": protocol.Object{"types": []any{cmp.Or(a.Endpoint, "REGIONAL")}},
	}
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

// flush empties the cache of a stage. How AWS refuses that for a stage without a cache was
// not found: the text is assumed.
func (g *Gateway) flush(f protocol.Form) (protocol.Object, error) {
	a, err := g.findStage(f)
	switch {
	case err != nil:
		return nil, err
	case a.Cache == nil || a.Cache.Flush == nil:
		return nil, protocol.Bad("BadRequestException", "the stage has no cache")
	}
	a.Cache.Flush()
	return nil, nil
}

func (g *Gateway) findStage(f protocol.Form) (API, error) {
	a, err := g.find(f)
	if err != nil {
		return API{}, err
	}
	at := slices.IndexFunc(g.apis, func(b API) bool { return b.ID == a.ID && b.Stage == f.NeedText("stage") })
	if at < 0 {
		return API{}, notFound("stage")
	}
	return g.apis[at], nil
}

func (g *Gateway) stage(f protocol.Form) (protocol.Object, error) {
	a, err := g.findStage(f)
	if err != nil {
		return nil, err
	}
	return a.stage(), nil
}

// stage is the stage with its settings.
func (a API) stage() protocol.Object {
	created := protocol.Time{Time: a.Created}
	o := protocol.Object{"stageName": a.Stage, "deploymentId": a.deployment(), "createdDate": created, "lastUpdatedDate": created}
	settings := protocol.Object{}
	if methods := a.methods(); len(methods) > 0 {
		settings["*/*"] = methods
	}
	for _, r := range a.Routes {
		if r.Throttle != nil && (a.Throttle == nil || *r.Throttle != *a.Throttle) {
			settings[strings.ReplaceAll(strings.TrimPrefix(r.Path, "/"), "/", "~1")+"/"+r.Method] = r.Throttle.method()
		}
	}
	if len(settings) > 0 {
		o["methodSettings"] = settings
	}
	if o["cacheClusterEnabled"] = a.Cache != nil; a.Cache != nil {
		o["cacheClusterSize"] = smallestCache
	}
	if len(a.Variables) > 0 {
		o["variables"] = texts(a.Variables)
	}
	if a.Address != "" {
		o["tags"] = protocol.Object{AddressTag: a.Address}
	}
	if c := a.Canary; c != nil {
		o["canarySettings"] = protocol.Object{"percentTraffic": 100 * c.Share, "stageVariableOverrides": texts(c.Variables), "useStageCache": c.UseCache}
	}
	return o
}

// AddressTag is a tag of a REST API's stage that says where the lab serves it: AWS makes the
// address of the id, and says it nowhere.
const AddressTag = "tollgate:url"

// smallestCache is the size of the caches of a lab, in GB.
const smallestCache = "0.5"

// methods are the settings of all methods of the stage.
func (a API) methods() protocol.Object {
	o := protocol.Object{}
	if l := a.Throttle; l != nil {
		o = l.method()
	}
	if c := a.Cache; c != nil {
		o["cachingEnabled"], o["cacheTtlInSeconds"], o["cacheDataEncrypted"] = true, c.TTL.Seconds(), c.Encrypted
	}
	return o
}

func texts(of map[string]string) protocol.Object {
	o := protocol.Object{}
	for name, text := range of {
		o[name] = text
	}
	return o
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
