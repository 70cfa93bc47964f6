package scenarios

import (
	"maps"
	"slices"

	"tollgate/pricing/document"
)

// LabOverheads are how long the front doors of single targets at the lab take, by the
// targets' names: variants of a front door that differ in one part, such as its logs.
type LabOverheads map[string]LabDuration

// overheadsOfTargets reports overheads of what is no target at the lab, or that do not say
// how long.
func overheadsOfTargets(v document.Value, s *Scenario) {
	var able []string
	for _, t := range s.Targets {
		if t.Lab {
			able = append(able, t.Name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(s.Lab.Overheads)) {
		switch {
		case !slices.Contains(able, name):
			v.Problem("overheads: %q is no target at the lab%s", name, document.DidYouMean(name, able))
		case s.Lab.Overheads[name].Median == 0:
			v.Problem("overheads.%s: needs a median, such as {median: 8ms}", name)
		}
	}
}
