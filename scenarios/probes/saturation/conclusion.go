package saturation

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"tollgate/results"
	"tollgate/scenarios/probes/estimate"
	"tollgate/scenarios/probes/probe"
)

func (p *search) conclude(h probe.History, _ probe.Evidence) results.Finding {
	t := p.replay(h, p.evaluate)
	f := results.Finding{Values: map[string]results.Value{}, Series: p.curves(t), Tables: []results.Table{p.table(t)}, Verdict: results.Valid}
	if t.disturbed > 0 {
		p.concludeDisturbed(&f, t)
		return f
	}
	for _, s := range t.steps {
		if s.verdict == results.Suspect && !s.broke() {
			f.Assumptions = append(f.Assumptions, fmt.Sprintf("%.4g/s held although the generator was disturbed: %s", s.rate, strings.Join(s.reasons, "; ")))
		}
	}
	f.Assumptions = append(f.Assumptions,
		fmt.Sprintf("what holds for %v holds for longer: a quota or a slow leak does not show", p.hold),
		"no foreign traffic loads the target, or what it shares, meanwhile",
	)
	switch {
	case t.changed != "":
		f.Conclusion = "The target has no one highest rate: " + t.changed + "."
	case t.high == 0:
		p.concludeHeld(&f, t)
	case t.saturated:
		p.concludeSaturated(&f, t)
	case t.low == 0 || !t.sure:
		p.concludeBroken(&f, t)
	default:
		p.concludeBracket(&f, t)
	}
	return f
}

// limits are the thresholds in words.
func (p *search) limits() string {
	texts := make([]string, len(p.thresholds))
	for i, x := range p.thresholds {
		texts[i] = x.Text
	}
	return strings.Join(texts, " and ")
}

// concludeDisturbed says what a search came to that the generator ended.
func (p *search) concludeDisturbed(f *results.Finding, t *state) {
	last := t.steps[len(t.steps)-1]
	f.Reasons = append([]string{fmt.Sprintf("the generator gave way first, at %.4g/s", last.rate)}, last.reasons...)
	if t.believed && t.sure && t.low > 0 {
		f.Verdict = results.Suspect
		f.Conclusion = fmt.Sprintf("%s held up to %.4g/s, and not at %.4g/s. Where between them the highest rate lies cannot be told: the generator was disturbed each time that %.4g/s was tried.", p.limits(), t.low, t.high, last.rate)
		f.Values["highest_rate_held"] = results.Exactly(t.low, "per_s", "the fastest step that held")
		return
	}
	if f.Verdict = last.verdict; last.verdict != results.Suspect || t.low == 0 {
		f.Verdict, f.Conclusion = results.Invalid, "The generator gave way first."
		return
	}
	f.Conclusion = fmt.Sprintf("%s held up to %.4g/s. Whether it holds at %.4g/s cannot be told: the generator was disturbed each time that was tried. Run it on a machine with nothing else to do.", p.limits(), t.low, last.rate)
	f.Values["highest_rate_held"] = results.Exactly(t.low, "per_s", "the fastest step that held")
}

func (p *search) concludeHeld(f *results.Finding, t *state) {
	f.Conclusion = fmt.Sprintf("%s held up to %.4g/s, the highest rate that was tried: no saturation up to there.", p.limits(), t.low)
	if t.low < p.to || t.held == nil {
		f.Values["highest_rate_held"] = results.Exactly(t.low, "per_s", "the fastest step that held")
		f.Conclusion = fmt.Sprintf("%s held up to %.4g/s. What is above cannot be told: the search ended at what was announced.", p.limits(), t.low)
		return
	}
	f.Values["highest_rate_tried"] = results.Exactly(t.low, "per_s", "the fastest step")
}

// concludeBroken says that no rate held, or none in the end.
func (p *search) concludeBroken(f *results.Finding, t *state) {
	var held *step
	for i := range t.steps {
		if s := &t.steps[i]; !s.broke() && s.rate > t.high && (held == nil || s.rate > held.rate) {
			held = s
		}
	}
	f.Conclusion = fmt.Sprintf("%s did not hold at any rate that was tried, down to %.4g/s.", p.limits(), t.high)
	if held != nil {
		f.Conclusion = fmt.Sprintf("The target has no one highest rate: %s held at %.4g/s %s after the start, and later not at %.4g/s.", p.limits(), held.rate, after(*held), t.high)
	}
}

// concludeSaturated reports the capacity of a target that did not keep up.
func (p *search) concludeSaturated(f *results.Finding, t *state) {
	c, ok := t.capacity()
	if change := p.shifted(t); change != "" {
		f.Conclusion = "The target has no one highest rate: when it had more to do than it could, " + change + "."
		return
	}
	if !ok || t.overloads() < fewestBusy || t.held == nil {
		f.Conclusion = fmt.Sprintf("The target did not keep up with %.4g/s, and %s held up to %.4g/s. Where between them it saturates cannot be told: the search ended at what was announced.", t.busy[0].rate, p.limits(), t.low)
		return
	}
	method := "goodput of overloaded steps, Student's interval over the steps, at least the precision asked for"
	c = p.floored(t.stalling(c))
	if weak, strong, yes := p.collapse(t); yes {
		c = estimate.Interval{Value: max(weak, strong), Low: t.held.rate, High: max(c.High, weak, strong)}
		method = "from the rate that held to the highest goodput"
		f.Reasons = append(f.Reasons, fmt.Sprintf("goodput depends on the overload: %.4g/s at %.4g times the capacity, %.4g/s at %.4g times", weak, weakOverload, strong, strongOverload))
		f.Verdict = results.Suspect
	}
	f.Values["capacity"] = results.Between(c.Value, c.Low, c.High, "per_s", method)
	if p.timed() { // a response time may reach its limit a little below the capacity
		low := p.surely(t)
		if low == 0 {
			f.Conclusion = p.mixed(t)
			return
		}
		c = estimate.Interval{Value: math.Sqrt(low * c.High), Low: low, High: c.High}
		method = "from the rate that held for long to the capacity, near which response times take minutes to show"
	}
	p.report(f, t, c, method, "the target does not keep up: its queue and the response time grow without end")
	f.Conclusion += fmt.Sprintf(" %.4g/s held for %v.", t.held.rate, p.hold) + t.atFirst(c)
}

// atFirst says that more held in the beginning than in the end; "": it did not.
func (t *state) atFirst(c estimate.Interval) string {
	var best step
	for _, s := range t.steps {
		if s.Name == stageStep && s.figures.completed > max(best.figures.completed, 1.1*c.High) {
			best = s
		}
	}
	if best.rate == 0 {
		return ""
	}
	return fmt.Sprintf(" At first it did better: it completed %.4g/s %s after the start, and then slowed down.", best.figures.completed, after(best))
}

// concludeBracket reports the rate above which requests fail or take too long.
func (p *search) concludeBracket(f *results.Finding, t *state) {
	if why := p.nearLimit(t); why != "" {
		f.Verdict, f.Reasons = results.Suspect, []string{"the share of errors does not rise with the rate"}
		f.Values["highest_rate_held"] = results.Exactly(t.low, "per_s", "the fastest step that held")
		f.Conclusion = why
		return
	}
	i, method, ok := p.bracket(t)
	if !ok {
		f.Verdict, f.Conclusion = results.Suspect, p.mixed(t)
		return
	}
	if t.shaken || t.confirmed < 2 {
		i.Low, i.High = i.Low/(1+2*p.precision), i.High*(1+2*p.precision)
		f.Verdict = results.Suspect
		f.Reasons = append(f.Reasons, "a side of the bracket came out differently when it was tried again, so the interval is wider")
		if t.confirmed < 2 {
			f.Reasons = []string{"the sides of the bracket were not tried again, since the search ended at what was announced"}
		}
	}
	p.report(f, t, i, method, gaveWay(t))
}

// bracket is the interval of the rate above which a threshold breaks, and how it was found;
// false if chance decides at every rate.
func (p *search) bracket(t *state) (i estimate.Interval, method string, ok bool) {
	i = estimate.Interval{Value: math.Sqrt(t.low * t.high), Low: t.low, High: t.high}
	method = "bracketing search, both sides confirmed; the interval is the bracket"
	if x, ok := p.crossing(t); ok {
		i = p.floored(estimate.Interval{Value: x.Value, Low: min(t.low, x.Low), High: max(t.high, x.High)})
		method = "bracketing search, both sides confirmed; where a logistic regression of the error share on the rate crosses the limit"
	}
	if bad, ok := p.binding(t); ok && bad.failures {
		if r, ok := t.passes(); ok {
			i.Low, i.High = min(i.Low, r.Low), max(i.High, r.High/(1-bad.allowed))
			method += "; with what passes in overload"
		}
	}
	if bad, ok := p.binding(t); ok && !bad.failures {
		limit := probe.FromMS(p.thresholds[bad.threshold].Limit)
		low, high := bad.sides(t, limit)
		if low == 0 && bad.stalling(t, limit) > 0 {
			return i, method, false
		}
		if low > 0 {
			i.Low, i.High = min(i.Low, low), max(i.High, high)
			method += "; out to where more than chance decides"
		}
	}
	return i, method, true
}

// nearLimit says that requests do not fail more often the higher the rate is: some fail at
// every rate, about as many as are allowed, and chance made steps break. "": they do. Either
// the share of failures rises with the rate, by Armitage's test ("Tests for linear trends
// in proportions and frequencies", 1955), or more than is allowed fail a little above the
// bracket, whose own rates were chosen by what failed. Errors come in clusters, so
// their variance is taken as twice that of single ones, as in unsure.
func (p *search) nearLimit(t *state) string {
	bad, ok := p.binding(t)
	if !ok {
		return ""
	}
	factor := bad.clustering(t)
	var all, failed, sum, squares, weighted, above, broken float64
	for _, s := range t.steps {
		if s.verdict != results.Valid {
			continue
		}
		n, k := bad.all(&s.figures)
		x := math.Log(s.rate)
		all, failed, sum, squares, weighted = all+n, failed+k, sum+n*x, squares+n*x*x, weighted+k*x
		if s.rate >= higher*t.high {
			above, broken = above+n, broken+k
		}
	}
	all = max(all, 1)
	share, spread := failed/all, max(squares-sum*sum/all, 0)
	if weighted-share*sum > clearly*math.Sqrt(factor*share*(1-share)*spread) || bad.failures && broken-above*bad.allowed > clearly*math.Sqrt(factor*above*bad.allowed*(1-bad.allowed)) {
		return ""
	}
	what := "took longer"
	if bad.failures {
		what = "failed"
	}
	return fmt.Sprintf("Up to which rate %s holds cannot be told: %.3g %% of all %.0f requests %s, and at higher rates no more than chance explains. A higher limit, or longer steps (for), would tell.", p.limits(), 100*share, all, what)
}

// surely is the highest rate at which a step held by more than chance, no higher than
// that of the last step; 0: none did.
func (p *search) surely(t *state) (rate float64) {
	for i := range t.steps {
		if s := &t.steps[i]; s.rate > rate && s.rate <= t.held.rate && s.verdict == results.Valid && !s.broke() && p.certain(t, &s.figures) {
			rate = s.rate
		}
	}
	return rate
}

// certain says whether it is not by chance that a step without a pause of the target is
// within the limits on response times.
func (p *search) certain(t *state, f *figures) bool {
	return !slices.ContainsFunc(p.thresholds, func(x results.Threshold) bool {
		bad, ok := p.shareOf(x)
		if !ok || bad.failures {
			return false
		}
		stalling := bad.stalling(t, probe.FromMS(x.Limit))
		_, far := bad.off(f, stalling)
		return !far && stalling > 0
	})
}

// mixed says that a threshold on response times holds at no rate by more than chance.
func (p *search) mixed(t *state) string {
	return fmt.Sprintf("Up to which rate %s holds cannot be told: it did not at %.4g/s, and at every rate below some responses took longer, all at the same time, so that chance decides how many. Longer steps (for) would tell.", p.limits(), t.high)
}

const (
	higher  = 1.02 // than the lowest rate that broke
	clearly = 3.0  // standard deviations
)

// report adds the highest rate, and what belongs to it.
func (p *search) report(f *results.Finding, t *state, i estimate.Interval, method, gave string) {
	f.Values["highest_rate"] = probe.Value(i, "per_s", method)
	f.Values["goodput"] = results.Exactly(bestGoodput(t), "per_s", "the highest of any step")
	f.Conclusion = fmt.Sprintf("%s holds up to %.4g/s (%.4g to %.4g). Above that %s.", p.limits(), i.Value, i.Low, i.High, gave)
	if knee, low, high := p.knee(t, i.High); knee.rate > 0 {
		f.Values["knee"] = results.Between(knee.rate, low, high, "per_s", "the step with the most goodput for its mean response time (Kleinrock's power), between its neighbors")
		f.Conclusion += fmt.Sprintf(" The knee is near %.4g/s (%.4g to %.4g), with p99 at %.3g ms.", knee.rate, low, high, knee.figures.percentile(0.99))
	}
}

// gaveWay describes what broke at the lowest rate above the one that holds.
func gaveWay(t *state) string {
	var at *step
	for i := range t.steps {
		if s := &t.steps[i]; s.verdict == results.Valid && s.broke() && s.rate > t.low && (at == nil || s.rate <= at.rate) {
			at = s
		}
	}
	if at == nil {
		return "a limit breaks"
	}
	x := at.figures
	if x.failed > 0 && slices.ContainsFunc(at.broken, func(t results.Threshold) bool { return !isTime(t) }) {
		switch {
		case x.concurrent*2 > x.failed:
			return "the function's concurrency is used up"
		case x.unavailable*2 > x.failed:
			return "requests are refused with status 503: it is saturated, or a limit refuses them so"
		case x.throttled*2 > x.failed:
			return "requests are throttled, by a limit on the rate or on concurrency: this is no saturation, and what the target could do beyond the limit cannot be told"
		}
		return "requests fail"
	}
	return "the response time grows"
}

// after is when a step began, from the beginning of the search.
func after(s step) time.Duration { return s.Started.Round(time.Second) }

// knee is the step with the highest power (goodput over mean response time) at
// which the thresholds held, with the rates of the steps next to it; above the highest
// of them lies what broke.
func (p *search) knee(t *state, most float64) (best step, low, high float64) {
	var held []step
	for _, s := range t.steps {
		if s.verdict == results.Valid && !s.broke() && s.figures.good > 0 && (t.high == 0 || s.rate <= t.low) {
			held = append(held, s)
		}
	}
	slices.SortStableFunc(held, func(a, b step) int { return cmp.Compare(a.rate, b.rate) })
	power := -1.0
	for i, s := range held {
		x := s.figures.goodput() / max(s.figures.mean(), 1e-3)
		if x <= power {
			continue
		}
		power, best = x, s
		low, high = held[max(i-1, 0)].rate, max(most, s.rate)
		if i+1 < len(held) {
			high = held[i+1].rate
		}
	}
	return best, low, high
}
