package report

import (
	"strings"
	"testing"

	"tollgate/results"
)

func TestARunThatItsTrialStoppedShowsWhatCameBack(t *testing.T) {
	doc := results.Document{
		State: results.Aborted, Verdict: results.Valid, Result: results.Fail, Failures: []string{"trial of health at rest: 403 Forbidden"},
		Trial: []results.Trial{
			{Target: "rest", Request: "health", Status: 403, Excerpt: results.Excerpt{HeaderNames: []string{"Date"}, Body: `{"message":"Missing Authentication Token"}`, Truncated: true}},
			{Target: "http", Request: "health", Status: 200, Expected: true},
		},
	}
	ns := notices(doc)
	if len(ns) != 2 || !strings.Contains(ns[1].Title, "no load was sent") || len(ns[1].Reasons) != 1 {
		t.Fatalf("the notices are %+v", ns)
	}
	for _, want := range []string{"health at rest: 403 Forbidden", "headers: Date", "Missing Authentication Token", "…"} {
		if !strings.Contains(ns[1].Reasons[0], want) {
			t.Errorf("%q does not say %q", ns[1].Reasons[0], want)
		}
	}
	if got, tone := headline(doc), trustTone(doc); got != "fail, aborted, nothing measured" || tone == "good" {
		t.Errorf("the headline is %q, its tone %s", got, tone)
	}
	doc.Trial, doc.Aborted = nil, &results.Abort{Rule: "error_share > 50% for 10s"}
	if ns := notices(doc); len(ns) != 2 || !strings.Contains(ns[1].Title, "an abort rule ended") {
		t.Errorf("the notices are %+v", ns)
	}
}
