package coldstart

import (
	"fmt"
	"slices"

	"tollgate/results"
	"tollgate/scenarios/probes/estimate"
	"tollgate/scenarios/probes/probe"
)

// settle decides about the responses that only latency could tell of. If there is no
// better evidence of any, fan-outs are compared with their repeats. Otherwise the
// better evidence evaluates the mixture of latencies, which classifies the rest only if
// it agrees.
func (c *classification) settle(h probe.History) {
	by := c.bases()
	c.atOnce = c.warmAtOnce(h)
	if by[byLatency] == int64(len(c.all)) {
		c.byExcess(h)
		return
	}
	c.agreement = c.agrees()
	c.overruled = by[byLatency] > 0 && by[byTrace] > 0 && c.mixed && c.contradicted()
	if by[byLatency] == 0 || c.agreement != nil && c.agreement.confirms() && !c.overruled {
		return
	}
	c.sampleOnly = by[byInstance]+by[byReport] == 0
	c.all = slices.DeleteFunc(c.all, func(r response) bool { return r.by == byLatency })
	c.left = int(by[byLatency])
}

// fewestAtOnce is how many warm responses to fan-outs are enough to compare with.
const fewestAtOnce = 30

// warmAtOnce are the latencies of warm responses to fan-outs and their repeats, which
// waited for each other like the cold ones.
func (c *classification) warmAtOnce(h probe.History) (ms []float64) {
	for _, m := range h {
		if m.Name != stageFan && m.Name != stageRepeat && m.Name != stageAgain {
			continue
		}
		for _, r := range c.during(m) {
			if r.start == warm {
				ms = append(ms, r.ms())
			}
		}
	}
	return ms
}

// baseline are the latencies to which INIT adds.
func (c *classification) baseline() []float64 {
	if len(c.atOnce) >= fewestAtOnce {
		return c.atOnce
	}
	return c.latencies(warm)
}

// byExcess classifies by what fan-outs have beyond their repeats, where that tells
// cold starts.
func (c *classification) byExcess(h probe.History) {
	x := excessOf(h)
	c.compared, c.excess = &x, nil
	for i := range c.all {
		c.all[i].start = warm
	}
	if x.verdict != found {
		return
	}
	c.excess = &x
	for _, m := range h {
		cut := x.delayed.Cut
		switch m.Name {
		case stageIdle:
			cut = x.cut
		case stageFan:
		default:
			continue
		}
		for _, r := range c.during(m) {
			if r.ms() > cut {
				r.start = cold
			}
		}
	}
}

// An agreement is how well the mixture of latencies classifies the responses of
// which there is better evidence.
type agreement struct{ found, wrong, missed int64 }

// agrees compares the mixture with better evidence; nil without a mixture or without
// a cold start that is certain.
func (c *classification) agrees() *agreement {
	if !c.mixed {
		return nil
	}
	var a agreement
	for i := range c.all {
		r := &c.all[i]
		if r.by == byLatency || r.start == proactive {
			continue
		}
		switch slow := c.mixture.IsSlow(r.ms()); {
		case slow && r.start == cold:
			a.found++
		case slow:
			a.wrong++
		case r.start == cold:
			a.missed++
		}
	}
	if a.found+a.missed == 0 {
		return nil
	}
	return &a
}

func (a *agreement) precision() (estimate.Interval, bool) {
	return estimate.Share(a.found, a.found+a.wrong)
}

func (a *agreement) recall() (estimate.Interval, bool) {
	return estimate.Share(a.found, a.found+a.missed)
}

// confirms says whether most of the slow responses are certainly cold, and most of
// the cold ones slow.
func (a *agreement) confirms() bool {
	p, okP := a.precision()
	r, okR := a.recall()
	return okP && okR && p.Low > 0.5 && r.Low > 0.5
}

// add adds the agreement of latency with evidence that does not come from it. That
// with a fit to the same latencies says nothing.
func (a *agreement) add(f *results.Finding, truth basis) {
	p, okP := a.precision()
	r, okR := a.recall()
	if !okP || !okR || truth == byInstance { // a new instance is cold if it was slow
		return
	}
	method := "two log-normal latencies against " + basisText[truth] + "; Wilson's interval, 95 %"
	f.Values["latency_precision"] = probe.Value(p, "share", method)
	f.Values["latency_recall"] = probe.Value(r, "share", method)
	f.Assumptions = append(f.Assumptions, fmt.Sprintf("latency alone would have found %d of %d cold starts, and %d that were none", a.found, a.found+a.missed, a.wrong))
}

// leastConfused is the share of responses that a mixture may misclassify even if it
// expects fewer: its two classes need not be log-normal.
const leastConfused = 0.02

// contradicted says whether X-Ray disagrees with the mixture about the responses
// that it recorded, more than the mixture expects. The two classes of latency then
// have another cause, such as a machine that is busy now and then.
func (c *classification) contradicted() bool {
	var seen, wrong int64
	for i := range c.all {
		r := &c.all[i]
		if r.by != byTrace {
			continue
		}
		seen++
		if c.mixture.IsSlow(r.ms()) != (r.start == cold) {
			wrong++
		}
	}
	fastAsSlow, slowAsFast := c.mixture.Confused()
	share, ok := estimate.Share(wrong, seen)
	return ok && share.Low > max(fastAsSlow+slowAsFast, leastConfused)
}
