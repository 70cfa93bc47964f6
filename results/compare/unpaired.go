package compare

import (
	"fmt"
	"math"
	"slices"

	"tollgate/results"
)

// Runs compares two runs, target by target. Everything that happened between
// them (another hour, another load on the machine, a deployment) is part of every
// difference, so blocks say nothing about it: the interval comes from the
// variation between the runs of the history. Without FewestRuns of them there is
// no verdict.
func Runs(base, head *results.Run, history []RunValues) (*Comparison, error) {
	if err := comparable(&base.Document, &head.Document); err != nil {
		return nil, err
	}
	before, after := ValuesOf(base), ValuesOf(head)
	c := &Comparison{
		Version: Version, Design: Unpaired, Runs: []string{before.Run, after.Run}, Seed: head.Document.Seed,
		Level: DefaultLevel, Pairs: []Pair{}, Notes: notesOnTwo(base, head),
		invalid: before.Verdict == results.Invalid || after.Verdict == results.Invalid,
	}
	var p baseline
	for _, n := range history {
		if n.Shape == after.Shape && n.Scenario == after.Scenario && n.Run != before.Run && n.Run != after.Run && n.RerunOf == "" && !n.Excluded && n.counts(false) {
			p.runs = append(p.runs, n)
		}
	}
	p.runs = p.runs[max(0, len(p.runs)-MostRuns):]
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
		pair := Pair{Base: t.Name, Head: t.Name, Effects: []Effect{}, QuantileRatios: []QuantileRatio{}}
		for _, tr := range traits {
			if e, pe, ok := unpairedEffect(tr, &before, &after, t.Name, &p, c.Level); ok {
				pe.pair, pe.index = len(c.Pairs), len(pair.Effects)
				pair.Effects, pending = append(pair.Effects, e), append(pending, pe)
			}
		}
		for _, q := range ratioQuantiles {
			if ratio, ok := ratioAt(q, base.Good(uint16(i)), head.Good(uint16(k))); ok {
				pair.QuantileRatios = append(pair.QuantileRatios, QuantileRatio{Quantile: q, Ratio: ratio})
			}
		}
		c.Pairs = append(c.Pairs, pair)
	}
	c.settle(pending)
	return c, nil
}

func comparable(base, head *results.Document) error {
	b, h := *base, *head
	b.Targets, h.Targets = nil, nil
	switch {
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
	notes := []string{"two runs differ in their time, the load on the machine and whatever was deployed in between: to compare two targets alone, name both in one scenario, where their blocks alternate"}
	if b.Digest != h.Digest {
		notes = append(notes, "the scenario file was changed between the runs, but not its load")
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

// unpairedEffect compares one metric of two runs.
func unpairedEffect(t trait, before, after *RunValues, target string, p *baseline, level float64) (e Effect, pe *pendingEffect, ok bool) {
	b, okB := before.Value(target, t.metric)
	h, okH := after.Value(target, t.metric)
	xs, requests := p.values(target, t)
	e = Effect{Metric: t.metric, Unit: t.unit, Scale: t.scale, Margin: t.margin, Runs: len(xs)}
	pe = &pendingEffect{trait: t}
	if okB {
		e.Base = ptr(b.Value)
	}
	if okH {
		e.Head = ptr(h.Value)
	}
	if !okB || !okH {
		return e, pe, okB || okH
	}
	pe.at = t.scaled(h.Value) - t.scaled(b.Value)
	e.Estimate = e.onScale(pe.at)
	if e.Estimate == nil || len(xs) < FewestRuns {
		e.Why = fmt.Sprintf("it is not known how much runs vary: the history has %d of %d runs of this scenario", len(xs), FewestRuns)
		return e, pe, true
	}
	se := math.Sqrt2 * max(spread(xs), leastSpread(t, xs, requests, min(b.N, h.N)))
	pe.tested, pe.estimate = true, student(pe.at, se, efficiency*float64(len(xs)-1), level)
	e.Low, e.High, e.P = e.onScale(pe.low), e.onScale(pe.high), ptr(pe.p)
	return e, pe, true
}
