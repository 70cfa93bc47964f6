package report

import (
	"strings"
	"testing"

	"tollgate/results"
)

func TestAFindingWithoutRequestsIsNoProbe(t *testing.T) {
	s := &summary{Terminal: Terminal{Width: 80}, Report: &Report{Run: &results.Run{Findings: []results.Finding{
		{Title: "Drift", Target: "rest", Conclusion: "No drift."},
		{Title: "Cache", Target: "rest", Conclusion: "Hits.", Requests: 3},
	}}}}
	s.findings()
	if got := s.b.String(); !strings.Contains(got, "finding     Drift at rest: No drift.\n") || !strings.Contains(got, "probe       Cache at rest: Hits.\n") {
		t.Errorf("%s", got)
	}
}
