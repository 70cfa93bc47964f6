package compare

import (
	"fmt"
	"math"
	"slices"

	"tollgate/results"
)

// Runs compares two separate runs, target by target. What happened between
// them (another hour, other neighbours, a deployment) is in every difference,
// so blocks say nothing about it: the interval is that of two nights, from how
// much the nights of the history differ. Without FewestNights of them there is
// no verdict.
func Runs(base, head *results.Run, history []Night, o Options) (*Comparison, error) {
	if err := comparable(&base.Document, &head.Document); err != nil {
		return nil, err
	}
	before, after := NightOf(base), NightOf(head)
	c := &Comparison{
		Version: Version, Design: Separate, Runs: []string{before.Run, after.Run}, Seed: head.Document.Seed,
		Level: o.level(), Pairs: []Pair{}, Notes: notesOnTwo(base, head),
		invalid: before.Verdict == results.Invalid || after.Verdict == results.Invalid,
	}
	var nights []Night
	for _, n := range history {
		if n.Shape == after.Shape && n.Scenario == after.Scenario && n.Run != before.Run && n.Run != after.Run && n.RerunOf == "" && !n.Excluded && n.counts(false) {
			nights = append(nights, n)
		}
	}
	p := past{nights: nights[max(0, len(nights)-MostNights):]}
	var pending []*pendingEffect
	for i, t := range base.Document.Targets {
		k := slices.IndexFunc(head.Document.Targets, func(o results.TargetDoc) bool { return o.Name == t.Name })
		if k < 0 {
			c.Notes = append(c.Notes, fmt.Sprintf("target %s is in one of the runs only", t.Name))
			continue
		}
		if was, is := placed(t), placed(head.Document.Targets[k]); was != is {
			c.Notes = append(c.Notes, fmt.Sprintf("target %s was %s and became %s", t.Name, was, is))
		}
		pair := Pair{Base: t.Name, Head: t.Name, Effects: []Effect{}, Bands: []Band{}}
		for _, tr := range traits {
			if e, pe, ok := nightsApart(tr, &before, &after, t.Name, &p, c.Level); ok {
				pe.pair, pe.index = len(c.Pairs), len(pair.Effects)
				pair.Effects, pending = append(pair.Effects, e), append(pending, pe)
			}
		}
		pair.Bands = apart(base.Good(uint16(i)), head.Good(uint16(k)))
		c.Pairs = append(c.Pairs, pair)
	}
	c.settle(pending)
	return c, nil
}

// comparable refuses runs whose difference would be that of their loads.
func comparable(base, head *results.Document) error {
	b, h := *base, *head
	b.Targets, h.Targets = nil, nil
	switch {
	case base.Scenario != head.Scenario:
		return fmt.Errorf("%s ran scenario %q and %s ran %q: what differs may be the load; run one scenario twice, or name both targets in one", base.ID, base.Scenario, head.ID, head.Scenario)
	case shapeOf(&b) != shapeOf(&h):
		return fmt.Errorf("%s and %s sent different loads or requests, though both are of scenario %q: what differs may be the load; run one of the two again", base.ID, head.ID, base.Scenario)
	}
	return nil
}

// notesOnTwo says what two runs do not allow to conclude.
func notesOnTwo(base, head *results.Run) []string {
	b, h := &base.Document, &head.Document
	notes := []string{"two runs differ in their hour, their neighbours and whatever was deployed in between: to compare two targets alone, name both in one scenario, where their blocks alternate"}
	if b.Digest != h.Digest {
		notes = append(notes, "the scenario file was changed between the runs, though not its load")
	}
	if was, is := machineOf(b), machineOf(h); was != is {
		notes = append(notes, fmt.Sprintf("the runs were made on different machines, %s and %s", was, is))
	}
	if b.Engine.Name != h.Engine.Name {
		notes = append(notes, fmt.Sprintf("the runs were driven by different engines, %s and %s", b.Engine.Name, h.Engine.Name))
	}
	for _, run := range []*results.Run{base, head} {
		for _, n := range notesOn(run) {
			notes = append(notes, run.Document.ID+": "+n)
		}
	}
	return notes
}

// nightsApart sets one metric of two nights against each other.
func nightsApart(t trait, before, after *Night, target string, p *past, level float64) (e Effect, pe *pendingEffect, ok bool) {
	b, okB := before.Value(target, t.metric)
	h, okH := after.Value(target, t.metric)
	if !okB && !okH {
		return e, nil, false
	}
	xs, requests := p.values(target, t)
	e = Effect{Metric: t.metric, Unit: t.unit, Scale: t.scale, Margin: t.margin, Nights: len(xs)}
	pe = &pendingEffect{trait: t}
	if okB {
		e.Base = ptr(b.Value)
	}
	if okH {
		e.Head = ptr(h.Value)
	}
	if !okB || !okH {
		return e, pe, true
	}
	pe.at = t.scaled(h.Value) - t.scaled(b.Value)
	e.Estimate = e.onScale(pe.at)
	if e.Estimate == nil || len(xs) < FewestNights {
		e.Why = fmt.Sprintf("nothing tells how much nights differ: %d of %d nights of this scenario are known", len(xs), FewestNights)
		return e, pe, true
	}
	pe.judged, pe.se = true, math.Sqrt2*max(spread(xs), leastSpread(t, xs, requests, min(b.N, h.N)))
	freedom := efficiency * float64(len(xs)-1)
	half := studentQuantile(1-level/2, freedom) * pe.se
	pe.low, pe.high = pe.at-half, pe.at+half
	pe.p = 2 * studentAbove(math.Abs(pe.at)/pe.se, freedom)
	e.Low, e.High, e.P = e.onScale(pe.low), e.onScale(pe.high), ptr(pe.p)
	return e, pe, true
}

// apart returns the ratio of each quantile of two runs, without intervals.
func apart(base, head *results.Histogram) []Band {
	out := []Band{}
	for _, q := range bandQuantiles {
		far := max(q, 1-q)
		if !base.Carries(far) || !head.Carries(far) || base.Quantile(q) <= 0 {
			continue
		}
		out = append(out, Band{Quantile: q, Ratio: float64(head.Quantile(q)) / float64(base.Quantile(q))})
	}
	return out
}
