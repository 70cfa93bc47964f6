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

// Which stages of a probe were disturbed is shown wherever its finding is, and how the
// generator performed in each where there is room.
func TestDisturbedStagesOfProbesAreShown(t *testing.T) {
	run := newMaker().done()
	half := 0.5
	run.Findings = []results.Finding{{
		Probe: "cache", Title: "Cache", Target: "rest", Verdict: results.Valid, Conclusion: "Hits.", Requests: 3,
		Disturbed: []string{"stage ratio at 1.0 s was sent again: it was late"},
	}}
	run.Document.ProbeStages = []results.ProbeStage{
		{
			Probe: "cache", Target: "rest", Stage: "ratio", Requests: 1234, Verdict: results.Suspect, Reasons: []string{"it was late"}, Use: results.SentAgain,
			Generator: results.Generator{Lag: results.LagMS{P99: 12.5}, Control: &results.Percentiles{P50: &half, Max: 7.25}, RunQueueMax: 0.75},
		},
		{Probe: "cache", Target: "rest", Stage: "ratio", Requests: 1234, Verdict: results.Valid, Use: results.Concluded},
	}
	r := reported(t, run, nil)
	for _, format := range []string{"text", "md", "html", "json"} {
		got := strings.ReplaceAll(written(t, format, r), "\u00a0", " ") // between a number and its unit
		if !strings.Contains(got, "stage ratio at 1.0 s was sent again: it was late") {
			t.Errorf("%s does not say which stage was disturbed", format)
		}
	}
	full := summarised(t, r, Terminal{Width: 200, Detail: Full})
	page := written(t, "html", r)
	for _, want := range []string{"12.5", "0.500", "7.25", "0.750", "sent again", "concluded from"} {
		if !strings.Contains(full, want) || !strings.Contains(page, want) {
			t.Errorf("%q is not in the text or in the page\n%s", want, full)
		}
	}
	if compact := summarised(t, r, Terminal{Width: 200, Detail: Compact}); strings.Contains(compact, "concluded from") {
		t.Errorf("the compact summary has the table of stages\n%s", compact)
	}
}
