package compare

import (
	"fmt"
	"math"
	"slices"
	"time"

	"tollgate/results"
)

// Two runs that were made in one place, one soon after the other, differ by what varies
// from run to run, and by what varies from block to block within each. Blocks show the
// second. The first comes from the baseline runs where there are FewestRuns; with fewer it
// is assumed, as the between of each trait, and counts like priorRuns earlier runs:
// variances are weighted by their degrees of freedom (a scaled inverse χ² prior, under
// which a difference has Student's distribution; Gelman et al., Bayesian Data Analysis,
// 3rd edition, section 3.3).
const priorRuns = 20

// closeBy is how long after a run another one may begin to count as made at the same time.
const closeBy = time.Hour

// suspectFactor widens what is assumed for a suspect run, and suspectQuantile is the last
// quantile of one that gets a verdict: beyond, the generator may have made the difference.
// Of a server that sleeps for 5 ms, on a machine where others compiled, p50 of suspect runs
// stayed within 1 %, and p90 doubled.
const (
	suspectFactor   = 2
	suspectQuantile = 0.50
)

// shareVaries is how far a share that is not zero varies from run to run, as a part of it.
const shareVaries = 0.5

// A Basis is what the variation between two runs is taken from.
type Basis string

// The bases.
const (
	FromHistory Basis = "history"             // ten baseline runs or more
	FromBoth    Basis = "history and assumed" // fewer
	Assumed     Basis = "assumed"
)

// twoRuns are two runs that are compared.
type twoRuns struct {
	base, head   *results.Run
	values       [2]RunValues
	blocks       [2][]slots
	apart        string // why nothing may be assumed of them; "": they are of one place and hour
	history      baseline
	level        float64
	base0, head0 int // the indices of the target
}

// apartBy says why two runs do not count as made in one place at one time.
func apartBy(base, head *results.Document) string {
	first, second := base, head
	if head.Started.Before(base.Started) {
		first, second = head, base
	}
	gap := second.Started.Sub(first.Started) - time.Duration(first.Seconds*float64(time.Second))
	switch {
	case base.Lacks(results.LackMachine) || head.Lacks(results.LackMachine):
		return "it was not recorded whether one machine made both (--here states it of files of other load generators)"
	case slices.ContainsFunc([]*results.Document{base, head}, func(d *results.Document) bool { return d.Lacks(results.LackTimes) || d.Lacks(results.LackStart) }):
		return "it was not recorded when they were made"
	case machineOf(base) != machineOf(head):
		return "they were made on different machines"
	case base.Engine.Name != head.Engine.Name:
		return "they were made with different engines"
	case gap > closeBy:
		return fmt.Sprintf("one began %s after the other had ended", gap.Round(time.Minute))
	}
	return ""
}

// basis is what the differences of all effects rest on, for the note.
func (t *twoRuns) basis() Basis {
	switch n := len(t.history.runs); {
	case n >= FewestRuns:
		return FromHistory
	case t.apart != "":
		return ""
	case n >= 2:
		return FromBoth
	}
	return Assumed
}

// note says what the variation between the runs is taken from.
func (t *twoRuns) note() string {
	const assumed = "assumed for two runs of one machine within an hour: a standard deviation of 2.5 % at p50, 3 % at p90, 4 % at p95 and 8 % at p99, twice that if a run is suspect"
	n := len(t.history.runs)
	switch t.basis() {
	case FromHistory:
		return fmt.Sprintf("how much runs differ is taken from %d baseline runs", n)
	case FromBoth:
		return fmt.Sprintf("how much runs differ is taken from %d baseline runs and, as those are few, what is %s", n, assumed)
	case Assumed:
		return "how much runs differ is " + assumed + ". That both came from one machine is not known: they name the same kind"
	}
	return fmt.Sprintf("without %d baseline runs nothing is known of how such runs differ: %s", FewestRuns, t.apart)
}

// location is the typical block of one of the runs in a metric, with its error.
func (t *twoRuns) location(side int, target int, tr trait) (l location, n int) {
	var xs []float64
	for _, s := range t.blocks[side][target].blocks {
		if v, ok := s.values[tr.metric]; ok && (tr.scale != Ratio || v > 0) {
			xs = append(xs, tr.scaled(v))
		}
	}
	if len(xs) < 2 {
		return location{}, len(xs)
	}
	slices.Sort(xs)
	return locate(xs, nil, trims(len(xs), tr.trim)), len(xs)
}

// assumed is the variance of one run's value that is assumed, without its blocks.
func (t *twoRuns) assumed(side int, tr trait, smaller float64) float64 {
	sd := tr.between
	if tr.scale == Difference {
		sd += shareVaries * smaller
	}
	if t.values[side].doubtful() {
		sd *= suspectFactor
	}
	return sd * sd
}

// measure compares one metric of the runs by their blocks; xs are the values of the
// baseline runs.
func (t *twoRuns) measure(e *Effect, pe *pendingEffect, xs []float64, least float64) {
	tr := pe.trait
	b, nb := t.location(0, t.base0, tr)
	h, nh := t.location(1, t.head0, tr)
	e.Blocks = min(nb, nh)
	if tr.metric == Dollars { // of the runs' bills, which have no blocks
		b, h = location{mean: tr.scaled(*e.Base)}, location{mean: tr.scaled(*e.Head)}
	} else if e.Blocks < 2 {
		e.Why = "no two blocks have enough requests for it"
		return
	}
	if why := t.doubt(); why != "" && tr.quantile > suspectQuantile {
		e.Why = why
		return
	}
	smaller := math.Max(0, math.Min(tr.unscaled(b.mean), tr.unscaled(h.mean)))
	weight := float64(max(0, len(xs)-1))
	known := math.Pow(max(spread(xs), least), 2)
	var variance float64
	for side, l := range []location{b, h} {
		own := t.assumed(side, tr, smaller) + l.se*l.se
		variance += (priorRuns*own + weight*known) / (priorRuns + weight)
	}
	pe.at, pe.ofRuns = h.mean-b.mean, true
	pe.freedom = priorRuns + efficiency*weight
	pe.tested, pe.estimate = true, student(pe.at, math.Sqrt(variance), pe.freedom, t.level)
	if tr.scale == Difference {
		pe.floor = floorOf(min(t.requests(0, t.base0), t.requests(1, t.head0)))
		pe.low, pe.high = min(pe.low, pe.at-pe.floor), max(pe.high, pe.at+pe.floor)
	}
	e.TypicalBase, e.TypicalHead = ptr(tr.unscaled(b.mean)), ptr(tr.unscaled(h.mean))
	e.Estimate = e.onScale(pe.at)
}

// requests is how many requests of a target one of the runs has.
func (t *twoRuns) requests(side, target int) (n int64) {
	for _, s := range t.blocks[side][target].blocks {
		n += s.requests
	}
	return n
}
