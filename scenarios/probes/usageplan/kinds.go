package usageplan

import (
	"fmt"

	"tollgate/results"
	"tollgate/scenarios/probes/limiter"
	"tollgate/scenarios/probes/probe"
)

const ruleMethod = "posterior of the rule given each accepted and throttled request; 95 %"

// addOther adds a limit that is not a token bucket.
func (p *question) addOther(h probe.History, fit *limiter.Fit, name string, f *results.Finding) {
	rule := describe(fit, f)
	f.Conclusion = fmt.Sprintf("%s is in force, applied by %s. It is not a token bucket.", rule, name)
	if fit.Kind == limiter.Random || fit.Kind == limiter.RefusesAll {
		f.Conclusion = fmt.Sprintf("%s, by %s.", rule, name)
	} else if fit.Other.Low > 0.01 {
		f.Conclusion += fmt.Sprintf(" In addition, %s of the requests are refused for another reason.", shareText(fit.Other))
	}
	f.Assumptions = append(f.Assumptions, p.foreign())
	f.Tables = append(f.Tables, stagesOf(h))
	p.check(f, nil, rule)
}

// describe names a limit, and adds its values.
func describe(fit *limiter.Fit, f *results.Finding) string {
	add := func(name string, i limiter.Interval, unit string) { f.Values[name] = value(i, unit, ruleMethod) }
	switch fit.Kind {
	case limiter.TwoLimits:
		names := [2]string{"first_", "second_"}
		if fit.Parts[0].Kind == limiter.TokenBucket && fit.Parts[1].Kind == limiter.TokenBucket {
			names = [2]string{"slow_", "fast_"}
		}
		return fmt.Sprintf("More than one limit: %s, and %s", describePart(&fit.Parts[0], names[0], add), describePart(&fit.Parts[1], names[1], add))
	case limiter.IntervalBucket:
		add("refill_interval", fit.Length, "s")
		add("refill_requests", fit.Count, "requests")
		add("refill_burst", fit.Burst, "requests")
		return fmt.Sprintf("A token bucket that gets %s tokens at a time, every %s, with a burst of %s", countText(fit.Count), secondsText(fit.Length), countText(fit.Burst))
	case limiter.Concurrency:
		add("concurrency", fit.Count, "requests")
		return fmt.Sprintf("A limit on concurrency of %s requests in flight", countText(fit.Count))
	case limiter.ChargingBucket:
		add("charging_rate", fit.Rate, "per_s")
		add("charging_burst", fit.Burst, "requests")
		return fmt.Sprintf("A bucket of %s with a burst of %s that charges refused requests too", rateText(fit.Rate), countText(fit.Burst))
	case limiter.WholeBucket:
		add("whole_rate", fit.Rate, "per_s")
		add("whole_burst", fit.Burst, "requests")
		return fmt.Sprintf("A bucket of %s with a burst of %s that counts whole tokens, and with each refill forgets the part of one that came back beyond them, so that less than its rate passes,", rateText(fit.Rate), countText(fit.Burst))
	case limiter.MovingAverage:
		add("average_rate", fit.Rate, "per_s")
		add("average_memory", fit.Length, "s")
		return fmt.Sprintf("A limit of %s on a moving average of the rate, which forgets within %s,", rateText(fit.Rate), secondsText(fit.Length))
	case limiter.Random:
		add("refused_share", fit.Other, "share")
		return fmt.Sprintf("Requests are refused at random: %s of them, at every rate alike", shareText(fit.Other))
	case limiter.RefusesAll:
		return "Every request was refused, at every rate"
	}
	add("window", fit.Length, "s")
	add("window_requests", fit.Count, "requests")
	return fmt.Sprintf("A %s of %s requests in %s", fit.Kind, countText(fit.Count), secondsText(fit.Length))
}

// describePart names one of two limits.
func describePart(part *limiter.Part, prefix string, add func(string, limiter.Interval, string)) string {
	switch part.Kind {
	case limiter.TokenBucket:
		add(prefix+"rate", part.Rate, "per_s")
		add(prefix+"burst", part.Burst, "requests")
		return fmt.Sprintf("a token bucket of %s with a burst of %s", rateText(part.Rate), countText(part.Burst))
	case limiter.Concurrency:
		add(prefix+"concurrency", part.Count, "requests")
		return fmt.Sprintf("a limit on concurrency of %s requests in flight", countText(part.Count))
	}
	add(prefix+"window", part.Length, "s")
	add(prefix+"window_requests", part.Count, "requests")
	return fmt.Sprintf("a %s of %s requests in %s", part.Kind, countText(part.Count), secondsText(part.Length))
}

func secondsText(i limiter.Interval) string {
	return fmt.Sprintf("%.4g s (%.4g to %.4g)", i.Value, i.Low, i.High)
}

// addDoubt says that no rule explains what was refused, or that it cannot be told which
// one does, and shows it.
func (p *question) addDoubt(h probe.History, answer limiter.Answer, f *results.Finding) {
	of := fmt.Sprintf("%d of %d requests were refused", answer.Refused, answer.Refused+answer.Passed)
	reason := "too little of the limit was seen: more requests (a higher most) or a longer probe (expect) may show it"
	if answer.Settled {
		reason = "more than one rule explains what was refused, and more requests of the same kind would not tell which"
	}
	if answer.Unknown {
		f.Conclusion = fmt.Sprintf("%s, by none of the known rules: %s. %s", of, answer.Doubt, sustainedText(h))
		reason = "the limit follows none of the known rules"
	} else {
		f.Conclusion = fmt.Sprintf("%s, and by which rule cannot be told: %s. %s", of, answer.Doubt, sustainedText(h))
	}
	f.Verdict = probe.Worse(f.Verdict, results.Suspect)
	f.Reasons = append(f.Reasons, reason)
	f.Tables = append(f.Tables, stagesOf(h))
	p.check(f, nil, "")
}

// sustainedText says how much passed in the stage with the most refusals.
func sustainedText(h probe.History) string {
	most, worst := -1, probe.Measured{}
	for _, m := range h {
		if n := len(throttledOf(probe.History{m})); n > most {
			most, worst = n, m
		}
	}
	seconds := worst.For.Seconds()
	return fmt.Sprintf("In stage %s, %.4g/s were sent for %.3g s, and %.4g/s passed.",
		worst.Name, float64(len(worst.Samples))/seconds, seconds, float64(len(worst.Samples)-most)/seconds)
}

// stagesOf is what was sent, and what passed of it.
func stagesOf(h probe.History) results.Table {
	t := results.Table{Title: "what passed", Columns: []string{"stage", "seconds", "sent", "passed", "refused", "longest without a pass"}}
	for _, m := range h {
		if len(m.Samples) == 0 {
			continue
		}
		refused := len(throttledOf(probe.History{m}))
		t.Rows = append(t.Rows, []string{
			m.Name, fmt.Sprintf("%.1f", m.For.Seconds()), fmt.Sprint(len(m.Samples)), fmt.Sprint(len(m.Samples) - refused), fmt.Sprint(refused),
			fmt.Sprintf("%.3g s", longestRefusal(m)),
		})
	}
	return t
}

// longestRefusal is for how many seconds no request of a stage passed.
func longestRefusal(m probe.Measured) (longest float64) {
	from := m.Started
	for i := range m.Samples {
		s := &m.Samples[i]
		if !probe.Throttled(s) {
			from = s.Sent
		}
		longest = max(longest, (s.Sent - from).Seconds())
	}
	return longest
}

// addNoLimit says that nothing was refused, and which buckets would have shown.
func (p *question) addNoLimit(h probe.History, all outcomes, f *results.Finding) {
	highest := highestRate(h)
	sent := decisions(h)
	f.Values["highest_rate_tried"] = results.Exactly(highest, "per_s", "the fastest stage that was sent")
	table := results.Table{Title: "token buckets that would have shown", Columns: []string{"rate", "with a burst below"}}
	for _, part := range []float64{0.1, 0.25, 0.5, 0.75} {
		table.Rows = append(table.Rows, []string{fmt.Sprintf("%.4g/s", part*highest), fmt.Sprintf("%.0f", limiter.LeastBurst(sent, part*highest))})
	}
	f.Tables = append(f.Tables, table)
	f.Conclusion = fmt.Sprintf("No limit on the rate shows: %d of %d requests passed at up to %.4g/s, and none was refused. A token bucket of %s would have shown with a burst below %s; for a larger one, give expect or a higher most.",
		all.good, all.sent(), highest, table.Rows[2][0], table.Rows[2][1])
	instead := "no such limit"
	if p.burst >= limiter.LeastBurst(sent, p.rate)-leastShown { // it would not have shown
		instead = ""
	}
	p.check(f, nil, instead)
	f.Verdict, f.Reasons = probe.OfResponseTimes.History(h)
}

// leastShown is how many requests a bucket must have refused to be said not to be there.
const leastShown = 6
