package results

import (
	"fmt"
	"slices"

	"tollgate/pricing"
)

// leastGood is the share of a target's requests that must have been answered as expected if a
// month is to be billed for what was measured there. With next to none, sizes, durations and
// connections are those of failures: plain HTTP to a port that speaks TLS, a server that is
// down, a stream that never ends. A load that is meant to be refused, such as a flood of ten
// times a limit, still has its bill.
const leastGood = 0.05

// mostlyGood is the share below which a bill says that it is made of failures too.
const mostlyGood = 0.5

// Unbilled says why what a month costs at target number i cannot be told: next to none of its
// requests was answered as expected. It is "" where that can be told, and where no load was
// sent.
func Unbilled(run *Run, i int) string {
	all := total(run)
	sent, good := all.part(allOf(i)).answered()
	if sent == 0 || float64(good) >= leastGood*float64(sent) {
		return ""
	}
	of, cause := "none of "+pricing.Counted(sent, "request")+" was", ""
	if good > 0 {
		of = fmt.Sprintf("only %s of %s were", pricing.Count(good), pricing.Counted(sent, "request"))
	}
	if most := failures(run, all, uint16(i)); len(most) > 0 {
		cause = fmt.Sprintf(" (most often: %s)", most[0].words())
	}
	return fmt.Sprintf("what a month costs cannot be told, because %s answered as expected%s; mend the target, or if this is how it is to answer, say so in the scenario (expect: {status: …}), and run again", of, cause)
}

// Billed says whether a target has a bill.
func (r *Run) Billed() bool {
	return slices.ContainsFunc(r.Document.Targets, func(t TargetDoc) bool { return t.Bill != nil })
}

// Untold is why the first of the targets has no bill of which a month cannot be told; "": that
// can be told of all.
func (r *Run) Untold() string {
	for _, t := range r.Document.Targets {
		if t.Unbilled != "" {
			return t.Name + ": " + t.Unbilled
		}
	}
	return ""
}

// FailureCost says of a bill that much of what it is made of failed, "" where most did not.
func FailureCost(run *Run, i int) string {
	sent, good := total(run).part(allOf(i)).answered()
	if sent == 0 || float64(good) >= mostlyGood*float64(sent) {
		return ""
	}
	return fmt.Sprintf("only %.0f%% of the run's requests were answered as expected: the month is taken to have as many failures, with their sizes and times", 100*float64(good)/float64(sent))
}

// answered counts what ended, and of that what was answered as expected.
func (p *part) answered() (all, good int64) { return p.requests(), p.sum.Ended[OK] }

// words is the cause of a failure in a sentence.
func (f *FailureDoc) words() string {
	switch {
	case f.Status != 0 && f.Check != "":
		return fmt.Sprintf("status %d, which failed the check %q", f.Status, f.Check)
	case f.Status != 0:
		return fmt.Sprintf("status %d", f.Status)
	}
	return f.Error
}
