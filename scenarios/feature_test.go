package scenarios

import (
	"slices"
	"testing"

	"tollgate/pricing"
)

func TestEachFeatureThatAScenarioMayRequireIsHadBySomeDoor(t *testing.T) {
	for _, word := range Features() {
		has := func(f pricing.Front) bool { return len(pricing.Lacking(f.Name, []string{word})) == 0 }
		if !slices.ContainsFunc(pricing.Fronts, has) {
			t.Errorf("no door has %q: a scenario that requires it rules out all of them", word)
		}
	}
}
