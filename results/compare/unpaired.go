package compare

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"tollgate/pricing"
	"tollgate/results"
)

// Runs compares two runs, target by target. Everything that happened between
// them (another hour, another load on the machine, a deployment) is part of every
// difference, so blocks alone say too little: the interval holds the variation between the
// runs of the history as well. With fewer than FewestRuns of them that variation is
// assumed for two runs of one place and hour; for others there is no verdict.
func Runs(base, head *results.Run, history []RunValues) (*Comparison, error) {
	if err := comparable(&base.Document, &head.Document); err != nil {
		return nil, err
	}
	head, renamed := paired(base, head)
	firstBytes := firstBytesMatter(&base.Document, &head.Document)
	two := &twoRuns{
		base: base, head: head, values: [2]RunValues{valuesOf(base, firstBytes), valuesOf(head, firstBytes)},
		blocks: [2][]slots{slotsOf(base, nil), slotsOf(head, nil)}, apart: apartBy(&base.Document, &head.Document), level: DefaultLevel,
	}
	two.known(history)
	before, after := &two.values[0], &two.values[1]
	c := &Comparison{
		Version: Version, Design: Unpaired, Runs: []string{before.Run, after.Run}, Seed: head.Document.Seed,
		Level: two.level, Basis: two.basis(), Pairs: []Pair{}, Notes: append(notesOnTwo(base, head), two.note()),
		unfit: cmp.Or(before.whyNot(), after.whyNot()),
	}
	if renamed != "" {
		c.Notes = append(c.Notes, renamed)
	}
	var pending []*pendingEffect
	for i, t := range base.Document.Targets {
		k := slices.IndexFunc(head.Document.Targets, func(o results.TargetDoc) bool { return o.Name == t.Name })
		if k < 0 {
			c.Notes = append(c.Notes, fmt.Sprintf("only one of the runs has the target %s", t.Name))
			continue
		}
		if was, is := kindOf(t), kindOf(head.Document.Targets[k]); was != is {
			c.Notes = append(c.Notes, fmt.Sprintf("target %s was %s and became %s", t.Name, was, is))
		}
		c.Notes = append(c.Notes, runProtocols(&t, &head.Document.Targets[k])...)
		two.base0, two.head0 = i, k
		pending = append(pending, two.pair(c, t.Name)...)
	}
	c.settle(pending)
	return c, nil
}

// known picks the baseline runs that say how runs like these vary.
func (t *twoRuns) known(history []RunValues) {
	before, after, p := &t.values[0], &t.values[1], &t.history
	for _, n := range history {
		if n.Shape == after.Shape && n.Scenario == after.Scenario && n.Run != before.Run && n.Run != after.Run && n.RerunOf == "" && !n.Excluded && n.counts() {
			p.runs = append(p.runs, n)
		}
	}
	p.runs = p.runs[max(0, len(p.runs)-MostRuns):]
}

// pair compares one target of the runs.
func (t *twoRuns) pair(c *Comparison, target string) (pending []*pendingEffect) {
	pair := Pair{Base: target, Head: target, Effects: []Effect{}, QuantileRatios: []QuantileRatio{}}
	for _, tr := range traits {
		if e, pe, ok := t.effect(tr, target); ok {
			pe.pair, pe.index = len(c.Pairs), len(pair.Effects)
			pair.Effects, pending = append(pair.Effects, e), append(pending, pe)
		}
	}
	for _, q := range ratioQuantiles {
		if ratio, ok := ratioAt(q, t.base.Good(uint16(t.base0)), t.head.Good(uint16(t.head0))); ok {
			pair.QuantileRatios = append(pair.QuantileRatios, QuantileRatio{Quantile: q, Ratio: ratio})
		}
	}
	c.Pairs = append(c.Pairs, pair)
	return pending
}

func comparable(base, head *results.Document) error {
	b, h := *base, *head
	b.Targets, h.Targets = nil, nil
	switch {
	case base.Imported != nil || head.Imported != nil: // what was asked for was not recorded: see otherRate
		return nil
	case base.Scenario != head.Scenario:
		return fmt.Errorf("%s ran scenario %q and %s ran %q: the load may cause a difference; run one scenario twice, or name both targets in one", base.ID, base.Scenario, head.ID, head.Scenario)
	case shapeOf(&b) != shapeOf(&h):
		return fmt.Errorf("%s and %s sent different loads or requests, though both are of scenario %q: the load may cause a difference; run one of the two again", base.ID, head.ID, base.Scenario)
	}
	return nil
}

// notesOnTwo says what two runs cannot show.
func notesOnTwo(base, head *results.Run) []string {
	b, h := &base.Document, &head.Document
	notes := []string{"two runs differ in their time, the load on the machine and whatever was deployed in between: tollgate ab, or both targets in one scenario, compares two versions alone, in blocks that alternate"}
	if b.Digest != h.Digest {
		notes = append(notes, "the scenario was changed between the runs (its file, or values by --set), but not its load")
	}
	notes = append(notes, runFiles(b, h)...)
	if b.Month != h.Month && b.Month > 0 && h.Month > 0 {
		notes = append(notes, fmt.Sprintf("the runs are priced for different months, of %s and %s: costs differ for that too", pricing.Counted(b.Month, "request"), pricing.Counted(h.Month, "request")))
	}
	if was, is := machineOf(b), machineOf(h); was != is {
		notes = append(notes, fmt.Sprintf("the runs were made on different machines, %s and %s", was, is))
	}
	if b.Engine.Name != h.Engine.Name {
		notes = append(notes, fmt.Sprintf("the runs were made with different engines, %s and %s", b.Engine.Name, h.Engine.Name))
	}
	for _, run := range []*results.Run{base, head} {
		for _, n := range notesOn(run) {
			notes = append(notes, run.Document.ID+": "+n)
		}
	}
	return notes
}

// effect compares one metric of the runs.
func (t *twoRuns) effect(tr trait, target string) (e Effect, pe *pendingEffect, ok bool) {
	b, okB := t.values[0].Value(target, tr.metric)
	h, okH := t.values[1].Value(target, tr.metric)
	earlier := t.history.values(target, tr)
	xs := earlier.xs
	e = Effect{Metric: tr.metric, Unit: tr.unit, Scale: tr.scale, Margin: tr.margin, Runs: len(xs)}
	pe = &pendingEffect{trait: tr}
	if okB {
		e.Base = ptr(b.Value)
	}
	if okH {
		e.Head = ptr(h.Value)
	}
	if !okB || !okH {
		return e, pe, okB || okH
	}
	pe.at = tr.scaled(h.Value) - tr.scaled(b.Value)
	e.Estimate = e.onScale(pe.at)
	least := leastSpread(tr, xs, earlier.requests, min(b.N, h.N))
	switch {
	case e.Estimate == nil:
		e.Why = "a value is zero"
	case tr.quantile > 0 && otherRate(&t.base.Document, &t.head.Document, t.base0, t.head0) != "":
		e.Why = otherRate(&t.base.Document, &t.head.Document, t.base0, t.head0)
	case tr.dominated(b) || tr.dominated(h):
		e.Why = mostlyGenerator
	case len(xs) >= FewestRuns:
		pe.freedom = efficiency * float64(len(xs)-1)
		pe.tested, pe.ofRuns, pe.estimate = true, true, student(pe.at, math.Sqrt2*max(spread(xs), least), pe.freedom, t.level)
	case t.apart != "":
		e.Why = fmt.Sprintf("it is not known how much runs vary: the history has %d of %d runs of this scenario, and %s", len(xs), FewestRuns, t.apart)
	default:
		t.measure(&e, pe, xs, least)
	}
	if pe.tested {
		pe.widen(b, h)
		e.Low, e.High, e.P = e.onScale(pe.low), e.onScale(pe.high), ptr(pe.p)
	}
	return e, pe, true
}

// widen extends an interval by what the generator may have added to one of the runs and
// not to the other.
func (pe *pendingEffect) widen(before, after Value) {
	t := pe.trait
	low, high := pe.at, pe.at
	for _, at := range []float64{
		pe.at + t.scaled(t.own(after, before.Added)) - t.scaled(after.Value),
		pe.at + t.scaled(before.Value) - t.scaled(t.own(before, after.Added)),
	} {
		low, high = min(low, at), max(high, at)
	}
	pe.low, pe.high = pe.low-(pe.at-low), pe.high+(high-pe.at)
	nearest := max(low, min(0, high)) // to no difference
	pe.p = max(pe.p, min(1, 2*studentAbove(math.Abs(distance(nearest, pe.se)), pe.freedom)))
}
