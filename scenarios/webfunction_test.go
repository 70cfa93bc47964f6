package scenarios

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"tollgate/pricing"
	"tollgate/targets"
)

// webFunctionRows are target keys of Web Functions, as the parser and the schema take them.
var webFunctionRows = []row{
	{name: "a Web Function", old: "kind: alb, url: lab", new: "kind: lambda-web, url: lab"},
	{name: "a Web Function with all that can be stated", old: "kind: alb, url: lab", new: `kind: lambda-web, url: "https://abcdefgh12345678.b7t.lambda-web.us-east-1.on.aws", auth: {iam: true}, web_function: {name: shop, concurrency: 64, max_environments: 10, rate_limit: 2000/s, timeout: 60s, throttled_status: 503, signing_name: lambda-web, metrics: {count: HTTPRequestCount, 4xx: HTTPResponseStatusClass4XX, latency: HTTPLatency}, cpu: 4ms, environments: 2.5, memory: 300MB}`},
	{name: "a rate limit that blocks everything", old: "kind: alb, url: lab", new: "kind: lambda-web, url: lab, web_function: {rate_limit: 0/s}"},
	{name: "a rate limit between the steps", old: "kind: alb, url: lab", new: "kind: lambda-web, url: lab, web_function: {rate_limit: 1500/s}", want: "web_function.rate_limit: \"1500/s\" is not a rate limit of a Web Function", deeper: true},
	{name: "more requests than an environment takes", old: "kind: alb, url: lab", new: "kind: lambda-web, url: lab, web_function: {concurrency: 129}", want: "web_function.concurrency"},
	{name: "one environment at most", old: "kind: alb, url: lab", new: "kind: lambda-web, url: lab, web_function: {max_environments: 1}", want: "web_function.max_environments"},
	{name: "a timeout that is too short", old: "kind: alb, url: lab", new: "kind: lambda-web, url: lab, web_function: {timeout: 1s}", want: "web_function.timeout", deeper: true},
	{name: "a part of what is billed", old: "kind: alb, url: lab", new: "kind: lambda-web, url: lab, web_function: {cpu: 4ms}", want: `needs "environments"`},
	{name: "metrics at the lab", old: "kind: alb, url: lab", new: "kind: lambda-web, url: lab, web_function: {metrics: {count: Requests}}", want: "the lab publishes the documented metric alone", deeper: true},
	{name: "a Web Function's keys at another kind", old: "kind: alb, url: lab", new: "kind: alb, url: lab, web_function: {name: shop}", want: "belongs to lambda-web"},
	{name: "a function behind a Web Function", old: "kind: alb, url: lab", new: "kind: lambda-web, url: lab, function: {name: shop}", want: "function: belongs to"},
	{name: "signatures at an endpoint of several regions", old: "kind: alb, url: lab", new: `kind: lambda-web, url: "https://abcdefgh12345678.lambda-web.global.on.aws", region: us-east-1, auth: {iam: true}`, want: "needs signatures of SigV4a, which are not made here", deeper: true},
	{name: "an endpoint of several regions", old: "kind: alb, url: lab", new: `kind: lambda-web, url: "https://abcdefgh12345678.lambda-web.global.on.aws", region: us-east-1`},
	{name: "a Web Function by a function URL's address", old: "kind: alb, url: lab", new: `kind: lambda-web, url: "https://abc.lambda-url.us-east-1.on.aws"`, want: "write kind: function-url", deeper: true},
}

func TestWhatIsStatedOfAWebFunctionIsRead(t *testing.T) {
	s, err := Parse("x.yaml", []byte(with(t, webFunctionRows[1].old, webFunctionRows[1].new)), environment)
	if err != nil {
		t.Fatal(err)
	}
	rate := int64(2000)
	want := targets.WebFunction{
		Name: "shop", PerEnvironment: 64, Environments: 10, Rate: &rate, Timeout: time.Minute, Throttled: 503, Signing: "lambda-web",
		Metrics: []targets.WebMetric{{Role: targets.RoleClientError, Name: "HTTPResponseStatusClass4XX"}, {Role: targets.RoleCount, Name: "HTTPRequestCount"}, {Role: targets.RoleLatency, Name: "HTTPLatency"}},
		Use:     pricing.WebFunctionUse{CPU: pricing.Shape{Range: pricing.Exactly(pricing.Whole(4))}, Environments: pricing.Exactly(pricing.Ratio(5, 2)), MemoryMB: 300},
	}
	for _, target := range s.Targets {
		if target.Kind != &targets.LambdaWeb {
			continue
		}
		if got := target.Web; !reflect.DeepEqual(got, want) {
			t.Errorf("read\n%+v\nwant\n%+v", got, want)
		}
		var names []string
		for w, dims := range target.Watched("") {
			names = append(names, fmt.Sprint(w.Role, " ", w.Metric, " ", dims["FunctionName"]))
		}
		if got := strings.Join(names, ", "); got != "5xx HTTPResponseStatusClass5XX shop, 4xx HTTPResponseStatusClass4XX shop, count HTTPRequestCount shop, latency HTTPLatency shop" {
			t.Errorf("watches %s", got)
		}
		if target.SigningName() != "lambda-web" || target.ThrottleStatus() != 503 || target.Region != "us-east-1" {
			t.Errorf("signs for %s, throttles with %d, in %s", target.SigningName(), target.ThrottleStatus(), target.Region)
		}
		return
	}
	t.Error("there is no Web Function")
}

// Every plan of a Web Function says that it is experimental, and what it will refuse.
func TestPlansSayWhatIsSpecialOfAWebFunction(t *testing.T) {
	p := guarded(t, "kind: lambda-web, url: lab, web_function: {rate_limit: 100/s}", "constant: {rate: 150/s, for: 1s}", "")
	var all []string
	for _, w := range p.Warnings {
		all = append(all, w.Error())
	}
	for _, want := range []string{"Lambda Web Functions are experimental here", "150/s exceeds the rate limit of its endpoint, 100/s"} {
		if text := strings.Join(all, "\n"); !strings.Contains(text, want) {
			t.Errorf("%q is not in\n%s", want, text)
		}
	}
}

// A limit on cost cannot be kept where a price is unknown, and a run asks before it is sent.
func TestTheCostOfAWebFunctionIsUnknown(t *testing.T) {
	p := guarded(t, `kind: lambda-web, url: "https://abcdefgh12345678.b7t.lambda-web.us-east-1.on.aws"`, "constant: {rate: 1/s, for: 1s}", "pricing: {requests_per_month: 1M}")
	book := guardBook(t)
	if e := p.Estimate(book); e.Unknown() == nil || e.Total.High.Float() > 0.1 {
		t.Errorf("estimated at %v, %v", e.Total, e.Unknown())
	}
	names, err := p.Unbillable(book)
	if err == nil || len(names) != 1 {
		t.Errorf("no bill of %v: %v", names, err)
	}
	limit, _ := pricing.ParseMoney("5")
	for _, g := range []Guard{{Book: book}, {Book: book, MaxCost: limit, Yes: true}} {
		if r := g.Refusals(p); len(r) != 1 || !strings.Contains(r[0].Error(), "unknown") {
			t.Errorf("refused: %v", r)
		}
	}
}
