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

// otherRates says where an imported run had other rates than its baseline runs: whether
// they were asked for was not recorded. Its goodput stands for them.
func (p *baseline) otherRates(run *RunValues) (notes []string) {
	if run.Verdict != results.Unknown {
		return nil
	}
	for _, target := range p.targets(run) {
		var before []float64
		for i := range p.runs {
			if v, ok := p.runs[i].Value(target, Goodput); ok && v.Value > 0 {
				before = append(before, v.Value)
			}
		}
		v, ok := run.Value(target, Goodput)
		if !ok || len(before) == 0 || !(v.Value > 0) {
			continue
		}
		if was := median(before); math.Max(was, v.Value) > (1+sameRate)*math.Min(was, v.Value) {
			notes = append(notes, fmt.Sprintf("%s had %.4g good responses a second, and %.4g in the baseline runs: if another rate was asked for, which was not recorded, it may cause the change", target, v.Value, was))
		}
	}
	return notes
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
