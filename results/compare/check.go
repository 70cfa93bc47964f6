package compare

import (
	"fmt"
	"math"
	"slices"

	"tollgate/results"
)

// GateOptions say how the gate judges. The zero value serves.
type GateOptions struct {
	Level   float64 // chance of a false alarm a night, over all gates together; 0: 0.005
	Percent float64 // least change of a latency that is minded, in percent; 0: 5
	MS      float64 // and in milliseconds; 0: 1
	Suspect bool    // nights that are suspect count like valid ones
}

const gateLevel = 0.005

func (o GateOptions) level() float64 {
	if o.Level > 0 {
		return o.Level
	}
	return gateLevel
}

// least returns the smallest change that is minded, as a share of one (or in
// points of a share), and in the metric's unit.
func (o GateOptions) least(t trait) (relative, absolute float64) {
	relative, absolute = t.effect, t.absolute
	if t.quantile > 0 {
		if o.Percent > 0 {
			relative = o.Percent / 100
		}
		if o.MS > 0 {
			absolute = o.MS
		}
	}
	return relative, absolute
}

// Check holds a night against the nights before it.
func Check(tonight Night, history []Night, o GateOptions) Decision {
	d := Decision{
		Version: Version, Run: tonight.Run, Against: "history", Outcome: Passed,
		Needed: FewestNights, Level: o.level(), Gates: []Gate{}, Notes: []string{},
	}
	if d.refused(&tonight) {
		return d
	}
	p := pastOf(&tonight, history, &o)
	d.Nights = len(p.nights)
	d.Notes = append(d.Notes, p.notes...)
	for _, target := range p.targets(&tonight) {
		for _, t := range traits {
			if g, ok := gateOf(&tonight, &p, target, t); ok {
				d.Gates = append(d.Gates, g)
			}
		}
	}
	d.alarms(&o)
	d.decide(p.later)
	return d
}

// refused says that nothing follows from a run that is invalid.
func (d *Decision) refused(tonight *Night) bool {
	switch tonight.Verdict {
	case results.Valid:
		return false
	case results.Suspect:
		d.Notes = append(d.Notes, "the run is suspect: see its report before acting on this")
	default:
		d.Outcome = Refused
		d.Notes = append(d.Notes, "the run is not valid: what it measured is no measurement of its targets")
	}
	d.Notes = append(d.Notes, tonight.Reasons...)
	return d.Outcome == Refused
}

// gateOf predicts one metric of a target; false where there is neither a value
// nor a history that has it.
func gateOf(tonight *Night, p *past, target string, t trait) (Gate, bool) {
	xs, requests := p.values(target, t)
	v, ok := tonight.Value(target, t.metric)
	ok = ok && v.N >= t.requests
	g := Gate{Target: target, Metric: t.metric, Unit: t.unit, Nights: len(xs)}
	if ok {
		g.Value = ptr(v.Value)
	}
	usual := len(p.nights) > 0 && 2*len(xs) > len(p.nights)
	vital := t.metric == P50 || t.metric == ErrorShare
	if !t.gated || !ok && !usual && !vital {
		return g, false
	}
	if !ok {
		g.Alarm, g.Why = true, noSamples
		if t.told {
			g.Alarm, g.Why = false, "not known tonight, though it is of most nights: the function's log could not be read, or not told apart by target"
		}
		return g, true
	}
	if len(xs) < FewestNights {
		g.Why = fmt.Sprintf("learning %d/%d", len(xs), FewestNights)
		return g, true
	}
	pr := predict(xs, leastSpread(t, xs, requests, v.N))
	x := t.scaled(v.Value)
	worse := pr.above(x)
	if t.more {
		worse = 1 - worse
	}
	g.P, g.Expected = ptr(worse), ptr(t.unscaled(pr.centre))
	g.Change = ptr(change(t, v.Value, *g.Expected))
	g.prediction, g.trait = pr, t
	return g, true
}

// leastSpread is the spread below which the nights' own is not believed: that
// of whole requests in a share, and half a percent of everything else.
func leastSpread(t trait, xs []float64, requests, tonight int64) float64 {
	if t.scale == Ratio {
		return 0.005
	}
	if requests == 0 || tonight == 0 {
		return t.effect
	}
	share := min(0.5, max(mean(xs), 0)+1/float64(requests))
	return math.Sqrt(share * (1 - share) / float64(tonight))
}

// change sets a value against what was expected.
func change(t trait, value, expected float64) float64 {
	if t.scale == Ratio {
		return value/expected - 1
	}
	return value - expected
}

// alarms judges all gates as one family.
func (d *Decision) alarms(o *GateOptions) {
	var ps []float64
	for _, g := range d.Gates {
		if g.P != nil {
			ps = append(ps, *g.P)
		}
	}
	adjusted, i := holm(ps), 0
	for k := range d.Gates {
		g := &d.Gates[k]
		if g.P == nil {
			continue
		}
		g.Adjusted = ptr(adjusted[i])
		g.judge(d.Level, len(ps), o)
		i++
	}
}

// judge decides about one gate. Both must hold for an alarm: that hardly any
// night is as bad, and that the change is worth waking somebody for.
func (g *Gate) judge(level float64, family int, o *GateOptions) {
	t, sign := g.trait, 1.0
	if t.more {
		sign = -1
	}
	each := level / float64(family)
	low, high := t.unscaled(g.prediction.quantile(each)), t.unscaled(g.prediction.quantile(1-each))
	g.Low, g.High = ptr(low), ptr(high)
	if t.scale == Difference {
		g.Low = ptr(max(0, low))
	}
	relative, absolute := o.least(t)
	limit := *g.Expected + sign*max(relative**g.Expected, absolute)
	if t.scale == Difference {
		limit = *g.Expected + relative
	}
	if t.more {
		limit = min(limit, low)
	} else {
		limit = max(limit, high)
	}
	g.Limit = ptr(limit)
	beyond := sign*(*g.Value-*g.Expected) > 0 && sign**g.Change >= relative && math.Abs(*g.Value-*g.Expected) >= absolute
	g.Alarm = beyond && *g.Adjusted <= level
	g.Why = g.explain()
}

// explain says a gate's finding in words.
func (g *Gate) explain() string {
	text := fmt.Sprintf("%s, %s the %s of %d nights", spell(*g.Value, g.Unit), spellChange(g.trait, *g.Change), spell(*g.Expected, g.Unit), g.Nights)
	if g.Alarm {
		return text + "; the limit is " + spell(*g.Limit, g.Unit)
	}
	return text
}

// decide turns the gates into an outcome. So many nights would be history if they
// had not begun later.
func (d *Decision) decide(later int) {
	judged := slices.ContainsFunc(d.Gates, func(g Gate) bool { return g.P != nil })
	switch {
	case d.alarmed():
		d.Outcome = Regression
	case !judged && later > 0 && d.Nights+later >= FewestNights:
		d.Outcome, d.Gates = Refused, []Gate{}
		d.Notes = append(d.Notes, "this is not a night to learn from: either the run is an old one, of which later runs say more, or the clock of the machine was put back")
	case !judged:
		d.Outcome = Learning
		d.Notes = append(d.Notes, fmt.Sprintf("learning %d/%d: nothing is judged before there are that many nights", d.Nights, d.Needed))
	}
}

func (d *Decision) alarmed() bool {
	return slices.ContainsFunc(d.Gates, func(g Gate) bool { return g.Alarm })
}

// Confirm has the decision on a second run of the same night say whether it
// finds the same. An alarm that it does not repeat was noise. A second run that
// is invalid, or was cut off, confirms nothing and clears nothing.
func (d *Decision) Confirm(again Decision) {
	d.Rerun = again.Run
	if again.Outcome == Refused {
		d.Notes = append(d.Notes, "the rerun is invalid, so the alarm stands unconfirmed")
		return
	}
	for i := range d.Gates {
		g := &d.Gates[i]
		k := slices.IndexFunc(again.Gates, func(o Gate) bool { return o.Target == g.Target && o.Metric == g.Metric })
		if k >= 0 {
			g.Again = again.Gates[k].Value
		}
		switch {
		case !g.Alarm:
		case k < 0 || again.Gates[k].Alarm:
			g.Why += "; the rerun confirms it"
		default:
			g.Alarm = false
			g.Why += "; the rerun does not confirm it: " + again.Gates[k].Why
		}
	}
	if !d.alarmed() {
		d.Outcome = Passed
		d.Notes = append(d.Notes, "the rerun does not confirm the alarm")
	}
}
