package scenarios

import (
	"os"
	"slices"
	"strings"
	"testing"
)

const pageFlows = `
name: pages
targets:
  app: {kind: http-api, url: lab, origin: https://app.example.com, preflight: browser}
  other: {kind: alb, url: lab}
flows:
  - name: sign-up
    steps:
      - {name: ask, path: /ask}
      - {name: send, method: PUT, path: /send, body: x}
  - name: look
    steps:
      - {name: page, path: /page, preflight: none}
`

func plannedPage(t *testing.T, text string) (*Plan, error) {
	t.Helper()
	s, err := Parse("x.yaml", []byte(text), os.LookupEnv)
	if err != nil {
		t.Fatal(err)
	}
	return NewPlan(s)
}

// Each flow has preflights of its own, behind its steps among the requests that are sent, and
// thresholds may be about them.
func TestPreflightsAreRequestsOfTheirOwn(t *testing.T) {
	for _, row := range []struct {
		name, text  string
		sent, asked string
	}{
		{
			"flows", pageFlows + "load: [{constant: {rate: 1/s, for: 1s}}]\nthresholds: ['sign-up/preflight: p(50) < 1s']\n",
			"sign-up/ask sign-up/send look/page sign-up/preflight", "sign-up/preflight sign-up/preflight - -",
		},
		{
			"populations of flows", pageFlows + "populations:\n  a: {flows: [sign-up], load: [{constant: {rate: 1/s, for: 1s}}]}\n  b: {targets: [other], load: [{constant: {rate: 1/s, for: 1s}}]}\n",
			"a/sign-up/ask a/sign-up/send a/sign-up/preflight b/sign-up/ask b/sign-up/send b/look/page", "a/sign-up/preflight a/sign-up/preflight - - - -",
		},
		{
			"requests", "name: x\ntargets: {app: {kind: http-api, url: lab, origin: 'https://a.example', preflight: browser}}\nrequests: [{name: a, path: /}, {name: b, path: /, preflight: none}]\nload: [{constant: {rate: 1/s, for: 1s}}]\nthresholds: ['/preflight: p(50) < 1s']\n",
			"a b preflight", "preflight - -",
		},
		{"no page", "name: x\ntargets: {app: {kind: http-api, url: lab}}\nrequests: [{name: a, path: /}]\nload: [{constant: {rate: 1/s, for: 1s}}]\n", "a", "-"},
	} {
		p, err := plannedPage(t, row.text)
		if err != nil {
			t.Fatalf("%s: %v", row.name, err)
		}
		var asked []string
		for _, number := range p.Asked {
			name := "-"
			if number >= 0 {
				name = p.Sent[number].Name
			}
			asked = append(asked, name)
		}
		if got := strings.Join(requestNames(p.Sent), " "); got != row.sent || strings.Join(asked, " ") != row.asked {
			t.Errorf("%s: sent %q, asked %q", row.name, got, asked)
		}
		var own []string
		for i := range p.Populations {
			own = append(own, p.PreflightsOf(&p.Populations[i])...)
		}
		if !slices.Equal(own, p.Preflights()) {
			t.Errorf("%s: %q of populations, %q of all", row.name, own, p.Preflights())
		}
	}
}

func TestARequestIsNotCalledAsPreflightsAre(t *testing.T) {
	_, err := plannedPage(t, "name: x\ntargets: {app: {kind: http-api, url: lab, origin: 'https://a.example', preflight: browser}}\nrequests: [{name: preflight, path: /}]\nload: [{constant: {rate: 1/s, for: 1s}}]\n")
	if err == nil || !strings.Contains(err.Error(), "request preflight: preflights are recorded under that name") {
		t.Errorf("%v", err)
	}
}

// Browsers write origins in one way.
func TestOriginsAreReadAsBrowsersWriteThem(t *testing.T) {
	for origin, want := range map[string]string{
		"https://App.Example.com": "https://app.example.com", "https://a.example:443": "https://a.example", "http://localhost:3000": "http://localhost:3000", "http://a.example:80": "http://a.example", "null": "null",
	} {
		p, err := plannedPage(t, "name: x\ntargets: {app: {kind: http-api, region: eu-central-1, url: 'https://api.example', origin: '"+origin+"', preflight: browser}}\nrequests: [{name: a, path: /}]\nload: [{constant: {rate: 1/s, for: 1s}}]\n")
		if err != nil || p.Scenario.Targets[0].Client.Page.Origin != want {
			t.Errorf("%s: %v %+v", origin, err, p.Scenario.Targets[0].Client.Page)
		}
	}
}

func TestAPageOfTheTargetsOwnOriginIsWarnedOf(t *testing.T) {
	p, err := plannedPage(t, "name: x\ntargets: {app: {kind: http-api, region: eu-central-1, url: 'https://api.example:443', origin: 'https://api.example', preflight: browser}}\nrequests: [{name: a, path: /}]\nload: [{constant: {rate: 1/s, for: 1s}}]\n")
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range p.Warnings {
		if strings.Contains(w.Error(), "https://api.example is its own origin, and a browser sends no preflights there") {
			return
		}
	}
	t.Errorf("%v", p.Warnings)
}

// A plan's cost has the preflights that there may be: at the most one for each request.
func TestAPlansCostHasPreflights(t *testing.T) {
	text := "name: x\ntargets: {app: {kind: http-api, region: us-east-1, url: 'https://api.example', origin: 'https://app.example', preflight: browser}}\nrequests: [{name: a, path: /}]\nload: [{constant: {rate: 100/s, for: 10s}}]\n"
	for preflight, want := range map[string]string{"browser": "2000", "none": "1000"} {
		p, err := plannedPage(t, strings.Replace(text, "preflight: browser", "preflight: "+preflight, 1))
		if err != nil {
			t.Fatal(err)
		}
		p.Trials = nil
		traffic := p.traffic(0, highGuess)
		if got := traffic.Requests.Quantity.String(); strings.ReplaceAll(got, ",", "") != want || strings.ReplaceAll(traffic.Invocations.Quantity.String(), ",", "") != "1000" {
			t.Errorf("%s: %s requests, %s invocations", preflight, got, traffic.Invocations.Quantity)
		}
	}
}

// A month that is stated in flows has as many requests as they are likely to have.
func TestAMonthOfFlowsIsOneOfRequests(t *testing.T) {
	p, err := plannedPage(t, pageFlows+"load: [{constant: {rate: 10/s, for: 10s}}]\npricing: {flows_per_month: 1M}\n")
	if err != nil {
		t.Fatal(err)
	}
	if got := p.monthRequests(0, likelyGuess); got != 1_500_000 { // flows of two steps and of one
		t.Errorf("%d requests", got)
	}
}

// The highest rate that a plan may come to, which limits are held against, has preflights.
func TestTheHighestRateHasPreflights(t *testing.T) {
	for preflight, want := range map[string]float64{"browser": 200, "none": 100} {
		p, err := plannedPage(t, "name: x\ntargets: {app: {kind: http-api, url: lab, origin: 'https://app.example', preflight: "+preflight+"}}\nrequests: [{name: a, path: /}]\nload: [{constant: {rate: 100/s, for: 10s}}]\n")
		if err != nil || p.Peak() != want {
			t.Errorf("%s: %v/s, %v", preflight, p.Peak(), err)
		}
	}
}

// A browser may ask another host, too; that is not done, and said.
func TestStepsAtOtherHostsAreNotAskedFor(t *testing.T) {
	text := strings.Replace(pageFlows, "path: /send, body: x}", "url: 'https://store.example.com/x', body: x}", 1)
	p, err := plannedPage(t, text+"hosts: ['https://store.example.com']\nload: [{constant: {rate: 1/s, for: 1s}}]\n")
	if err != nil {
		t.Fatal(err)
	}
	if p.Asked[1] >= 0 || p.Asked[0] < 0 {
		t.Errorf("asked %v", p.Asked)
	}
	for _, w := range p.Warnings {
		if strings.Contains(w.Error(), "request sign-up/send goes to another host: the preflight that a browser may send there is left out") {
			return
		}
	}
	t.Errorf("%v", p.Warnings)
}
