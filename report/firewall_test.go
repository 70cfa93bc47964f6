package report

import (
	"slices"
	"testing"

	"tollgate/results"
)

func TestWhatAWebACLBlockedIsInEveryFormat(t *testing.T) {
	observed := func(aws, client float64) *results.ObservedDoc {
		return &results.ObservedDoc{Checks: []results.Reconciled{{What: results.CheckWAF, Unit: "count", AWS: &aws, Client: &client}}}
	}
	doc := results.Document{Targets: []results.TargetDoc{
		{Name: "some", Observed: observed(20, 25), Figures: results.Figures{Requests: 80}},
		{Name: "none", Observed: observed(0, 3), Figures: results.Figures{Requests: 80}},
		{Name: "unread", Observed: &results.ObservedDoc{Error: "no credentials"}},
		{Name: "without"},
	}}
	want := []string{
		"some: AWS WAF blocked 20 of 80 requests, as CloudWatch counts them; 25 got a 403",
		"none: AWS WAF blocked 0 of 80 requests, as CloudWatch counts them; 3 got a 403",
	}
	if got := firewalls(doc); !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}
