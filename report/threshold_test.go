package report

import (
	"testing"

	"tollgate/results"
)

func TestWhatAThresholdIsAbout(t *testing.T) {
	r := &Report{Document: results.Document{Requests: []string{"users"}, Targets: []results.TargetDoc{{Name: "shop", ReleaseHeader: "X-Version"}}}}
	for _, row := range []struct {
		of   results.ThresholdResult
		want string
	}{
		{results.ThresholdResult{Target: "shop"}, "shop"},
		{results.ThresholdResult{Target: "shop", Request: "users", Stage: "peak"}, "shop, request users, stage peak"},
		{results.ThresholdResult{Target: "shop", Request: "canary"}, "shop, release canary"},
		{results.ThresholdResult{Target: "shop", Population: "free"}, "shop, population free"},
	} {
		if got := r.thresholdOf(row.of); got != row.want {
			t.Errorf("%q, want %q", got, row.want)
		}
	}
	if (&results.Document{Targets: []results.TargetDoc{{}}}).IsRelease("canary") {
		t.Error("a run that distinguishes no releases has a canary")
	}
}
