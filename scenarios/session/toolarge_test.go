package session

import (
	"strings"
	"testing"

	"tollgate/results"
)

func TestAResponseThatIsLargerThanFrontDoorsReturnIsNamed(t *testing.T) {
	doc := &results.Document{
		Targets: []results.TargetDoc{
			{Name: "server", Kind: "origin"},
			{Name: "rest", Kind: "rest-api"},
			{Name: "alb", Kind: "alb"},
			{Name: "cdn", Kind: "cloudfront", Behind: "function-url"},
			{Name: "unstated", Kind: "cloudfront"},
			{Name: "direct", Kind: "rest-api", Integrations: []results.IntegrationDoc{{}}},
		},
		Trial: []results.Trial{{Target: "server", Request: "get", Status: 200, Expected: true, BodyBytes: 7 << 20}, {Target: "server", Request: "small", Status: 200, Expected: true, BodyBytes: 100}},
	}
	for _, row := range []struct {
		name   string
		failed results.Trial
		want   string
	}{
		{"a REST API", results.Trial{Target: "rest", Request: "get", Status: 502}, "the response has 7,340,032 bytes at server, which is more than a front door returns of a function (REST API 6,2"},
		{"a load balancer", results.Trial{Target: "alb", Request: "get", Status: 502}, "(Application Load Balancer 1,048,576 bytes)"},
		{"behind a distribution", results.Trial{Target: "cdn", Request: "get", Status: 502}, "(Function URL 6,2"},
		{"nothing says what is behind it", results.Trial{Target: "unstated", Request: "get", Status: 502}, ""},
		{"a server without Lambda", results.Trial{Target: "direct", Request: "get", Status: 502}, ""},
		{"a small response", results.Trial{Target: "rest", Request: "small", Status: 502}, ""},
		{"another error", results.Trial{Target: "rest", Request: "get", Status: 404}, ""},
	} {
		text, others := tooLarge(doc, []results.Trial{row.failed})
		if !strings.Contains(text, row.want) || (text == "") != (row.want == "") || (len(others) == 1) != (row.want == "") {
			t.Errorf("%s: %q, %v, want %q", row.name, text, others, row.want)
		}
	}
}
