package compare

import "fmt"

// CheckTargets decides on a run by a comparison of its targets with a base target,
// such as the stage that was deployed before. It finds smaller changes than
// [Check] does, since both sides were measured at the same time.
func CheckTargets(run RunValues, c *Comparison, o GateOptions) Decision {
	d := Decision{Version: Version, Run: run.Run, Outcome: Passed, Level: c.Level, Gates: []Gate{}, Notes: []string{}, Comparison: c}
	if len(c.Pairs) > 0 {
		d.Against = c.Pairs[0].Base
	}
	if d.refused(&run) {
		return d
	}
	undecided := 0
	for i := range c.Pairs {
		p := &c.Pairs[i]
		if p.Effect(P50) == nil {
			d.Gates = append(d.Gates, Gate{Target: p.Head, Metric: P50, Unit: P50.Unit(), Alarm: true, Why: noSamples})
		}
		for k := range p.Effects {
			e := &p.Effects[k]
			t, ok := traitOf(e.Metric)
			unsupported := e.Base != nil && e.Head != nil && e.Blocks == 0 // more blocks would not help
			if !ok || !t.gated || unsupported {
				continue
			}
			g := e.gate(p.Head, t, &o)
			if e.Verdict == Inconclusive && !g.Alarm {
				undecided++
			}
			d.Gates = append(d.Gates, g)
		}
	}
	switch {
	case d.alarmed():
		d.Outcome = Regression
	case undecided > 0:
		d.Outcome = Undecided
		d.Notes = append(d.Notes, fmt.Sprintf("these blocks do not decide %d of %d metrics", undecided, len(d.Gates)))
	}
	return d
}

const noSamples = "no samples: a gate without a value fails"

// gate turns an effect into a gate, which alarms if a change for the worse is
// certain and large enough.
func (e *Effect) gate(target string, t trait, o *GateOptions) Gate {
	g := Gate{
		Target: target, Metric: e.Metric, Unit: e.Unit, Value: e.Head, Expected: e.Base, P: e.P, Adjusted: e.Adjusted,
		Why: e.Words, trait: t,
	}
	if e.Head == nil || e.Base == nil {
		g.Alarm = e.Head == nil && (e.Base != nil || e.Metric == P50)
		g.Why = "nothing to compare with"
		if g.Alarm {
			g.Why = noSamples
		}
		return g
	}
	if e.Estimate == nil {
		return g
	}
	g.Low, g.High = e.around(e.Low), e.around(e.High)
	g.Change = ptr(t.change(*e.Head, *e.Base))
	relative, absolute := o.least(t)
	size := *e.Estimate
	moved := size
	if e.Scale == Ratio {
		size--
		moved = size * *e.Base
	}
	if t.more {
		size, moved = -size, -moved
	}
	g.Alarm = e.Verdict == Worse && size >= relative && moved >= absolute
	if e.Verdict == Worse && !g.Alarm {
		g.Why += ", by less than the smallest change that alarms"
	}
	return g
}

// around turns an end of the effect's interval into a value of head.
func (e *Effect) around(end *float64) *float64 {
	switch {
	case end == nil:
		return nil
	case e.Scale == Ratio:
		return ptr(*e.Base * *end)
	}
	return ptr(*e.Base + *end)
}
