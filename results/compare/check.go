package compare

import (
	"fmt"
	"math"
	"slices"

	"tollgate/pricing"
)

// GateOptions are the gate's settings. The zero value has the defaults.
type GateOptions struct {
	Level   float64 // chance of a false alarm in a run, over all gates together; 0: 0.005
	Percent float64 // smallest change of a latency that alarms, in percent; 0: 5
	MS      float64 // and in milliseconds; 0: 1
}

const gateLevel = 0.005

// least returns the smallest change that alarms: as a share of one, and in the metric's unit.
func (o GateOptions) least(t trait) (relative, absolute float64) {
	relative, absolute = t.effect, t.absolute
	if t.quantile > 0 && o.Percent > 0 {
		relative = o.Percent / 100
	}
	if t.quantile > 0 && o.MS > 0 {
		absolute = o.MS
	}
	return relative, absolute
}

// Check decides on a run by the runs before it.
func Check(run RunValues, history []RunValues, o GateOptions) Decision {
	d := Decision{
		Version: Version, Run: run.Run, Against: againstHistory, Outcome: Passed,
		Needed: FewestRuns, Level: gateLevel, Gates: []Gate{}, Notes: targetNotes(run.Models, run.Unverified),
	}
	if o.Level > 0 {
		d.Level = o.Level
	}
	p := baselineOf(&run, history)
	d.Runs = len(p.runs)
	if !d.refused(&run) {
		d.Notes = append(append(d.Notes, p.notes...), p.otherRates(&run)...)
		d.compare(&run, &p, &o)
	}
	d.state(&run, &p)
	return d
}

// compare sets every metric of a run against its baseline.
func (d *Decision) compare(run *RunValues, p *baseline, o *GateOptions) {
	for _, target := range p.targets(run) {
		for _, t := range traits {
			if g, ok := gateOf(run, p, target, t); ok {
				d.Gates = append(d.Gates, g)
			}
		}
	}
	d.evaluate(o)
	d.decide(p.later)
}

// gateOf predicts one metric of a target; false if neither run nor baseline has it.
func gateOf(run *RunValues, p *baseline, target string, t trait) (Gate, bool) {
	before := p.values(target, t)
	xs := before.xs
	v, ok := run.Value(target, t.metric)
	ok = ok && v.N >= t.requests
	g := Gate{Target: target, Metric: t.metric, Unit: t.unit, Runs: len(xs), have: before.have, trait: t}
	if ok {
		g.Value = ptr(v.Value)
	}
	usual := len(p.runs) > 0 && 2*before.have > len(p.runs)
	required := t.metric == P50 || t.metric == ErrorShare
	switch {
	case !t.gated || !ok && !usual && !required:
		return g, false
	case !ok && t.optional:
		g.Why = "not measured in this run, but in most baseline runs: the function's log was not read, or does not say which target its requests came from"
		return g, true
	case !ok:
		g.Alarm, g.Why = true, noSamples
		return g, true
	case len(xs) < FewestRuns:
		g.Why = fmt.Sprintf("learning %d/%d", len(xs), FewestRuns)
		return g, true
	}
	g.prediction = predict(xs, leastSpread(t, xs, before.requests, v.N))
	g.Added = math.Abs(v.Value - t.own(v, before.added))
	worse := g.prediction.above(t.scaled(t.own(v, before.added)))
	if t.more {
		worse = 1 - worse
	}
	g.alike = alike(xs, t.scaled(t.own(v, before.added)), g.prediction.centre, t.more)
	g.P, g.Expected = ptr(worse), ptr(t.unscaled(g.prediction.centre))
	g.Change = ptr(t.change(v.Value, *g.Expected))
	return g, true
}

// own is a value without what the generator did to it beyond what it does to a baseline
// run. That much of the value is in doubt: lag is a part of every response time, and how
// it falls on the slow requests is not known.
func (t trait) own(v Value, usual float64) float64 {
	extra := max(0, v.Added-usual)
	switch {
	case t.more:
		return v.Value + extra
	case t.quantile > 0:
		return max(v.Value-extra, v.Value/1e3)
	}
	return v.Value
}

// mostAlike is the share of baseline runs that may be as bad as one that alarms. Where
// more are, runs are of two kinds, as with a neighbor that comes and goes, and no
// one distribution predicts the next: a probability computed from one is wrong.
const mostAlike = 1.0 / 6

// alike counts the baseline runs that were further than half as far from the centre,
// on the side of a value.
func alike(xs []float64, value, centre float64, more bool) (n int) {
	sign := 1.0
	if more {
		sign = -1
	}
	for _, x := range xs {
		if d := sign * (value - centre); d > 0 && sign*(x-centre) > d/2 {
			n++
		}
	}
	return n
}

// leastSpread is the smallest spread between runs that is plausible: that of
// whole requests in a share, and half a percent of everything else.
func leastSpread(t trait, xs []float64, requests, ofRun int64) float64 {
	if t.scale == Ratio {
		return 0.005
	}
	if requests == 0 || ofRun == 0 {
		return t.effect
	}
	share := min(0.5, max(mean(xs), 0)+1/float64(requests))
	return math.Sqrt(share * (1 - share) / float64(ofRun))
}

// evaluate decides on all gates as one family.
func (d *Decision) evaluate(o *GateOptions) {
	var predicted []*Gate
	var ps []float64
	for i := range d.Gates {
		if g := &d.Gates[i]; g.P != nil {
			predicted, ps = append(predicted, g), append(ps, *g.P)
		}
	}
	for i, adjusted := range holm(ps) {
		predicted[i].Adjusted = ptr(adjusted)
		predicted[i].evaluate(d.Level, len(ps), o)
	}
}

// evaluate decides on one gate. It alarms if hardly any run would be as bad, and
// if the change is large enough to matter.
func (g *Gate) evaluate(level float64, family int, o *GateOptions) {
	t, sign := g.trait, 1.0
	if t.more {
		sign = -1
	}
	each := level / float64(family)
	low, high := t.unscaled(g.prediction.quantile(each)), t.unscaled(g.prediction.quantile(1-each))
	g.Low, g.High = ptr(low), ptr(high)
	relative, absolute := o.least(t)
	limit := *g.Expected + sign*max(relative**g.Expected, absolute)
	if t.scale == Difference {
		g.Low = ptr(max(0, low))
		limit = *g.Expected + relative
	}
	if t.more {
		limit = min(limit, low)
	} else {
		limit = max(limit, high)
	}
	own, beyond := *g.Value-sign*g.Added, sign*(*g.Value-limit) > 0
	moved := sign * (own - *g.Expected)
	g.Alarm = moved > 0 && sign*t.change(own, *g.Expected) >= relative && moved >= absolute && *g.Adjusted <= level
	g.Doubtful = beyond && !g.Alarm && g.Added > 0
	g.widen(limit)
	g.explain()
}

// widen adds to the interval and the limit what the generator may have added to the value
// beyond its usual.
func (g *Gate) widen(limit float64) {
	if g.trait.more {
		g.Low, g.Limit = ptr(*g.Low-g.Added), ptr(limit-g.Added)
		return
	}
	g.High, g.Limit = ptr(*g.High+g.Added), ptr(limit+g.Added)
}

// explain says in words what came out.
func (g *Gate) explain() {
	limit := format(*g.Limit, g.Unit)
	g.Why = fmt.Sprintf("%s, %s the %s of %s", format(*g.Value, g.Unit), g.trait.formatChange(*g.Change), format(*g.Expected, g.Unit), g.baseline())
	switch {
	case g.Alarm && float64(g.alike) > mostAlike*float64(g.Runs):
		g.Alarm, g.usual = false, true
		g.Why += fmt.Sprintf("; the limit is %s; but %d of them were about as bad, so this one is not unusual", limit, g.alike)
	case g.Alarm:
		g.Why += "; the limit is " + limit
	case g.Doubtful:
		g.Why += fmt.Sprintf("; not decided: the load generator and its machine may have added %s more than usual, which makes the limit %s", format(g.Added, g.Unit), limit)
	}
}

// baseline says which runs the expectation comes from.
func (g *Gate) baseline() string {
	if g.Runs < g.have {
		return fmt.Sprintf("the %d least disturbed of %s", g.Runs, pricing.Counted(g.have, "baseline run"))
	}
	return pricing.Counted(g.Runs, "baseline run")
}

// decide turns the gates into an outcome; later is the number of runs that began after this one.
func (d *Decision) decide(later int) {
	evaluated := slices.ContainsFunc(d.Gates, func(g Gate) bool { return g.P != nil })
	switch {
	case d.alarmed():
		d.Outcome = Regression
	case slices.ContainsFunc(d.Gates, func(g Gate) bool { return g.usual }):
		d.Outcome = Undecided
		d.Notes = append(d.Notes, "the baseline runs are of two kinds, and this one is of the worse kind: a change cannot be told from that. Find what disturbs those runs, or compare with a base target in the same run")
	case slices.ContainsFunc(d.Gates, func(g Gate) bool { return g.Doubtful && (g.Metric == P50 || g.trait.quantile == 0) }):
		d.Outcome = Undecided
		d.Notes = append(d.Notes, "the load generator was more disturbed than in the baseline runs, by as much as a change: run again when its machine is quieter")
	case !evaluated && later > 0 && d.Runs+later >= FewestRuns:
		d.Outcome, d.Gates = Refused, []Gate{}
		d.Notes = append(d.Notes, "this run cannot become a baseline: either it is an old run that later ones supersede, or the clock of the machine was set back")
	case !evaluated:
		d.Outcome = Learning
	}
}
