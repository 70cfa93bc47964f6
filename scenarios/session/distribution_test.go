package session

import (
	"fmt"
	"strings"
	"testing"

	"tollgate/pricing"
	"tollgate/pricing/books"
	"tollgate/results"
	"tollgate/results/observe"
	"tollgate/scenarios"
	"tollgate/targets"
	"tollgate/targets/lab"
	"tollgate/targets/targettest"
)

// What a run counts of a distribution is what happened there and behind it, to the last
// request, and its bill is that of these counts, to the cent.
func TestARunKnowsWhatADistributionDid(t *testing.T) {
	t.Parallel()
	quick := &lab.LogNormal{Median: 1}
	l, doors := targettest.StartLab(t, lab.Config{
		Seed: 4, Function: lab.Function{Init: quick, Warm: quick},
		Doors: []lab.DoorConfig{
			{Kind: "cloudfront", Name: "cdn", Overhead: quick, CDN: &lab.Distribution{Origin: "api", Locations: []lab.EdgeLocation{{Name: "FRA56-P1", Share: 0.7}, {Name: "IAD89-C1", Share: 0.3}}}},
			{Kind: "http-api", Name: "api", Overhead: quick},
		},
	})
	book, err := books.Latest()
	if err != nil {
		t.Fatal(err)
	}
	text := "name: live\ntargets: {cdn: {kind: cloudfront, url: \"" + doors[0].URL.String() + "\", viewers: europe, behind: {kind: http-api, region: us-east-1}}}\n" +
		"requests:\n  - {name: page, path: \"/?key=${key}\", keys: {count: 5}, weight: 3}\n  - {name: sent, method: POST, path: /predict, json: {features: [5.1, 3.5, 1.4, 0.2]}}\n  - {name: none, path: /none, expect: {status: 404}}\n" +
		"load: [{constant: {rate: 200/s, for: 1s}}]\npricing: {region: us-east-1, requests_per_month: 40M}\n"
	s, err := scenarios.Parse("live.yaml", []byte(text), func(string) (string, bool) { return "", false })
	if err != nil {
		t.Fatal(err)
	}
	s.Targets[0].CloudWatch = doors[0].CloudWatch
	doors[0].Distribution.Origin.Region = "us-east-1"
	s.Targets[0].Distribution.ID, s.Targets[0].Distribution.Origin.API = doors[0].Distribution.ID, doors[0].Distribution.Origin.API
	s.Targets[0].Function.Name = doors[0].Function.Name
	run, err := Run(t.Context(), Config{Scenario: s, Out: t.TempDir(), Book: book, Observer: observe.Observer{}})
	if run == nil {
		t.Fatal(err)
	}
	truth := l.Truth()
	cdn, api := truth.Doors[0], truth.Doors[1]
	seen := run.Document.Targets[0]
	trial := map[string]int64{}
	for _, one := range run.Document.Trial {
		trial[one.Cache]++
	}
	for answer, word := range map[targets.CacheAnswer]string{targets.CacheHit: "Hit", targets.CacheMiss: "Miss"} {
		n := seen.Cache[answer.String()] + trial[answer.String()]
		if answer == targets.CacheMiss {
			n += seen.Cache["passed"] + trial["passed"]
		}
		if n != cdn.Distribution.Results[word] {
			t.Errorf("%s: %d counted, %d happened", word, n, cdn.Distribution.Results[word])
		}
	}
	errors := seen.Cache["error"] + seen.Cache["kept_error"] + trial["error"] + trial["kept_error"]
	if errors != cdn.Distribution.Results["Error"] || seen.Requests+int64(len(run.Document.Trial)) != cdn.Requests {
		t.Errorf("errors: %d counted, %d happened; requests: %d and %d", errors, cdn.Distribution.Results["Error"], seen.Requests, cdn.Requests)
	}
	passed := seen.Cache["miss"] + seen.Cache["passed"] + seen.Cache["error"] + trial["miss"] + trial["passed"] + trial["error"]
	if passed != api.Requests || passed != cdn.Distribution.Origin {
		t.Errorf("%d reached the origin as counted, %d in truth", passed, api.Requests)
	}
	if seen.Cache["passed"] == 0 || seen.Cache["passed"]+trial["passed"] != cdn.Requests-cdn.CacheHits-cdn.CacheMisses-errors {
		t.Errorf("%d responses to POST, %+v", seen.Cache["passed"], cdn)
	}
	for _, c := range seen.Observed.Checks {
		if (c.What == results.CheckRequests || c.What == results.CheckOrigin || c.What == "4xx") && (c.Gap == nil || *c.Gap != 0) {
			t.Errorf("%s: %v", c.What, c)
		}
	}
	checkCents(t, seen)
	for plan, want := range map[string]string{"free": "the free plan allows 1,000,000 requests a month, and what CloudFront does with more is not documented; state a plan", "business": ""} {
		s.Targets[0].Distribution.Plan = plan
		if b := newBilling(run, book, s, s.Targets); !strings.Contains(b.untold[0], want) || (b.untold[0] == "") != (want == "") {
			t.Errorf("%s: %q", plan, b.untold[0])
		}
	}
}

// checkCents computes the lines of the bill that follow from counts alone.
func checkCents(t *testing.T, seen results.TargetDoc) {
	t.Helper()
	const month = 40_000_000
	passed := pricing.Ratio(month*(seen.Cache["miss"]+seen.Cache["passed"]+seen.Cache["error"]), seen.Requests)
	want := map[string]string{
		pricing.CloudFrontRequests.Key("europe"): "$48.00", // at $0.0120 for 10,000
		pricing.HTTPRequests.ID:                  fmt.Sprint(pricing.Money(passed.Div(pricing.Whole(1_000_000)))),
	}
	for _, line := range seen.Bill.Lines {
		if cost, known := want[line.Dimension]; known {
			delete(want, line.Dimension)
			if line.Cost.String() != cost {
				t.Errorf("%s costs %s, want %s", line.Title, line.Cost, cost)
			}
		}
	}
	if len(want) > 0 {
		t.Errorf("the bill has no line of %v: %+v", want, seen.Bill.Lines)
	}
}
