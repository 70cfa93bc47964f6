package compare

import (
	"slices"
	"strings"
	"testing"

	"tollgate/results"
)

// A population that sent load to some targets only makes them differ, which is said.
func TestUnequalLoadsAreNoted(t *testing.T) {
	run := &results.Run{Document: results.Document{
		State: results.Finished, Targets: []results.TargetDoc{{Name: "rest"}, {Name: "http"}},
		Populations: []results.PopulationDoc{{Name: "all", Targets: []string{"rest", "http"}}, {Name: "burst", Targets: []string{"http"}}},
	}}
	mentioned := func(name string) bool {
		return slices.ContainsFunc(notesOn(run), func(note string) bool { return strings.Contains(note, "population "+name+" sent load to http only") })
	}
	if !mentioned("burst") || mentioned("all") {
		t.Errorf("%q", notesOn(run))
	}
}
