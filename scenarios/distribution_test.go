package scenarios

import (
	"slices"
	"strings"
	"testing"

	"tollgate/pricing"
)

// albAtLab is what these rows replace.
const albAtLab = "lab-alb: {kind: alb, url: lab}"

func distributionRows() []row {
	cdn := func(keys string) string {
		return `cdn: {kind: cloudfront, url: "https://d111111abcdef8.cloudfront.net", ` + keys + "}"
	}
	return []row{
		{name: "a distribution before an API, in full", old: albAtLab, new: cdn(`distribution: E1A2B3C4D5E6F7, viewers: {us: 60%, south-america: 40%}, plan: pro, function_share: 100%, lambda_edge: {share: 10%, duration: 5ms, memory: 128MB}, behind: {kind: http-api, region: eu-central-1, api: a1b2c3, function: {name: ml}}`)},
		{name: "a distribution before a server of one's own", old: albAtLab, new: cdn(`behind: {kind: origin}`)},
		{name: "a distribution before a Web Function", old: albAtLab, new: cdn(`behind: {kind: lambda-web, url: "https://a1b2c3d4e5.x9y.lambda-web.eu-west-1.on.aws", web_function: {name: shop, cpu: 4ms, environments: 2, memory: 300MB}}`)},
		{name: "a Web Function's key at another origin", old: albAtLab, new: cdn("behind: {kind: http-api, region: us-east-1, web_function: {name: shop}}"), want: "belongs to lambda-web, and this target is of kind http-api"},
		{name: "a distribution of which nothing else is known", old: albAtLab, new: `cdn: {kind: cloudfront, url: "https://d111111abcdef8.cloudfront.net"}`},
		{name: "a distribution under a name of one's own", old: albAtLab, new: `cdn: {kind: cloudfront, url: "https://shop.example.com", behind: {kind: alb, region: us-west-2, balancer: app/lb/50dc6c495c0c9188, zones: 3}}`},
		{name: "an origin whose address names it", old: albAtLab, new: cdn(`behind: {kind: http-api, url: "https://a1b2c3.execute-api.eu-west-1.amazonaws.com"}`)},
		{name: "the lab's distribution", old: albAtLab, new: "cdn: {kind: cloudfront, url: lab, behind: {kind: alb}}"},
		{name: "the address of a distribution as another kind", old: albAtLab, new: `cdn: {kind: http-api, url: "https://d111111abcdef8.cloudfront.net", region: us-east-1}`, want: `"http-api" contradicts the url, which is the address of a CloudFront distribution: write kind: cloudfront`, deeper: true},
		{name: "a distribution at the address of an API", old: "kind: rest-api", new: "kind: cloudfront", want: `"cloudfront" contradicts the url, which is the address of an API of API Gateway`, deeper: true},
		{name: "an id that is none", old: albAtLab, new: cdn("distribution: d111111abcdef8"), want: "is not the id of a distribution, such as E1A2B3C4D5E6F7"},
		{name: "an API's key at the distribution", old: albAtLab, new: cdn("api: a1b2"), want: "belongs to rest-api, http-api or websocket-api, and this target is of kind cloudfront"},
		{name: "a distribution's key at an API", old: albAtLab, new: "lab-alb: {kind: alb, url: lab, distribution: E1A2B3C4D5E6F7}", want: "belongs to cloudfront, and this target is of kind alb"},
		{name: "a plan that is not sold", old: albAtLab, new: cdn("plan: gold"), want: `"gold" is not one of free, pro`},
		{name: "an origin without a kind", old: albAtLab, new: cdn("behind: {api: a1b2}"), want: "kind"},
		{name: "an origin in no region", old: albAtLab, new: cdn("behind: {kind: http-api, api: a1b2}"), want: "the region of the origin of cdn is not known", deeper: true},
		{name: "a distribution before another one", old: albAtLab, new: cdn("behind: {kind: cloudfront}"), want: `"cloudfront" cannot be behind a distribution here`},
		{name: "messages behind a distribution", old: albAtLab, new: cdn("behind: {kind: websocket-api, region: us-east-1}"), want: `"websocket-api" cannot be behind a distribution here`},
		{name: "a key of another kind of origin", old: albAtLab, new: cdn("behind: {kind: http-api, region: us-east-1, zones: 2}"), want: "belongs to alb, and this target is of kind http-api"},
		{name: "viewers who do not add up", old: albAtLab, new: cdn("viewers: {us: 60%, europe: 60%}"), want: "must add up to 1", deeper: true},
		{name: "viewers of whose area no price is known", old: albAtLab, new: cdn("behind: {kind: http-api, region: cn-north-1}"), want: "no price of CloudFront for viewers near cn-north-1 is known: write viewers", deeper: true},
		{name: "a share above all", old: albAtLab, new: cdn("function_share: 120%"), want: "120%", deeper: true},
		{name: "signatures through a distribution", old: albAtLab, new: cdn("auth: {iam: {}}"), want: "cloudfront"},
	}
}

func TestADistributionHasTheRegionAndTheFunctionOfWhatIsBehindIt(t *testing.T) {
	text := "name: x\ntargets:\n  cdn: {kind: cloudfront, url: \"https://d1.cloudfront.net\", behind: {kind: http-api, url: \"https://a1b2.execute-api.ap-northeast-1.amazonaws.com\", function: {name: ml, memory: 1GB}}}\nrequests: [{name: r, path: /}]\nload: [{constant: {rate: 1/s, for: 1s}}]\n"
	s, err := Parse("x.yaml", []byte(text), environment)
	if err != nil {
		t.Fatal(err)
	}
	got := s.Targets[0]
	d := got.Distribution
	if got.Region != "ap-northeast-1" || got.Function.Name != "ml" || got.Function.MemoryMB != 1024 || d.Origin.API != "a1b2" || d.Use.Viewers.String() != "japan" || !d.ViewersAssumed {
		t.Errorf("%+v, %+v", got, d)
	}
	if name, title := (&got).Door().Name, (&got).Title(); name != "cloudfront-http-api" || title != "CloudFront by usage, before an HTTP API" {
		t.Errorf("billed as %s, and called %s", name, title)
	}
}

func TestADistributionBeforeAWebFunctionIsExperimentalToo(t *testing.T) {
	p := guarded(t, `kind: cloudfront, url: "https://d1.cloudfront.net", viewers: us, behind: {kind: lambda-web, region: us-east-1, web_function: {name: shop, cpu: 4ms, environments: 2, memory: 512MB}}`, "constant: {rate: 10/s, for: 10s}", "pricing: {requests_per_month: 1M}")
	one := p.Scenario.Targets[0]
	if title := one.Title(); title != "CloudFront by usage, before a Lambda Web Function (experimental)" || one.Door().Experimental == "" {
		t.Errorf("%s: %q", title, one.Door().Experimental)
	}
	_, err := p.MonthBill(0, guardBook(t))
	if err == nil || !strings.Contains(err.Error(), "lambdaweb.cpu") {
		t.Errorf("its price is known: %v", err)
	}
	free, dollar := pricing.Money{}, pricing.Money(pricing.Whole(1))
	bill, err := p.MonthBill(0, guardBook(t).Stating([]string{"us-east-1"}, map[string]pricing.Money{
		"lambdaweb.requests": free, "lambdaweb.cpu": dollar, "lambdaweb.memory": free, "lambdaweb.transfer": free,
		"cloudfront.requests.us": free, "cloudfront.transfer.us": free, "cloudfront.origin.us": free,
	}, "test"))
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(bill.Lines, func(l pricing.Line) bool { return l.Dimension == pricing.LambdaWebCPU.ID })
	if i < 0 || bill.Lines[i].Cost.String() != "$4,000.00" { // 1 M requests of 4 ms
		t.Errorf("%+v", bill.Lines)
	}
}

func TestADistributionOfWhichNothingIsKnownIsCalledThat(t *testing.T) {
	p := guarded(t, `kind: cloudfront, url: "https://d1.cloudfront.net", plan: pro`, "constant: {rate: 1/s, for: 1s}", "")
	one := p.Scenario.Targets[0]
	if title := one.Title(); title != "CloudFront flat-rate plan, before an unstated origin" {
		t.Error(title)
	}
	for _, w := range p.Warnings {
		if strings.Contains(w.Error(), "AWS/Lambda") {
			t.Errorf("metrics of a function without a name are missed: %v", w)
		}
	}
}

func TestAPlanSaysWhatABillOfADistributionWillLack(t *testing.T) {
	for target, want := range map[string]string{
		`kind: cloudfront, url: "https://d1.cloudfront.net"`:                                                                                     "nothing says what is behind the distribution, so that its bill is that of CloudFront alone: write behind: {kind: …}; viewers are taken to be in us: write viewers",
		`kind: cloudfront, url: "https://d1.cloudfront.net", behind: {kind: http-api, region: us-east-1, api: a1}`:                               "AWS/CloudFront needs distribution",
		`kind: cloudfront, url: "https://d1.cloudfront.net", distribution: E1A2B3C4D5E6F7, behind: {kind: http-api, region: us-east-1, api: a1}`: "of what is behind the distribution, CloudWatch cannot report all of its metrics: AWS/Lambda needs function.name",
	} {
		p := guarded(t, target, "constant: {rate: 1/s, for: 1s}", "")
		var all []string
		for _, w := range p.Warnings {
			all = append(all, w.Error())
		}
		if !strings.Contains(strings.Join(all, "\n"), want) {
			t.Errorf("%s: %q", target, all)
		}
	}
}

// Before a run every request may reach the origin.
func TestAPlanTakesEveryRequestToReachTheOrigin(t *testing.T) {
	p := guarded(t, `kind: cloudfront, url: "https://d1.cloudfront.net", behind: {kind: http-api, region: us-east-1}`, "constant: {rate: 10/s, for: 10s}", "pricing: {requests_per_month: 10M}")
	bill, err := p.MonthBill(0, guardBook(t).Stating([]string{"us-east-1"}, map[string]pricing.Money{
		"cloudfront.requests.us": pricing.Money(pricing.Ratio(1, 1_000_000)), "cloudfront.transfer.us": {}, "cloudfront.origin.us": {},
	}, "test"))
	if err != nil {
		t.Fatal(err)
	}
	lines := map[string]string{}
	for _, l := range bill.Lines {
		lines[l.Dimension] = l.Cost.String()
	}
	if lines[pricing.CloudFrontRequests.Key("us")] != "$10.00" || lines[pricing.HTTPRequests.ID] != "$10.00" {
		t.Errorf("%v", lines)
	}
}
