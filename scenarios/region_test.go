package scenarios

import (
	"slices"
	"strings"
	"testing"

	"tollgate/pricing"
	"tollgate/targets"
)

func TestWhereATargetIsAndWithWhosePricesItIsBilled(t *testing.T) {
	for _, row := range []struct {
		name, target, pricing string
		region, billed        string
		byDefault             bool
	}{
		{name: "as its host says", target: `kind: http-api, url: "https://A1B2.execute-api.eu-north-1.api.aws"`, region: "eu-north-1", billed: "eu-north-1"},
		{name: "as its region says", target: `kind: alb, url: "https://example.com", region: eu-west-2`, region: "eu-west-2", billed: "eu-west-2"},
		{name: "as pricing says", target: `kind: alb, url: "https://example.com"`, pricing: "{region: sa-east-1}", region: "sa-east-1", billed: "sa-east-1"},
		{name: "as its host says, and billed elsewhere", target: `kind: alb, url: "https://a-1.eu-west-2.elb.amazonaws.com"`, pricing: "{region: sa-east-1}", region: "eu-west-2", billed: "sa-east-1"},
		{name: "an origin is nowhere", target: `kind: origin, url: "https://example.com"`},
		{name: "an origin behind a load balancer", target: `kind: origin, url: "https://a-1.eu-west-2.elb.amazonaws.com"`, region: "eu-west-2", billed: "eu-west-2"},
		{name: "the lab is nowhere, and billed by default", target: "kind: alb, url: lab", region: LabRegion, billed: LabRegion, byDefault: true},
		{name: "the lab is billed as pricing says", target: "kind: alb, url: lab", pricing: "{region: us-east-1}", region: "us-east-1", billed: "us-east-1"},
	} {
		t.Run(row.name, func(t *testing.T) {
			text := "name: x\ntargets:\n  a: {" + row.target + "}\nrequests: [{name: r, path: /}]\nload: [{constant: {rate: 1/s, for: 1s}}]\n"
			if row.pricing != "" {
				text += "pricing: " + row.pricing + "\n"
			}
			s, err := Parse("x.yaml", []byte(text), environment)
			if err != nil {
				t.Fatal(err)
			}
			if got := s.Targets[0]; got.Region != row.region || s.BillRegion(got) != row.billed || s.BilledByDefault(got) != row.byDefault {
				t.Errorf("in %q, billed in %q, by default %v", got.Region, s.BillRegion(got), s.BilledByDefault(got))
			}
		})
	}
}

// What is wrong with a host is said once, and not followed by what it leaves open.
func TestAHostThatIsWrongIsSaidOnce(t *testing.T) {
	text := "name: x\ntargets:\n  a: {kind: alb, url: \"https://a-1.us-east-9.elb.amazonaws.com\"}\nrequests: [{name: r, path: /}]\nload: [{constant: {rate: 1/s, for: 1s}}]\n"
	_, err := Parse("x.yaml", []byte(text), environment)
	if err == nil || strings.Count(err.Error(), "\n") != 0 || !strings.Contains(err.Error(), "names the region us-east-9") {
		t.Errorf("%v", err)
	}
}

// A bill that cannot be made in the end is said before the run, of the lab as well.
func TestABillThatCannotBeMadeIsSaidBefore(t *testing.T) {
	for text, want := range map[string]string{
		"pricing: {region: eu-north-1, requests_per_month: 1M}": "alb.addresses, alb.hours, alb.lcu, lambda.duration.x86_64, lambda.requests, transfer.out (eu-north-1, Europe (Stockholm))",
		"pricing: {region: us-east-1, requests_per_month: 1M}":  "",
		"pricing: {requests_per_month: 1M}":                     "",
		"pricing: {region: eu-north-1}":                         "",
	} {
		_, err := guarded(t, "kind: alb, url: lab", "constant: {rate: 1/s, for: 1s}", text).Unbillable(guardBook(t))
		if got := LacksText(pricing.Lacks(err)); got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}

// A run that was recorded by another version is read all the same.
func TestARecordedScenarioMayBeNowhere(t *testing.T) {
	for _, target := range []string{
		`kind: http-api, url: "https://example.com"`,
		`kind: http-api, url: "https://a.execute-api.us-east-9.amazonaws.com"`,
		`kind: http-api, url: "https://a.execute-api.us-east-1.amazonaws.com", region: eu-west-1`,
		`kind: origin, url: "https://a.execute-api.us-east-1.amazonaws.com"`,
		`kind: alb, url: "https://example.com", region: us-east-9`,
	} {
		text := "name: x\ntargets:\n  a: {" + target + "}\nrequests: [{name: r, path: /}]\nload: [{constant: {rate: 1/s, for: 1s}}]\n"
		if _, err := Parse("x.yaml", []byte(text), environment); err == nil {
			t.Errorf("%s can run", target)
		}
		if _, err := ParseRecorded("x.yaml", []byte(text)); err != nil {
			t.Errorf("%s: %v", target, err)
		}
	}
}

func TestStatedRatesAreInEveryRegionOfTheScenario(t *testing.T) {
	s := &Scenario{
		Targets: []targets.Target{{Region: "eu-north-1"}, {Region: "us-east-1"}, {}},
		Pricing: Pricing{Region: "sa-east-1", Rates: map[string]pricing.Money{"alb.lcu": pricing.Money(pricing.Ratio(1, 100))}},
	}
	book := s.Book(tinyBook(t))
	if got := book.Regions(); !slices.Equal(got, []string{"eu-north-1", "sa-east-1", "us-east-1"}) {
		t.Errorf("rates in %v", got)
	}
	for _, region := range book.Regions() {
		r, err := book.Rate(region, "alb.lcu")
		if err != nil || r.Quote() != "$0.01" || !r.Stated || r.Unit != pricing.LCUHours {
			t.Errorf("%s: %+v, %v", region, r, err)
		}
	}
	if _, err := book.Rate("us-east-1", "lambda.requests"); err != nil {
		t.Errorf("the book's own rates are gone: %v", err)
	}
	if s.Pricing.Rates = nil; s.Book(nil) != nil || !strings.HasPrefix(s.Book(tinyBook(t)).String(), "tiny") {
		t.Error("without stated rates the book is another")
	}
}

// A stage stands in the path of a REST API, and may stand in that of an HTTP API; what the
// file says holds.
func TestTheStageIsReadOffTheAddress(t *testing.T) {
	const api = "https://abc123.execute-api.eu-north-1.amazonaws.com"
	const mapped = `kind: http-api, url: "https://example.com/v1", region: eu-north-1, api: abc123`
	for target, want := range map[string]struct {
		stage string
		read  bool // with a warning
	}{
		`kind: http-api, url: "` + api + `"`:                                {"", false},
		`kind: http-api, url: "` + api + `/v1"`:                             {"v1", true},
		`kind: http-api, url: "` + api + `/v1/users"`:                       {"v1", true},
		`kind: http-api, url: "` + api + `/v1", stage: v1`:                  {"v1", false},
		`kind: http-api, url: "` + api + `/v1", stage: $default`:            {"$default", false},
		`kind: http-api, url: "https://example.com/v1", region: eu-north-1`: {"", false},
		mapped:                       {"", false},
		mapped + `, stage: $default`: {"$default", false},
		`kind: rest-api, url: "` + api + `/v1/users"`:                             {"v1", false},
		`kind: function-url, url: "https://a1b2.lambda-url.eu-north-1.on.aws/v1"`: {"", false},
	} {
		s, err := Parse("x.yaml", []byte("name: x\ntargets:\n  a: {"+target+"}\nrequests: [{name: r, path: /}]\nload: [{constant: {rate: 1/s, for: 1s}}]\n"), environment)
		if err != nil {
			t.Errorf("%s: %v", target, err)
			continue
		}
		p, err := NewPlan(s)
		if err != nil {
			t.Fatal(err)
		}
		warned, unsure := false, false
		for _, w := range p.Warnings {
			warned = warned || strings.Contains(w.Error(), "is taken for its stage: write stage: v1, or stage: $default if its routes begin so")
			unsure = unsure || strings.Contains(w.Error(), "CloudWatch is asked for its stage $default, and v1, the first part of its path, may be another: write stage: v1")
		}
		if want := target == mapped; unsure != want {
			t.Errorf("%s: warned that v1 may be its stage: %v, want %v", target, unsure, want)
		}
		if got := s.Targets[0]; got.Stage != want.stage || got.StageRead != want.read || warned != want.read {
			t.Errorf("%s: stage %q, read %v, warned %v", target, got.Stage, got.StageRead, warned)
		}
	}
}
