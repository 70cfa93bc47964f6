package report

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"tollgate/report/chart"
	"tollgate/results"
	"tollgate/results/compare"
)

// A conclusion is what a reader gets who has five seconds: whether the change may go in,
// and if not, what became worse. Where neither is known it says so, and why: a gate that
// is blind has not passed anything.
type conclusion struct {
	standing
	word    string           // "pass", "regression", "no verdict, the gate is blind"
	gate    string           // its state, where the word does not say it: " (gate armed)"
	changes []compare.Change // from the base
	base    string           // what they are changes from: "vs. 30 baseline runs"; "": nothing was compared
	within  bool             // margins are limits of a gate, which lie on the worse side
}

// A standing is pass, fail, or neither.
type standing string

// The standings, as marks that differ in shape and not in color alone.
const (
	passes standing = "✅"
	fails  standing = "❌"
	open   standing = "⚠️"
)

// conclude draws the conclusion of a report.
func (r *Report) conclude() conclusion {
	c := conclusion{standing: passes, word: resultText(r.Document)}
	c.changes, c.base, c.within = r.changes()
	passed := r.Result == results.Pass
	if r.Result == results.NotEvaluated && (r.Gate != nil || r.Decides) { // by itself; the gate or the comparison evaluates it
		passed, c.word = true, string(results.Pass)
	}
	switch {
	case r.Gate != nil && r.Gate.Outcome == compare.Regression:
		c.standing, c.word = fails, "regression"
	case r.Gate == nil && r.Decides && r.Comparison.Worst() == compare.Worse:
		c.standing, c.word = fails, "worse"
	case !compare.LimitsKept(r.limits()):
		c.standing, c.word = fails, "a threshold on a change failed"
	case r.Result == results.Fail:
		c.standing = fails
	case r.State != results.Finished:
		c.standing = open
	case r.Verdict == results.Invalid:
		c.standing, c.word = open, "no verdict, the measurement is invalid"
	case r.Gate != nil:
		c.standing, c.word = gateStanding(r.Gate, c.word)
	case r.Decides && r.Comparison.Worst() == compare.Inconclusive:
		c.standing, c.word = open, "not decided"
	case !passed:
		c.standing = open
	}
	if r.Gate != nil && r.Gate.State != "" && !strings.Contains(c.word, "the gate is") {
		c.gate = " (gate " + string(r.Gate.State) + ")"
	}
	return c
}

// limits are the thresholds on changes that were asked for.
func (r *Report) limits() []compare.LimitResult {
	switch {
	case r.Gate != nil:
		return r.Gate.Limits
	case r.Decides:
		return r.Comparison.Limits
	}
	return nil
}

// limitNotice says which thresholds on changes failed.
func limitNotice(all []compare.LimitResult) (n Notice, failed bool) {
	n = Notice{Level: "fail", Title: "A threshold on a change failed"}
	for _, l := range all {
		if !l.Passed {
			n.Reasons = append(n.Reasons, limitText(l))
		}
	}
	return n, len(n.Reasons) > 0
}

// limitText is a threshold on a change, with what was measured.
func limitText(l compare.LimitResult) string {
	where := ""
	if l.Target != "" {
		where = " at " + clipped(l.Target, 40)
	}
	return l.Threshold + where + ": " + normalize(l.Why)
}

// gateStanding is what a gate says of a run that passed by itself.
func gateStanding(d *compare.Decision, result string) (standing, string) {
	switch {
	case d.State == compare.StateBlind:
		return open, "no verdict, the gate is blind"
	case d.Outcome == compare.Refused:
		return open, "no verdict, the run was not checked"
	case d.Outcome == compare.Learning:
		return open, fmt.Sprintf("no verdict yet, the gate is learning %d/%d", d.Runs, d.Needed)
	case d.Outcome == compare.Undecided:
		return open, "not decided"
	}
	return passes, result
}

// changes are what the gate or the comparison found, and from what.
func (r *Report) changes() (all []compare.Change, base string, within bool) {
	switch {
	case r.Gate != nil:
		return r.Gate.Changes(), r.Gate.Question(), r.Gate.Comparison == nil
	case r.Comparison == nil:
		return nil, "", false
	}
	all = r.Comparison.Changes()
	for i := range all {
		all[i].Alarm = r.Decides && all[i].Verdict == compare.Worse
	}
	base = "vs. " + bases(all)
	if r.Comparison.Design != compare.Interleaved && len(r.Comparison.Runs) > 0 {
		base = "vs. run " + r.Comparison.Runs[0]
	}
	return all, base, false
}

// bases are the names of all bases, each once.
func bases(all []compare.Change) string {
	var names []string
	for _, c := range all {
		if !slices.Contains(names, c.Base) {
			names = append(names, c.Base)
		}
	}
	if len(names) == 0 {
		return "nothing"
	}
	return listed(names)
}

// worse are the alarms, in a few words each; better what improved.
func (c *conclusion) worse(r *Report) []string {
	return c.phrases(r, func(x compare.Change) bool { return x.Alarm })
}

func (c *conclusion) better(r *Report) []string {
	return c.phrases(r, func(x compare.Change) bool { return x.Verdict == compare.Better })
}

// phrases are some of the changes: "p99 at rest +35.0% (+28.1% to +42.3%)".
func (c *conclusion) phrases(r *Report, which func(compare.Change) bool) (parts []string) {
	several := len(targetsOf(c.changes)) > 1
	for _, x := range c.changes {
		if !which(x) {
			continue
		}
		text := barName(x.Metric)
		if several {
			text += " at " + clipped(x.Target, 40)
		}
		if x.At == nil {
			text += ": " + clipped(x.Why, 120)
		} else {
			text += " " + sizeWithInterval(x)
		}
		if extra := r.monthly(x); extra != "" {
			text += ", " + extra + " a month"
		}
		parts = append(parts, text)
	}
	return parts
}

func targetsOf(all []compare.Change) (names []string) {
	for _, c := range all {
		if !slices.Contains(names, c.Target) {
			names = append(names, c.Target)
		}
	}
	return names
}

// changeTitle is the metric in a reader's words. Costs are of a month where the month is known.
func (r *Report) changeTitle(c compare.Change) string {
	if c.Metric == compare.Dollars && r.Document.Month > 0 {
		return "cost a month"
	}
	return metricTitle(c.Metric)
}

// changeValue is one side of a change with its unit.
func (r *Report) changeValue(c compare.Change, v *float64) string {
	switch {
	case v == nil:
		return none
	case c.Metric == compare.Dollars && r.Document.Month > 0:
		return usd(r.ofMonth(*v))
	}
	return inUnit(*v, c.Unit)
}

// ofMonth turns dollars per million requests into those of the priced month.
func (r *Report) ofMonth(perMillion float64) float64 {
	return perMillion * float64(r.Document.Month) / 1e6
}

// monthly is a change of costs in dollars of the month; "" for other metrics.
func (r *Report) monthly(c compare.Change) string {
	if c.Metric != compare.Dollars || c.Before == nil || c.After == nil || r.Document.Month == 0 {
		return ""
	}
	by := r.ofMonth(*c.After) - r.ofMonth(*c.Before)
	if by < 0 {
		return usd(by)
	}
	return "+" + usd(by)
}

// usd prints whole cents, as bills do, and sums below a dollar with three digits.
func usd(v float64) string {
	switch {
	case v < 0:
		return "−" + usd(-v)
	case v < 1:
		return inDollars(v)
	}
	return "$" + chart.Separated(strconv.FormatFloat(v, 'f', 2, 64))
}

// sizeOf prints a change, or an end of its interval: +35.0%, −0.02 points, ×12.5.
func sizeOf(c compare.Change, x *float64) string {
	switch {
	case x == nil || math.IsNaN(*x) || math.IsInf(*x, 0):
		return none
	case c.Scale == compare.Difference:
		return signedPercent(*x) + " points"
	case *x > 10:
		return "×" + digits(1+*x)
	}
	return signedPercent(*x) + "%"
}

// signedPercent prints hundredths with one decimal, and with two below one.
func signedPercent(share float64) string {
	v, decimals, sign := math.Abs(100*share), 1, "+"
	if v < 1 {
		decimals = 2
	}
	text := strconv.FormatFloat(v, 'f', decimals, 64)
	if strings.Trim(text, "0.") == "" {
		return "0"
	}
	if share < 0 {
		sign = "−"
	}
	return sign + text
}

// intervalOf prints +28.1% to +42.3%.
func intervalOf(c compare.Change) string {
	if c.Low == nil || c.High == nil {
		return none
	}
	return strings.TrimSuffix(sizeOf(c, c.Low), " points") + " to " + sizeOf(c, c.High)
}

// sizeWithInterval prints +35.0% (+28.1% to +42.3%).
func sizeWithInterval(c compare.Change) string {
	if c.Low == nil || c.High == nil {
		return sizeOf(c, c.At)
	}
	return sizeOf(c, c.At) + " (" + intervalOf(c) + ")"
}
