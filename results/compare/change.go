package compare

import "fmt"

// A Change is how one metric of a target differs from its base: the version before, or
// the baseline runs. All that shows a verdict outside of this program, or limits a
// change, reads changes and nothing else.
type Change struct {
	Target string
	Base   string // its name; "" for the run before and for baseline runs
	Metric Metric
	Unit   string
	Scale  Scale

	Before *float64
	After  *float64
	At     *float64 // after ÷ before − 1; of a share after − before; nil: there are not both
	Low    *float64 // the true change lies between these; nil: not known
	High   *float64

	Margin  float64  // smaller changes do not matter, or do not alarm
	Limit   *float64 // of the value, by the baseline runs; nil: there is none
	Verdict Verdict
	Alarm   bool   // it fails the gate
	Words   string // the verdict: "slower", "within its limit"
	Why     string // why there is no verdict
}

// More says whether more of the metric is better.
func (c *Change) More() bool {
	t, _ := traitOf(c.Metric)
	return t.more
}

// Changes are those of a comparison, in its order.
func (c *Comparison) Changes() []Change {
	var all []Change
	for _, p := range c.Pairs {
		for _, e := range p.Effects {
			was, is := e.Compared()
			one := Change{
				Target: p.Head, Base: p.Base, Metric: e.Metric, Unit: e.Unit, Scale: e.Scale, Before: was, After: is,
				At: e.relative(e.Estimate), Low: e.relative(e.Low), High: e.relative(e.High),
				Margin: e.Margin, Verdict: e.Verdict, Words: e.Words, Why: e.Why,
			}
			if c.Design != Interleaved {
				one.Base = ""
			}
			all = append(all, one)
		}
	}
	return all
}

// relative is an estimate of the effect as a change: none is 0.
func (e *Effect) relative(x *float64) *float64 {
	if x == nil || e.Scale != Ratio {
		return x
	}
	return ptr(*x - 1)
}

// Changes are those that the decision rests on: of its comparison, or of the run against
// its baseline runs. An alarm without a value is a change too.
func (d *Decision) Changes() []Change {
	if d.Comparison == nil {
		all := make([]Change, len(d.Gates))
		for i, g := range d.Gates {
			all[i] = g.asChange()
		}
		return all
	}
	all := d.Comparison.Changes()
	for _, g := range d.Gates {
		found := false
		for i := range all {
			if c := &all[i]; c.Target == g.Target && c.Metric == g.Metric {
				c.Alarm, found = g.Alarm, true
				if c.Verdict == Worse && !g.Alarm {
					c.Words = g.Why // by less than what alarms
				}
			}
		}
		if !found {
			all = append(all, g.asChange())
		}
	}
	return all
}

// asChange is the change of a metric from its baseline runs. A run without any change
// would have come out between Low and High, so the change that is in its value lies
// between value ÷ High − 1 and value ÷ Low − 1 (the inverse of the prediction interval).
func (g Gate) asChange() Change {
	t, _ := traitOf(g.Metric)
	c := Change{
		Target: g.Target, Metric: g.Metric, Unit: g.Unit, Scale: t.scale, Before: g.Expected, After: g.Value,
		At: g.Change, Margin: t.margin, Verdict: Inconclusive, Alarm: g.Alarm, Words: "not decided", Why: g.Why,
	}
	if g.P == nil || g.Expected == nil || g.Value == nil || g.Limit == nil {
		if g.Alarm {
			c.Verdict, c.Words = Worse, "no value"
		}
		return c
	}
	if g.Low != nil && g.High != nil && (t.scale == Difference || *g.Low > 0) {
		c.Low, c.High = ptr(t.change(*g.Value, *g.High)), ptr(t.change(*g.Value, *g.Low))
	}
	c.Why, c.Limit = "", g.Limit
	limit := t.change(*g.Limit, *g.Expected)
	c.Margin = max(limit, -limit)
	switch {
	case g.Alarm:
		c.Verdict, c.Words = Worse, "beyond its limit"
	case g.beyond():
		c.Words, c.Why = "beyond its limit, without an alarm", g.Why
	case g.isBetter(c):
		c.Verdict, c.Words = Better, t.better
	default:
		c.Verdict, c.Words = Equivalent, "within its limit"
	}
	return c
}

// beyond says whether the value passes the limit. It does without an alarm where a rerun
// did not confirm it, or where baseline runs were about as bad.
func (g Gate) beyond() bool {
	if t, _ := traitOf(g.Metric); t.more {
		return *g.Value < *g.Limit
	}
	return *g.Value > *g.Limit
}

// isBetter says whether the whole interval of a change lies on the better side.
func (g Gate) isBetter(c Change) bool {
	switch {
	case c.Low == nil || c.High == nil:
		return false
	case c.More():
		return *c.Low > 0
	}
	return *c.High < 0
}

// Question says what a change is asked against: "vs. stable", "vs. 30 baseline runs".
func (d *Decision) Question() string {
	if d.Against != againstHistory {
		return "vs. " + d.Against + " in the same run"
	}
	return fmt.Sprintf("vs. %d baseline runs", d.Runs)
}
