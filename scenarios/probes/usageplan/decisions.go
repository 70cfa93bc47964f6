package usageplan

import (
	"cmp"
	"slices"
	"time"

	"tollgate/results"
	"tollgate/scenarios/probes/limiter"
	"tollgate/scenarios/probes/probe"
	"tollgate/targets"
)

// measuring are the stages that begin with a full bucket: from the burst on, or from
// the beginning if there is none.
func measuring(h probe.History) probe.History {
	return h[max(slices.IndexFunc(h, func(m probe.Measured) bool { return m.Name == stageBurst }), 0):]
}

// vagueAfter is how much longer than the median a response may take, at least, until
// its time is vague: the decision may have been made at any moment until it came.
const vagueAfter = 15 * time.Millisecond

// decisions are the samples as a limit is fitted to them: by when they were sent,
// which a late generator does not change.
func decisions(h probe.History) (all []limiter.Decision) {
	samples := h.Samples()
	usual := usualTimes(samples)
	for i := range samples {
		s := &samples[i]
		if s.Code == 0 || blocked(s) { // it may not have arrived, or reached no limit
			continue
		}
		passed := !probe.Throttled(s)
		all = append(all, limiter.Decision{
			Sent: s.Sent.Seconds(), Done: (s.Sent + s.Service).Seconds(), Passed: passed,
			Vague: s.FirstByte > usual[passed]+max(vagueAfter, usual[passed]),
		})
	}
	slices.SortStableFunc(all, func(a, b limiter.Decision) int { return cmp.Compare(a.Sent, b.Sent) })
	return all
}

// usualTimes are the medians of the times to the first byte, by whether a request
// passed.
func usualTimes(samples []results.Sample) map[bool]time.Duration {
	times := map[bool][]time.Duration{}
	for i := range samples {
		if s := &samples[i]; s.Code > 0 {
			passed := !probe.Throttled(s)
			times[passed] = append(times[passed], s.FirstByte)
		}
	}
	usual := map[bool]time.Duration{}
	for passed, of := range times {
		slices.Sort(of)
		usual[passed] = of[(len(of)-1)/2]
	}
	return usual
}

// identify names the rule behind a history.
func (p *question) identify(h probe.History) limiter.Answer {
	all := decisions(h)
	if len(all) == p.identified.decisions && len(all) > 0 && all[len(all)-1] == p.identified.last {
		return p.identified.answer
	}
	answer := identifyFrom(h, all)
	if len(all) > 0 {
		p.identified = identified{len(all), all[len(all)-1], answer}
	}
	return answer
}

// enoughDecisions is from how many on a fit begins with the burst: that of all takes
// longer, and shows hardly more.
const enoughDecisions = 5000

func identifyFrom(h probe.History, all []limiter.Decision) limiter.Answer {
	answer := identifyAny(h, all)
	if first := slices.IndexFunc(h, func(m probe.Measured) bool { return m.Name == stageMore }); first > 0 && isPair(&answer) {
		if before := limiter.Identify(decisions(h[:first])); isPair(&before) && !before.Explains(all) {
			answer.Doubt, answer.Unknown = "two limits explain the first requests, and not those that were sent then to confirm it", true
		}
	}
	return answer
}

// isPair says whether an answer is two limits, which have so many parameters that they may
// explain by chance what they were fitted to.
func isPair(a *limiter.Answer) bool {
	return a.Doubt == "" && len(a.Fits) > 0 && a.Fits[0].Kind == limiter.TwoLimits
}

func identifyAny(h probe.History, all []limiter.Decision) limiter.Answer {
	from := decisions(measuring(h))
	if len(all) < enoughDecisions || len(from) == len(all) {
		return limiter.Identify(all)
	}
	answer := limiter.Identify(from)
	if answer.Explains(all) {
		return answer
	}
	if whole := limiter.Identify(all); whole.Doubt == "" || !answer.Agrees(&whole) {
		return whole
	}
	return answer
}

// An identified is the answer for a history, kept since it takes time to find: the plan
// asks for it, and then the conclusion.
type identified struct {
	decisions int
	last      limiter.Decision
	answer    limiter.Answer
}

// quotaExhausted says whether the quota is used up: the bucket does not show then.
func quotaExhausted(h probe.History) bool {
	return slices.ContainsFunc(h.Last().Samples, func(s results.Sample) bool { return s.Mark.Fault == targets.FaultQuota })
}
