package main

import (
	"slices"
	"testing"

	"tollgate/scenarios/probes/probe"
	"tollgate/targets/aws"
)

func TestLimitsOfPlansAndStagesHaveNames(t *testing.T) {
	got := limitsOf(
		[]aws.Plan{{Name: "free", Throttle: &aws.Limit{Rate: 10, Burst: 20}, Methods: map[string]aws.Limit{"/predict/POST": {Rate: 1, Burst: 2}}}, {Name: "open"}},
		aws.Stage{Name: "prod", Limits: map[string]aws.Limit{"*/*": {Rate: 5, Burst: 6}, "~1predict/POST": {Rate: 3, Burst: 4}, "~1none/GET": {}}},
	)
	want := []probe.ConfiguredLimit{
		{Layer: `usage plan "free"`, Rate: 10, Burst: 20},
		{Layer: `usage plan "free" for /predict/POST`, Rate: 1, Burst: 2},
		{Layer: "stage prod", Rate: 5, Burst: 6},
		{Layer: "stage prod for ~1predict/POST", Rate: 3, Burst: 4},
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %v", got)
	}
}
