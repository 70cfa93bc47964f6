package session

import (
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"tollgate/pricing"
	"tollgate/results"
	"tollgate/scenarios"
)

// most is what a scenario's run may cost at most.
func most(t *testing.T, c Config) pricing.Money {
	t.Helper()
	plan, err := scenarios.NewPlan(c.Scenario)
	if err != nil {
		t.Fatal(err)
	}
	return plan.Estimate(c.Book).Total.High
}

func warned(run *results.Run, of string) bool {
	return slices.ContainsFunc(run.Document.Warnings, func(w string) bool { return strings.Contains(w, of) })
}

func TestARunIsStoppedAtTheLimitOfItsCost(t *testing.T) {
	t.Parallel()
	var count atomic.Int64
	testStopsAtItsLimit(t, scenario(t, []string{server(t, &count).URL}, "constant: {rate: 200/s, for: 30s}", month))
}

// What populations spend, they spend together.
func TestPopulationsShareTheLimitOfTheRunsCost(t *testing.T) {
	t.Parallel()
	var count atomic.Int64
	s := scenario(t, []string{server(t, &count).URL}, "constant: {rate: 100/s, for: 30s}", month)
	for _, name := range []string{"free", "pro"} {
		request, stage := s.Requests[0], s.Stages[0]
		request.Name, stage.Name = name+"/"+request.Name, name+"/"+stage.Name
		s.Populations = append(s.Populations, scenarios.Population{Name: name, Targets: s.TargetNames(), Requests: []scenarios.Request{request}, Stages: []scenarios.Stage{stage}})
	}
	s.Stages = nil
	testStopsAtItsLimit(t, s)
}

// testStopsAtItsLimit runs a scenario of 6000 requests with a twentieth of what they may cost.
func testStopsAtItsLimit(t *testing.T, s *scenarios.Scenario) {
	t.Helper()
	c := config(t, s)
	c.MaxCost = most(t, c).Times(pricing.Ratio(1, 20))
	run, err := Run(t.Context(), c)
	if run == nil || ReasonOf(err) != Spent || !strings.Contains(err.Error(), run.Dir) {
		t.Fatalf("run %v, error %v; want the run, and an error that says what was spent and where the run is", run, err)
	}
	doc := run.Document
	// Reading CloudWatch is set aside out of the limit first. The stop abandons what is
	// under way, many requests on a busy machine, and they count: they may be billed.
	begun := int64(0)
	for _, outcome := range doc.Targets[0].Outcomes {
		begun += outcome.Count
	}
	if doc.State != results.Interrupted || begun < 50 || begun > 300 {
		t.Errorf("state %s after %d requests, want interrupted after at most a twentieth of 6000", doc.State, begun)
	}
	if !warned(run, "stopped before its end") || doc.Targets[0].Bill == nil {
		t.Errorf("warnings %q, bill %v", doc.Warnings, doc.Targets[0].Bill)
	}
}

func TestARunCloseToItsLimitHasAWarning(t *testing.T) {
	t.Parallel()
	var count atomic.Int64
	s := scenario(t, []string{server(t, &count).URL}, "constant: {rate: 100/s, for: 1s}", "")
	c := config(t, s)
	c.MaxCost = most(t, c).Times(pricing.Ratio(10, 9))
	run, err := Run(t.Context(), c)
	if run == nil || ReasonOf(err) == Spent || run.Document.State != results.Finished || count.Load() != 100 {
		t.Fatalf("run %v, %d requests, error %v", run, count.Load(), err)
	}
	if !warned(run, "90 % of its limit of $") {
		t.Errorf("warnings %q", run.Document.Warnings)
	}
}

func TestALimitNeedsPrices(t *testing.T) {
	var count atomic.Int64
	c := config(t, scenario(t, []string{server(t, &count).URL}, "constant: {rate: 100/s, for: 1s}", ""))
	c.MaxCost, c.Book = most(t, c), nil
	if run, err := Run(t.Context(), c); run != nil || ReasonOf(err) != BadInput || count.Load() != 0 {
		t.Errorf("run %v, error %v, %d requests sent", run, err, count.Load())
	}
}
