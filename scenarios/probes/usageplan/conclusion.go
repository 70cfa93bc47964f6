package usageplan

import (
	"fmt"
	"math"
	"net/http"

	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/scenarios/probes/limiter"
	"tollgate/scenarios/probes/probe"
)

// conclude returns the limit that is in force, and what enforces it. Limits are the
// configured ones, as far as they could be read.
func (p *question) conclude(h probe.History, limits []probe.ConfiguredLimit) (results.Finding, string) {
	f := results.Finding{Values: map[string]results.Value{}, Series: acceptance(h)}
	name, assumed := enforcerOf(h, p.target)
	all := outcomesOf(h)
	if p.addNothing(h, all, &f) {
		return f, name
	}
	f.Verdict, f.Reasons = probe.OfSending.History(h)
	f.Values["refused"] = results.Exactly(float64(all.throttled), "count", "counted")
	f.Values["refused_429"] = results.Exactly(float64(refusedBy(h, http.StatusTooManyRequests)), "count", "of these, with status 429")
	if all.throttled == 0 {
		p.addNoLimit(h, all, &f)
		all.add(&f)
		return f, name
	}
	answer := p.identify(h)
	if more := h.Named(stageMore); len(more) > 0 {
		f.Values["asked_for_more"] = results.Exactly(float64(len(more.Samples())), "count", "requests that were sent at the end since the rule could not be told from the others")
	}
	switch {
	case answer.Doubt != "":
		p.addDoubt(h, answer, &f)
	case answer.Fits[0].Kind == limiter.TokenBucket:
		fit := &answer.Fits[0]
		exact, more := configured(h, name, fit, limits)
		name, f.Assumptions = exact, append(assumed, more...)
		p.addBucket(h, fit, name, &f)
	default:
		f.Assumptions = assumed
		p.addOther(h, &answer.Fits[0], name, &f)
	}
	all.add(&f)
	return f, name
}

// addNothing says why nothing can be concluded, if so.
func (p *question) addNothing(h probe.History, all outcomes, f *results.Finding) bool {
	why := "every request failed"
	switch {
	case quotaExhausted(h):
		why = "the quota was exhausted before the probe was done"
		f.Conclusion = "The key's quota is used up: every request is rejected until its period ends, so rate and burst are unknown."
	case all.allFailed():
		f.Conclusion = fmt.Sprintf("No limit can be measured: every request failed (%s).", all.text())
	default:
		return false
	}
	f.Verdict, f.Reasons = results.Suspect, []string{why}
	p.check(f, nil, "")
	for i := range f.Checks {
		f.Checks[i].Measured, f.Checks[i].Holds = why, "unknown"
	}
	return true
}

const bucketMethod = "posterior of a token bucket given each accepted and throttled request; 95 %, allowing for refusals with and without their token, imperfect enforcement and clocks that differ"

func (p *question) addBucket(h probe.History, fit *limiter.Fit, name string, f *results.Finding) {
	f.Values["rate"] = value(fit.Rate, "per_s", bucketMethod)
	f.Values["burst"] = value(fit.Burst, "requests", bucketMethod)
	f.Values["leak"] = results.Exactly(fit.Leak, "share", "of the requests that find no token, those that pass anyway; at least 0.01 %")
	f.Values["other_refused"] = value(fit.Other, "share", "of the requests that find a token, those that are refused all the same; "+bucketMethod+"; from 0 unless requests were refused that find a token by any clock within 10 ms")
	f.Conclusion = fmt.Sprintf("A token bucket of %s with a burst of %s is in force, applied by %s. %s",
		rateText(fit.Rate), countText(fit.Burst), name, p.predict(f, fit))
	if fit.Burst.High < 2 {
		f.Conclusion += fmt.Sprintf(" A window of one request in %s that slides is the same rule.", secondsText(limiter.Interval{Value: 1 / fit.Rate.Value, Low: 1 / fit.Rate.High, High: 1 / fit.Rate.Low}))
	}
	if fit.Other.Low > 0.01 {
		f.Conclusion += fmt.Sprintf(" In addition, %s of the requests are refused although there is a token.", shareText(fit.Other))
	}
	f.Assumptions = append(f.Assumptions,
		p.foreign(),
		"the bucket was full at the beginning: after a pause that lasted 30 % longer than a bucket of about that size takes to fill, or if that is too long, when the probe began",
		"the throttle counts single requests and refills continuously")
	p.check(f, fit, "")
	if !p.connects {
		addGuides(f, fit, h)
	}
	p.documented(f, fit)
	p.checkOverload(h, fit, f)
	if len(h.Named(stageAgain)) == 0 {
		f.Verdict = probe.Worse(f.Verdict, results.Suspect)
		f.Reasons = append(f.Reasons, "the second flood of a full bucket is missing: the announced requests did not suffice for it (give expect, or a higher most), or it was left out")
	}
}

// checkOverload makes a finding invalid whose generator did not overload the bucket.
func (p *question) checkOverload(h probe.History, fit *limiter.Fit, f *results.Finding) {
	for _, m := range h.Named(stageOverload) {
		n := len(m.Samples)
		if n < 100 || 20*len(throttledOf(probe.History{m})) > n { // of few requests, random arrivals vary more than the overload; and what was refused was too much
			continue
		}
		if sent := float64(n-1) / (m.Samples[n-1].Sent - m.Samples[0].Sent).Seconds(); sent < fit.Rate.Value {
			f.Verdict = results.Invalid
			f.Reasons = append(f.Reasons, fmt.Sprintf("stage overload: %.4g/s were sent, which does not overload %.4g/s", sent, fit.Rate.Value))
		}
	}
}

func value(i limiter.Interval, unit, method string) results.Value {
	return results.Between(i.Value, max(i.Low, 0), i.High, unit, method)
}

func rateText(i limiter.Interval) string {
	return fmt.Sprintf("%.4g/s (%.4g to %.4g)", i.Value, max(i.Low, 0), i.High)
}

func countText(i limiter.Interval) string {
	return fmt.Sprintf("%.0f (%.0f to %.0f)", i.Value, i.Low, i.High)
}

func shareText(i limiter.Interval) string {
	return fmt.Sprintf("%.3g %% (%.3g to %.3g %%)", 100*i.Value, 100*max(i.Low, 0), 100*i.High)
}

// tolerance is what counts as agreement: imperfect enforcement may let a little
// more through than a plan allows.
const tolerance = 0.02

// hasRate and hasBurst say whether a stated bucket may be the measured one.
func hasRate(fit *limiter.Fit, stated float64) bool {
	slack := tolerance * stated
	return fit.Rate.Low-slack <= stated && stated <= fit.Rate.High+slack
}

func hasBurst(fit *limiter.Fit, stated float64) bool {
	slack := max(1, tolerance*stated)
	return fit.Burst.Low-slack <= stated && stated <= fit.Burst.High+slack
}

// check compares the expected plan with the measured bucket, or with what was found in
// its place. If that is nothing, the plan may be there or not.
func (p *question) check(f *results.Finding, bucket *limiter.Fit, instead string) {
	if !p.expects {
		return
	}
	rate := results.Check{Claim: fmt.Sprintf("rate %.6g/s", p.rate), Source: "the scenario", Measured: instead, Holds: "no", Must: true}
	burst := rate
	burst.Claim = fmt.Sprintf("burst %.6g", p.burst)
	switch {
	case bucket != nil:
		rate.Measured, burst.Measured = rateText(bucket.Rate), countText(bucket.Burst)
		if hasRate(bucket, p.rate) {
			rate.Holds = "yes"
		}
		if hasBurst(bucket, p.burst) {
			burst.Holds = "yes"
		}
	case instead == "":
		rate.Measured, rate.Holds = "cannot be told", "unknown"
		burst.Measured, burst.Holds = rate.Measured, rate.Holds
	}
	f.Checks = append(f.Checks, rate, burst)
}

// predict adds a table of how many requests of bursts pass, and says it of the
// first.
func (p *question) predict(f *results.Finding, fit *limiter.Fit) string {
	bursts := p.bursts
	if len(bursts) == 0 { // one and a half times the rate for five seconds, as in the guides
		r := scenarios.Rounded(1.5 * fit.Rate.Value)
		n := r.PerSecond() * 5
		bursts = []plannedBurst{{fmt.Sprintf("%.0f at %.4g/s", n, r.PerSecond()), math.Round(n), r.PerSecond()}}
	}
	table := results.Table{Title: "predicted bursts", Columns: []string{"burst", "passes", "throttled", "first throttled after"}}
	for _, b := range bursts {
		passes := b.passes(fit.Rate.Value, fit.Burst.Value)
		after := "never"
		if passes < b.requests {
			after = fmt.Sprintf("%.3g s", fit.Burst.Value/(b.rate-fit.Rate.Value))
		}
		table.Rows = append(table.Rows, []string{b.text, fmt.Sprintf("%.0f", passes), fmt.Sprintf("%.0f", b.requests-passes), after})
	}
	f.Tables = append(f.Tables, table)
	first := table.Rows[0]
	return fmt.Sprintf("Of a burst of %s, %s pass and %s are throttled.", first[0], first[1], first[2])
}

// addGuides compares the measured burst with what guides claim: that as many pass
// as the burst has tokens, and the rest is throttled.
func addGuides(f *results.Finding, fit *limiter.Fit, h probe.History) {
	for _, m := range h.Named(stageBurst) {
		passed := len(m.Samples) - len(throttledOf(probe.History{m}))
		c := results.Check{
			Claim:  fmt.Sprintf("of %d requests at %v the first %.0f pass and the rest is throttled", len(m.Samples), m.Shape(), fit.Burst.Value),
			Source: results.Guides, Measured: fmt.Sprintf("%d passed", passed), Holds: "no",
			Why: "tokens come back during the burst: a full bucket passes burst + rate × time",
		}
		if math.Abs(float64(passed)-fit.Burst.Value) <= max(2, 0.02*fit.Burst.Value) {
			c.Holds = "yes"
		}
		f.Checks = append(f.Checks, c)
	}
}

// acceptance draws what was sent and what passed, over time.
func acceptance(h probe.History) []results.Series {
	samples := h.Samples()
	sent := results.Series{Name: "sent", X: "time (s)", Y: "requests so far"}
	passed := results.Series{Name: "passed", X: sent.X, Y: sent.Y}
	stride := max(1, (len(samples)+999)/1000)
	n := 0
	for i := range samples {
		if s := &samples[i]; !probe.Throttled(s) && s.Outcome() == results.OK {
			n++
		}
		if i%stride == 0 || i == len(samples)-1 {
			at := samples[i].Due.Seconds()
			sent.Points = append(sent.Points, [2]float64{at, float64(i + 1)})
			passed.Points = append(passed.Points, [2]float64{at, float64(n)})
		}
	}
	return []results.Series{sent, passed}
}
