package compare

import "fmt"

// Against holds the targets of a run against a base target of the same run,
// such as the stage that was deployed before: by what Targets found over their
// interleaved blocks. This finds smaller changes than the history does, since
// the night is the same for both.
func Against(tonight Night, c *Comparison, o GateOptions) Decision {
	d := Decision{Version: Version, Run: tonight.Run, Outcome: Passed, Level: c.Level, Gates: []Gate{}, Notes: []string{}, Comparison: c}
	if len(c.Pairs) > 0 {
		d.Against = c.Pairs[0].Base
	}
	if d.refused(&tonight) {
		return d
	}
	undecided := 0
	for i := range c.Pairs {
		p := &c.Pairs[i]
		if p.Effect(P50) == nil {
			d.Gates = append(d.Gates, Gate{Target: p.Head, Metric: P50, Unit: P50.Unit(), Alarm: true, Why: noSamples})
		}
		for k := range p.Effects {
			t, err := traitOf(p.Effects[k].Metric)
			if err != nil || !t.gated || p.Effects[k].unsupported() {
				continue
			}
			g := p.Effects[k].gate(p.Head, t, &o)
			if p.Effects[k].Verdict == Inconclusive && !g.Alarm {
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
		d.Notes = append(d.Notes, fmt.Sprintf("%d of %d metrics are not decided by these blocks", undecided, len(d.Gates)))
	}
	return d
}

// unsupported says that both targets have the metric, but no block has enough
// requests for it: more blocks would not help.
func (e *Effect) unsupported() bool { return e.Base != nil && e.Head != nil && e.Blocks == 0 }

const noSamples = "no samples: a gate that has nothing to judge fails"

// gate turns an effect into a gate: a change for the worse counts if it is
// certain and worth waking somebody for.
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
	g.Change = ptr(change(t, *e.Head, *e.Base))
	relative, absolute := o.least(t)
	size := *e.Estimate - 1
	if e.Scale == Difference {
		size = *e.Estimate
	}
	if t.more {
		size = -size
	}
	moved := size * *e.Base
	if e.Scale == Difference {
		moved = size
	}
	g.Alarm = e.Verdict == Worse && size >= relative && moved >= absolute
	if e.Verdict == Worse && !g.Alarm {
		g.Why += ", by less than the gate minds"
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
