package scenarios

import (
	"strings"
	"testing"

	"tollgate/pricing"
	"tollgate/targets"
)

const integratedScenario = `
name: integrated
targets:
  it:
    kind: KIND
    url: lab
    integrations: {INTEGRATIONS}
requests: [{name: all, path: /, weight: 3}, {name: item, path: "/items/1", weight: 1}]
load: [{constant: {rate: 4/s, for: 1s}}]
`

func integrated(kind, integrations string) (*Scenario, error) {
	return Parse("integrated.yaml", []byte(strings.NewReplacer("KIND", kind, "INTEGRATIONS", integrations).Replace(integratedScenario)), env())
}

func TestIntegrationsByRouteAreRead(t *testing.T) {
	s, err := integrated("rest-api", `"GET /items/{id}": {type: dynamodb}, "ANY /old/{proxy+}": {type: http, url: "http://127.0.0.1:8000/"}`)
	if err != nil {
		t.Fatal(err)
	}
	it := s.Targets[0]
	if i, in := it.IntegrationAt("GET", "/items/1"); !in || i != (targets.Integration{Route: "GET /items/{id}", Type: "dynamodb", Action: "PutItem"}) {
		t.Errorf("%+v, %v", i, in)
	}
	if got := s.reached(it); len(got) != 1 || got[0] != "127.0.0.1" {
		t.Errorf("load reaches %v: a server on this machine gets it", got)
	}
	p, err := NewPlan(s)
	if err != nil {
		t.Fatal(err)
	}
	if q := p.invoking(0); q.String() != "0.75" {
		t.Errorf("%s of the requests invoke the function", q)
	}
	calls := p.called(0, pricing.Amount{Quantity: pricing.Whole(8)}, likelyGuess)
	if len(calls) != 1 || calls[0].Of != "DynamoDB PutItem" || calls[0].Requests.Quantity.Cmp(pricing.Whole(2)) != 0 {
		t.Errorf("%+v", calls)
	}
}

func TestRoutesWithDetailedMetricsAreRead(t *testing.T) {
	const more = "\n    detailed_metrics: ROUTES"
	for routes, want := range map[string]string{
		`["GET /items/{id}", "ANY /{proxy+}"]`: "",
		`["/items"]`:                           "is not a route",
		`["GET /items", "GET /items"]`:         "GET /items is in the list already",
		`[$default]`:                           "has no $default: name a method and a path",
	} {
		_, err := Parse("detailed.yaml", []byte(strings.NewReplacer("KIND", "rest-api", "\n    integrations: {INTEGRATIONS}", strings.Replace(more, "ROUTES", routes, 1)).Replace(integratedScenario)), env())
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: %v\nwant %s", routes, err, want)
		}
	}
}

func TestMistakesInIntegrationsAreReported(t *testing.T) {
	for name, row := range map[string]struct{ kind, integrations, want string }{
		"no route":              {"rest-api", `"items": {type: mock}`, `"items" is not a route`},
		"another type":          {"http-api", `"GET /items": {type: dynamodb}`, `dynamodb`},
		"another action":        {"rest-api", `"GET /items": {type: s3, action: Publish}`, `Publish`},
		"an action of a server": {"rest-api", `"GET /items": {type: http, action: Publish, url: "http://127.0.0.1:1"}`, `only services have actions`},
		"no server":             {"rest-api", `"GET /items": {type: http}`, `needs the address of a web server on this machine`},
		"another machine":       {"rest-api", `"GET /items": {type: http, url: "http://example.com"}`, `is another machine`},
		"an address of nothing": {"rest-api", `"GET /items": {type: mock, url: "http://127.0.0.1:1"}`, `only type http has an address`},
		"default of a REST API": {"rest-api", `$default: {type: mock}`, `has no $default: write "ANY /" and "ANY /{proxy+}"`},
		"a balancer's route":    {"alb", `"GET /": {type: http, url: "http://127.0.0.1:1"}`, `has no routes: write $default`},
		"a function URL's":      {"function-url", `$default: {type: http, url: "http://127.0.0.1:1"}`, `integrations`},
	} {
		if _, err := integrated(row.kind, row.integrations); err == nil || !strings.Contains(err.Error(), row.want) {
			t.Errorf("%s: %v\nwant %s", name, err, row.want)
		}
	}
}
