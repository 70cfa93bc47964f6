package probes

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"tollgate/results"
	"tollgate/scenarios"
)

const bucketMethod = "maximum likelihood of a token bucket over each accepted and refused request; 95 % by profile likelihood, allowing for enforcement at best effort and for clocks that differ"

// conclude says what bucket is in force. Limits are those that are configured, as
// far as somebody could read them.
func (p *usagePlan) conclude(h History, limits []ConfiguredLimit) results.Finding {
	f, _ := p.judge(h, limits)
	return f
}

// judge is conclude, with who refused.
func (p *usagePlan) judge(h History, limits []ConfiguredLimit) (results.Finding, string) {
	f := results.Finding{Values: map[string]results.Value{}, Series: acceptance(h)}
	layer, told := layerOf(h, p.target)
	all := fatesOf(h)
	if p.tellNothing(h, all, &f) {
		return f, layer
	}
	if fit, ok := p.fit(h); ok {
		name, named := nameLayer(h, layer, fit, limits)
		layer, f.Assumptions = name, append(told, named...)
		p.tellBucket(h, fit, layer, &f)
	} else {
		f.Conclusion = fmt.Sprintf("No limit on the rate shows: %d of %d requests passed at up to %.4g/s.", all.good, all.sent(), highestRate(h))
		f.Values["highest_rate_tried"] = results.Exactly(highestRate(h), "per_s", "the fastest stage that was sent")
		p.check(&f, nil)
		f.Verdict, f.Reasons = Fitness(h)
	}
	all.tell(&f)
	return f, layer
}

// tellNothing says why nothing can be said, where that is so.
func (p *usagePlan) tellNothing(h History, all fates, f *results.Finding) bool {
	why := "every request failed"
	switch {
	case exhausted(h):
		why = "the quota was exhausted before the probe was done"
		f.Conclusion = "The key's quota is used up: every request is refused until its period ends, so nothing can be said of rate and burst."
	case all.answered() == 0 && all.failed > 0:
		f.Conclusion = fmt.Sprintf("Nothing can be said of a limit: every request failed (%s).", all.text())
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

// tellBucket says what was measured.
func (p *usagePlan) tellBucket(h History, fit bucketFit, layer string, f *results.Finding) {
	f.Values["rate"] = results.Between(fit.Rate, fit.RateLow, fit.RateHigh, "per_s", bucketMethod)
	f.Values["burst"] = results.Between(fit.Burst, fit.BurstLow, fit.BurstHigh, "requests", bucketMethod)
	f.Values["leak"] = results.Exactly(fit.Leak, "share", "of the requests that find no token, those that pass all the same; maximum likelihood, at least 0.02 %")
	f.Values["refused"] = results.Exactly(float64(countRefused(h)), "count", "counted")
	f.Conclusion = fmt.Sprintf("A token bucket of %s with a burst of %.0f (%.0f to %.0f) is in force, applied by %s. %s",
		perSecond(fit), fit.Burst, fit.BurstLow, fit.BurstHigh, layer, p.predict(f, fit))
	f.Assumptions = append(f.Assumptions,
		"nobody else used the key, or the target's throttle, meanwhile",
		"the bucket was full after the pause: it lasted 30 % longer than a bucket of about that size takes to fill",
		"the limiter counts single requests and refills continuously")
	p.check(f, &fit)
	p.guides(f, fit, h)
	f.Verdict, f.Reasons = p.fitness(h, fit)
	if len(h.Named("again")) == 0 {
		f.Verdict = worse(f.Verdict, results.Suspect)
		f.Reasons = append(f.Reasons, "what was announced did not suffice for every stage: give expect, or a higher most")
	}
}

// fitness judges the generator for this question. When a request was due does
// not matter to a bucket, only when it was sent: lateness alone makes a finding
// suspect, and a generator that did not overload the bucket makes it invalid.
func (p *usagePlan) fitness(h History, fit bucketFit) (results.Verdict, []string) {
	verdict, reasons := results.Valid, []string(nil)
	for _, m := range h {
		v, why := m.Fitness()
		late := 0
		for i := range m.Samples {
			if m.Samples[i].Lag() > lateAfter {
				late++
			}
		}
		if own := m.faults(); v == results.Invalid && own == 0 && int64(len(m.Samples)) >= m.Due*95/100 && 2*late < len(m.Samples) {
			v = results.Suspect
		}
		verdict, reasons = worse(verdict, v), append(reasons, why...)
	}
	for _, m := range h.Named("overload") {
		n := len(m.Samples)
		if n < 2 {
			continue
		}
		if sent := float64(n-1) / (m.Samples[n-1].Sent - m.Samples[0].Sent).Seconds(); sent < fit.Rate {
			verdict = results.Invalid
			reasons = append(reasons, fmt.Sprintf("stage overload: %.4g/s were sent, which is no overload of %.4g/s", sent, fit.Rate))
		}
	}
	return verdict, reasons
}

// faults counts requests that failed by the generator's own doing.
func (m *Measured) faults() (n int) {
	for i := range m.Samples {
		if m.Samples[i].Outcome() == results.OwnFault {
			n++
		}
	}
	return n
}

func perSecond(fit bucketFit) string {
	return fmt.Sprintf("%.4g/s (%.4g to %.4g)", fit.Rate, fit.RateLow, fit.RateHigh)
}

// tolerance is what is no disagreement: enforcement at best effort may let a
// little more through than a plan says.
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

// check sets the expected plan beside the measured one.
func (p *usagePlan) check(f *results.Finding, fit *bucketFit) {
	if !p.expects {
		return
	}
	claims := []results.Check{
		{Claim: fmt.Sprintf("rate %.6g/s", p.rate), Source: "the scenario", Measured: "no such limit", Holds: "no", Must: true},
		{Claim: fmt.Sprintf("burst %.6g", p.burst), Source: "the scenario", Measured: "no such limit", Holds: "no", Must: true},
	}
	if fit != nil {
		claims[0].Measured, claims[1].Measured = perSecond(*fit), fmt.Sprintf("%.0f (%.0f to %.0f)", fit.Burst, fit.BurstLow, fit.BurstHigh)
		if fit.hasRate(p.rate) {
			claims[0].Holds = "yes"
		}
		if fit.hasBurst(p.burst) {
			claims[1].Holds = "yes"
		}
	}
	f.Checks = append(f.Checks, claims...)
}

// predict tables what bursts would meet, and says the first of them in words.
func (p *usagePlan) predict(f *results.Finding, fit bucketFit) string {
	bursts := p.bursts
	if len(bursts) == 0 { // one and a half times the rate for five seconds, as the guides have it
		r := scenarios.Rounded(1.5 * fit.Rate)
		n := r.PerSecond() * 5
		bursts = []plannedBurst{{fmt.Sprintf("%.0f at %.4g/s", n, r.PerSecond()), math.Round(n), r.PerSecond()}}
	}
	table := results.Table{Title: "what a burst meets", Columns: []string{"burst", "passes", "refused", "first refusal after"}}
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
	return fmt.Sprintf("Of a burst of %s, %s pass and %s are refused.", first[0], first[1], first[2])
}

// guides sets beside the measured burst what guides say of one: that as many
// pass as the burst has tokens, and the rest is refused.
func (p *usagePlan) guides(f *results.Finding, fit bucketFit, h History) {
	for _, m := range h.Named("burst") {
		passed := int64(len(m.Samples)) - refusedIn(m)
		c := results.Check{
			Claim:  fmt.Sprintf("of %d requests at %v the first %.0f pass and the rest is throttled", len(m.Samples), m.Shape, fit.Burst),
			Source: "common guides", Measured: fmt.Sprintf("%d passed", passed), Holds: "no",
			Why: "while a burst lasts, tokens come back: a full bucket passes burst + rate × time",
		}
		if math.Abs(float64(passed)-fit.Burst) <= max(2, 0.02*fit.Burst) {
			c.Holds = "yes"
		}
		f.Checks = append(f.Checks, c)
	}
}

func countRefused(h History) (n int64) {
	for _, m := range h {
		n += refusedIn(m)
	}
	return n
}

func refusedIn(m Measured) (n int64) {
	for i := range m.Samples {
		if refusalOf(&m.Samples[i]) {
			n++
		}
	}
	return n
}

func highestRate(h History) (rate float64) {
	for _, m := range h {
		if c, ok := m.Shape.(scenarios.Constant); ok {
			rate = max(rate, c.Rate.PerSecond())
		}
	}
	return rate
}

// acceptance draws what was sent and what passed, over time.
func acceptance(h History) []results.Series {
	samples := h.Samples()
	sent := results.Series{Name: "sent", X: "time (s)", Y: "requests so far"}
	passed := results.Series{Name: "passed", X: sent.X, Y: sent.Y}
	stride := max(1, (len(samples)+999)/1000)
	n := 0
	for i := range samples {
		if s := &samples[i]; !refusalOf(s) && s.Outcome() == results.OK {
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

// quantileOf is a quantile of values, 0 of none.
func quantileOf(values []float64, q float64) float64 {
	if len(values) == 0 {
		return 0
	}
	slices.Sort(values)
	return values[int(q*float64(len(values)-1))]
}

func sortDecisions(all []decision) {
	slices.SortStableFunc(all, func(a, b decision) int { return cmp.Compare(a.At, b.At) })
}
