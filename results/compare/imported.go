package compare

import (
	"fmt"
	"math"
	"slices"

	"tollgate/results"
)

// doubtful says whether the load generator may have made a part of a run's values: it was
// disturbed, or, in an imported run, nothing is known of it.
func (n RunValues) doubtful() bool {
	return n.Verdict == results.Suspect || n.Verdict == results.Unknown
}

// doubt says why nothing follows from the far quantiles of two runs; "" if something may.
func (t *twoRuns) doubt() string {
	switch {
	case slices.ContainsFunc(t.values[:], func(v RunValues) bool { return v.Verdict == results.Suspect }):
		return "a run is suspect: the load generator may have made the difference"
	case slices.ContainsFunc(t.values[:], RunValues.doubtful):
		return "of an imported run it is not known what its load generator added: ten baseline runs that were recorded alike would tell, or tollgate ab"
	}
	return ""
}

// engineOf is what drove the load.
func engineOf(d *results.Document) string {
	if d.Imported != nil {
		return "recorded by " + d.Imported.By()
	}
	return "engine " + d.Engine.Name
}

// sameRate is how far rates may differ that count as one load, as a share of the smaller.
const sameRate = 0.1

// otherRate says that two runs, of which one is imported, received requests at different
// rates. Whether those were asked for, and so may cause a difference, or followed from the
// response times was not recorded. "": they are about equal, or not known.
func otherRate(base, head *results.Document, b, h int) string {
	if base.Imported == nil && head.Imported == nil {
		return ""
	}
	was, is := base.Targets[b].Rate, head.Targets[h].Rate
	if !(was > 0 && is > 0) || math.Max(was, is) <= (1+sameRate)*math.Min(was, is) {
		return ""
	}
	return fmt.Sprintf("the runs had %.4g and %.4g requests a second, and whether that was asked for was not recorded: the load may cause the difference; runs at one rate would tell", was, is)
}

// paired makes the only targets of two runs one, where an imported run has another name for
// it, and says so.
func paired(base, head *results.Run) (*results.Run, string) {
	b, h := &base.Document, &head.Document
	if b.Imported == nil && h.Imported == nil || len(b.Targets) != 1 || len(h.Targets) != 1 || b.Targets[0].Name == h.Targets[0].Name {
		return head, ""
	}
	renamed := *head
	renamed.Document.Targets = slices.Clone(h.Targets)
	renamed.Document.Targets[0].Name = b.Targets[0].Name
	return &renamed, fmt.Sprintf("the only target of %s, %s, is compared with that of %s, %s", b.ID, b.Targets[0].Name, h.ID, h.Targets[0].Name)
}
