package main

import (
	"slices"
	"testing"

	"tollgate/scenarios/probes"
	"tollgate/targets/account"
)

func TestLimitsOfPlansAndStagesHaveNames(t *testing.T) {
	got := limitsOf(
		[]account.Plan{{Name: "free", Throttle: &account.Limit{Rate: 10, Burst: 20}, Methods: map[string]account.Limit{"/predict/POST": {Rate: 1, Burst: 2}}}, {Name: "open"}},
		account.Stage{Name: "prod", Limits: map[string]account.Limit{"*/*": {Rate: 5, Burst: 6}, "~1predict/POST": {Rate: 3, Burst: 4}, "~1none/GET": {}}},
	)
	want := []probes.ConfiguredLimit{
		{Layer: `usage plan "free"`, Rate: 10, Burst: 20},
		{Layer: `usage plan "free" for /predict/POST`, Rate: 1, Burst: 2},
		{Layer: "stage prod", Rate: 5, Burst: 6},
		{Layer: "stage prod for ~1predict/POST", Rate: 3, Burst: 4},
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %v", got)
	}
}
