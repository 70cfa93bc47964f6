package usageplan

import (
	"fmt"
	"math"

	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/scenarios/probes/probe"
)

const bucketMethod = "maximum likelihood of a token bucket over each accepted and throttled request; 95 % by profile likelihood, allowing for imperfect enforcement and clocks that differ"

// conclude returns the bucket that is in force, and what enforces it. Limits are
// the configured ones, as far as they could be read.
func (p *question) conclude(h probe.History, limits []probe.ConfiguredLimit) (results.Finding, string) {
	f := results.Finding{Values: map[string]results.Value{}, Series: acceptance(h)}
	name, assumed := enforcerOf(h, p.target)
	all := outcomesOf(h)
	if p.addNothing(h, all, &f) {
		return f, name
	}
	if fit, ok := fitBucket(decisions(measuring(h))); ok {
		exact, more := configured(h, name, fit, limits)
		name, f.Assumptions = exact, append(assumed, more...)
		p.addBucket(h, fit, name, all.throttled, &f)
	} else {
		f.Conclusion = fmt.Sprintf("No limit on the rate shows: %d of %d requests passed at up to %.4g/s.", all.good, all.sent(), highestRate(h))
		f.Values["highest_rate_tried"] = results.Exactly(highestRate(h), "per_s", "the fastest stage that was sent")
		p.check(&f, nil)
		f.Verdict, f.Reasons = probe.Fitness(h)
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
	p.check(f, nil)
	for i := range f.Checks {
		f.Checks[i].Measured, f.Checks[i].Holds = why, "unknown"
	}
	return true
}

func (p *question) addBucket(h probe.History, fit bucketFit, name string, throttled int64, f *results.Finding) {
	f.Values["rate"] = results.Between(fit.Rate, fit.RateLow, fit.RateHigh, "per_s", bucketMethod)
	f.Values["burst"] = results.Between(fit.Burst, fit.BurstLow, fit.BurstHigh, "requests", bucketMethod)
	f.Values["leak"] = results.Exactly(fit.Leak, "share", "of the requests that find no token, those that pass anyway; maximum likelihood, at least 0.02 %")
	f.Values["refused"] = results.Exactly(float64(throttled), "count", "counted")
	f.Conclusion = fmt.Sprintf("A token bucket of %s with a burst of %.0f (%.0f to %.0f) is in force, applied by %s. %s",
		fit.rateText(), fit.Burst, fit.BurstLow, fit.BurstHigh, name, p.predict(f, fit))
	f.Assumptions = append(f.Assumptions,
		"no foreign traffic used the key, or the target's throttle, meanwhile",
		"the bucket was full after the pause, which lasted 30 % longer than a bucket of about that size takes to fill",
		"the throttle counts single requests and refills continuously")
	p.check(f, &fit)
	addGuides(f, fit, h)
	f.Verdict, f.Reasons = fitness(h, fit)
	if len(h.Named(stageAgain)) == 0 {
		f.Verdict = probe.Worse(f.Verdict, results.Suspect)
		f.Reasons = append(f.Reasons, "the announced requests did not suffice for every stage: give expect, or a higher most")
	}
}

// fitness evaluates the generator. A bucket depends on when requests were sent, not
// on when they were due: lateness alone makes a finding suspect, and a generator
// that did not overload the bucket makes it invalid.
func fitness(h probe.History, fit bucketFit) (results.Verdict, []string) {
	verdict, reasons := probe.FitnessAsSent(h)
	for _, m := range h.Named(stageOverload) {
		n := len(m.Samples)
		if n < 2 {
			continue
		}
		if sent := float64(n-1) / (m.Samples[n-1].Sent - m.Samples[0].Sent).Seconds(); sent < fit.Rate {
			verdict = results.Invalid
			reasons = append(reasons, fmt.Sprintf("stage overload: %.4g/s were sent, which does not overload %.4g/s", sent, fit.Rate))
		}
	}
	return verdict, reasons
}

func (fit *bucketFit) rateText() string {
	return fmt.Sprintf("%.4g/s (%.4g to %.4g)", fit.Rate, fit.RateLow, fit.RateHigh)
}

// tolerance is what counts as agreement: imperfect enforcement may let a little
// more through than a plan allows.
const tolerance = 0.02

// hasRate and hasBurst say whether a stated bucket may be the measured one.
func (fit *bucketFit) hasRate(stated float64) bool {
	slack := tolerance * stated
	return fit.RateLow-slack <= stated && stated <= fit.RateHigh+slack
}

func (fit *bucketFit) hasBurst(stated float64) bool {
	slack := max(1, tolerance*stated)
	return fit.BurstLow-slack <= stated && stated <= fit.BurstHigh+slack
}

// check compares the expected plan with the measured one; nil: none was found.
func (p *question) check(f *results.Finding, fit *bucketFit) {
	if !p.expects {
		return
	}
	rate := results.Check{Claim: fmt.Sprintf("rate %.6g/s", p.rate), Source: "the scenario", Measured: "no such limit", Holds: "no", Must: true}
	burst := rate
	burst.Claim = fmt.Sprintf("burst %.6g", p.burst)
	if fit != nil {
		rate.Measured, burst.Measured = fit.rateText(), fmt.Sprintf("%.0f (%.0f to %.0f)", fit.Burst, fit.BurstLow, fit.BurstHigh)
		if fit.hasRate(p.rate) {
			rate.Holds = "yes"
		}
		if fit.hasBurst(p.burst) {
			burst.Holds = "yes"
		}
	}
	f.Checks = append(f.Checks, rate, burst)
}

// predict adds a table of how many requests of bursts pass, and says it of the
// first.
func (p *question) predict(f *results.Finding, fit bucketFit) string {
	bursts := p.bursts
	if len(bursts) == 0 { // one and a half times the rate for five seconds, as in the guides
		r := scenarios.Rounded(1.5 * fit.Rate)
		n := r.PerSecond() * 5
		bursts = []plannedBurst{{fmt.Sprintf("%.0f at %.4g/s", n, r.PerSecond()), math.Round(n), r.PerSecond()}}
	}
	table := results.Table{Title: "predicted bursts", Columns: []string{"burst", "passes", "throttled", "first throttled after"}}
	for _, b := range bursts {
		passes := b.passes(fit.Rate, fit.Burst)
		after := "never"
		if passes < b.requests {
			after = fmt.Sprintf("%.3g s", fit.Burst/(b.rate-fit.Rate))
		}
		table.Rows = append(table.Rows, []string{b.text, fmt.Sprintf("%.0f", passes), fmt.Sprintf("%.0f", b.requests-passes), after})
	}
	f.Tables = append(f.Tables, table)
	first := table.Rows[0]
	return fmt.Sprintf("Of a burst of %s, %s pass and %s are throttled.", first[0], first[1], first[2])
}

// addGuides compares the measured burst with what guides claim: that as many pass
// as the burst has tokens, and the rest is throttled.
func addGuides(f *results.Finding, fit bucketFit, h probe.History) {
	for _, m := range h.Named(stageBurst) {
		passed := len(m.Samples) - len(throttledOf(probe.History{m}))
		c := results.Check{
			Claim:  fmt.Sprintf("of %d requests at %v the first %.0f pass and the rest is throttled", len(m.Samples), m.Shape(), fit.Burst),
			Source: "common guides", Measured: fmt.Sprintf("%d passed", passed), Holds: "no",
			Why: "tokens come back during the burst: a full bucket passes burst + rate × time",
		}
		if math.Abs(float64(passed)-fit.Burst) <= max(2, 0.02*fit.Burst) {
			c.Holds = "yes"
		}
		f.Checks = append(f.Checks, c)
	}
}

func highestRate(h probe.History) (rate float64) {
	for _, m := range h {
		if c, ok := m.Shape().(scenarios.Constant); ok {
			rate = max(rate, c.Rate.PerSecond())
		}
	}
	return rate
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
