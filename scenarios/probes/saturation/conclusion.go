package saturation

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"tollgate/results"
	"tollgate/scenarios/probes/probe"
)

func (p *search) conclude(h probe.History, _ probe.Evidence) results.Finding {
	t := p.replay(h)
	f := results.Finding{Values: map[string]results.Value{}, Series: p.curves(t), Tables: []results.Table{p.table(t)}, Verdict: results.Valid}
	if t.corrupt > 0 {
		last := t.steps[len(t.steps)-1]
		f.Verdict = results.Invalid
		f.Reasons = append([]string{fmt.Sprintf("the generator gave way first, at %.4g/s", last.rate)}, last.reasons...)
		f.Conclusion = "The generator gave way first."
		return f
	}
	for _, s := range t.steps {
		if s.verdict == results.Suspect {
			f.Verdict, f.Reasons = results.Suspect, append(f.Reasons, s.reasons...)
		}
	}
	f.Assumptions = []string{
		fmt.Sprintf("what holds for %v after %v of settling holds for longer: a quota or a slow leak does not show", p.length-p.settle, p.settle),
		"no foreign traffic loads the target, or what it shares, meanwhile",
	}
	limits := make([]string, len(p.thresholds))
	for i, x := range p.thresholds {
		limits[i] = x.Text
	}
	all := strings.Join(limits, " and ")
	switch {
	case t.high == 0:
		f.Conclusion = fmt.Sprintf("%s held up to %.4g/s, the highest rate that was tried.", all, t.low)
		f.Values["highest_rate_tried"] = results.Exactly(t.low, "per_s", "the fastest step")
		return f
	case t.low == 0 || !t.sure:
		f.Conclusion = fmt.Sprintf("%s did not hold at any rate that was tried, down to %.4g/s.", all, t.high)
		return f
	}
	p.addRate(&f, t, all)
	return f
}

func (p *search) addRate(f *results.Finding, t *state, limits string) {
	value, method := math.Sqrt(t.low*t.high), "bracketing search, both sides confirmed; the interval is the bracket"
	if x, ok := p.crossing(t); ok {
		value, method = x, "bracketing search, both sides confirmed; where a logistic regression of the error share on the rate crosses the limit"
	}
	low, high := min(t.low, value), max(t.high, value)
	if t.shaken || t.confirmed < 2 {
		low, high = low/(1+2*p.precision), high*(1+2*p.precision)
		f.Verdict = probe.Worse(f.Verdict, results.Suspect)
		f.Reasons = append(f.Reasons, "a side of the bracket came out differently when it was tried again, so the interval is wider")
	}
	f.Values["highest_rate"] = results.Between(value, low, high, "per_s", method)
	knee := p.knee(t)
	f.Values["knee"] = results.Exactly(knee.rate, "per_s", "the step with the most goodput for its mean response time (Kleinrock's power)")
	f.Values["goodput"] = results.Exactly(bestGoodput(t), "per_s", "the highest of any step")
	first := gaveWay(t)
	f.Conclusion = fmt.Sprintf("%s holds up to %.4g/s (%.4g to %.4g). Above that %s. The knee is at %.4g/s, with p99 at %.3g ms.",
		limits, value, low, high, first, knee.rate, knee.figures.percentile(0.99))
}

// gaveWay describes what broke at the lowest rate that is too high.
func gaveWay(t *state) string {
	var at *step
	for i := range t.steps {
		if s := &t.steps[i]; len(s.broken) > 0 && s.rate == t.high {
			at = s
		}
	}
	if at == nil {
		return "a limit breaks"
	}
	x := at.figures
	if x.failed > 0 && slices.ContainsFunc(at.broken, func(t results.Threshold) bool { return t.Unit() != "ms" }) {
		switch {
		case x.concurrent*2 > x.failed:
			return "the function's concurrency is used up"
		case x.throttled*2 > x.failed:
			return "requests are throttled"
		}
		return "requests fail"
	}
	return "the response time grows"
}

// crossing is where the error share reaches its limit, by logistic regression on
// the logarithm of the rate over all steps nearby.
func (p *search) crossing(t *state) (float64, bool) {
	limit := -1.0
	for _, x := range p.thresholds {
		if x.Metric == "error_share" && x.Limit > 0 && x.Limit < 1 {
			limit = x.Limit
		}
	}
	middle := math.Log(math.Sqrt(t.low * t.high))
	var xs, ns, ks []float64
	for _, s := range t.steps {
		x := math.Log(max(float64(s.figures.n)/s.figures.seconds, 1e-3)) - middle // the actual rate of random arrivals
		if s.verdict != results.Invalid && math.Abs(x) < 0.15 && (t.sure && s.drained(t)) {
			xs, ns, ks = append(xs, x), append(ns, float64(s.figures.n)), append(ks, float64(s.figures.failed))
		}
	}
	if limit < 0 || len(xs) < 3 {
		return 0, false
	}
	a, b, ok := logistic(xs, ns, ks)
	if !ok || b <= 0 {
		return 0, false
	}
	x := (math.Log(limit/(1-limit)) - a) / b
	if rate := math.Exp(middle + x); rate > t.low/(1+2*p.precision) && rate < t.high*(1+2*p.precision) {
		return rate, true
	}
	return 0, false
}

// drained says whether the step came after a first rate was too high, so that
// nothing was left full.
func (s *step) drained(t *state) bool {
	for _, x := range t.steps {
		if len(x.broken) > 0 {
			return s.Started >= x.Started
		}
	}
	return false
}

// logistic fits share = 1/(1+exp(-(a+bx))) to k of n by Newton's method. Half a
// success and half a failure are added to keep empty steps finite (Haldane).
func logistic(xs, ns, ks []float64) (a, b float64, ok bool) {
	a, b = -4, 10
	for range 50 {
		var g0, g1, h00, h01, h11 float64
		for i, x := range xs {
			n, k := ns[i]+1, ks[i]+0.5
			p := 1 / (1 + math.Exp(-(a + b*x)))
			w := n * p * (1 - p)
			g0 += k - n*p
			g1 += (k - n*p) * x
			h00 += w
			h01 += w * x
			h11 += w * x * x
		}
		det := h00*h11 - h01*h01
		if !(det > 1e-12) {
			return 0, 0, false
		}
		da, db := (h11*g0-h01*g1)/det, (h00*g1-h01*g0)/det
		scale := min(1, 2/max(math.Abs(da), math.Abs(db)/20, 1e-9))
		a, b = a+scale*da, b+scale*db
		if math.Abs(da) < 1e-9 && math.Abs(db) < 1e-7 {
			return a, b, true
		}
	}
	return a, b, !math.IsNaN(a+b) && math.Abs(b) < 1e4
}

// knee is the step with the highest power (goodput over mean response time) at
// which the thresholds held.
func (p *search) knee(t *state) (best step) {
	power := -1.0
	for _, s := range t.steps {
		if s.verdict == results.Invalid || len(s.broken) > 0 || s.figures.good == 0 || t.high > 0 && s.rate > t.low {
			continue
		}
		if x := s.figures.goodput() / max(s.figures.mean(), 1e-3); x > power {
			power, best = x, s
		}
	}
	return best
}

func bestGoodput(t *state) (best float64) {
	for _, s := range t.steps {
		best = max(best, s.figures.goodput())
	}
	return best
}

func (p *search) curves(t *state) []results.Series {
	steps := slices.Clone(t.steps)
	slices.SortStableFunc(steps, func(a, b step) int { return int(math.Copysign(1, a.rate-b.rate)) })
	const x = "offered rate (requests/s)"
	goodput := results.Series{Name: "goodput", X: x, Y: "good responses/s"}
	p50 := results.Series{Name: "p50", X: x, Y: "response time (ms)"}
	p99 := results.Series{Name: "p99", X: x, Y: p50.Y}
	for _, s := range steps {
		if s.verdict == results.Invalid {
			continue
		}
		goodput.Points = append(goodput.Points, [2]float64{s.rate, s.figures.goodput()})
		if s.figures.good > 0 {
			p50.Points = append(p50.Points, [2]float64{s.rate, s.figures.percentile(0.5)})
			p99.Points = append(p99.Points, [2]float64{s.rate, s.figures.percentile(0.99)})
		}
	}
	return []results.Series{goodput, p50, p99}
}

func (p *search) table(t *state) results.Table {
	table := results.Table{Title: "steps", Columns: []string{"rate/s", "goodput/s", "errors %", "p50 ms", "p99 ms", "thresholds"}}
	for _, s := range t.steps {
		word := "held"
		switch {
		case s.verdict == results.Invalid:
			word = "corrupted by the generator"
		case len(s.broken) > 0:
			word = "broken"
		}
		x := &s.figures
		table.Rows = append(table.Rows, []string{
			fmt.Sprintf("%.5g", s.rate), fmt.Sprintf("%.5g", x.goodput()), fmt.Sprintf("%.2f", 100*x.errorShare()),
			fmt.Sprintf("%.3g", x.percentile(0.5)), fmt.Sprintf("%.3g", x.percentile(0.99)), word,
		})
	}
	return table
}
