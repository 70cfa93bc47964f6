// Package usageplan is the probe that finds the rate and burst of the throttle that
// is in force for a key, and what enforces it.
//
// The rate is searched from below until requests are throttled. Then the bucket is
// left to fill, emptied by a flood at several times the rate, kept empty by a
// sustained overload, left to recover and emptied once more. A token bucket is
// fitted to every accepted and throttled request by maximum likelihood (see
// fitBucket).
//
// # Several keys
//
// API Gateway throttles each key of a usage plan on its own. So keys are measured
// one after the other, each as the only key of a target would be. Then each bucket
// is kept empty in turn while requests with the other keys are sent: a key that is
// throttled then draws on the same bucket. To send with all keys at once was
// rejected: where few of many requests pass, nobody can say whose tokens they took.
package usageplan

import (
	"cmp"
	"slices"
	"time"

	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/scenarios/probes/probe"
	"tollgate/targets"
)

// Probe asks which rate and burst are in force for a key, and what enforces them.
func Probe() *probe.Probe {
	return &probe.Probe{Name: "usage-plan", Title: "Usage plan", Untried: "it would take a token out of the bucket", Parse: parse}
}

// question is one question about a token bucket.
type question struct {
	target   targets.Target
	expects  bool
	rate     float64 // expected
	burst    float64 // expected
	from     float64 // the first rate of the search
	most     float64 // the highest rate that is tried
	quota    int64   // of the key; 0: not stated
	bursts   []plannedBurst
	requests int64 // announced
	length   time.Duration
	widest   [2]float64 // the rate and the burst that can still be measured within that
}

// The rates of the search grow by searchStep until requests are throttled.
const (
	searchStep  = 2.5
	searchTime  = 1500 * time.Millisecond
	defaultMost = 3000 // requests a second
	floodTimes  = 3.0  // the flood's rate, in rates of the bucket

	// mostSearches is how many steps a search has at least: a large bucket lets
	// even the highest rate pass for a while.
	mostSearches = 6

	// fillTimes is how many times its estimated filling time a bucket gets to fill:
	// the estimate is from counts.
	fillTimes   = 1.3
	longestFill = 40.0 // seconds
)

const (
	stageSearch   = "search"
	stageFill     = "fill"
	stageBurst    = "burst"
	stageOverload = "overload"
	stageRecovery = "recovery"
	stageAgain    = "again"
)

func (p *question) plan(h probe.History) (probe.Stage, bool) {
	if quotaExhausted(h) {
		return probe.Stage{}, false
	}
	last := h.Last()
	if last.Name == "" || last.Name == stageSearch {
		return p.search(h)
	}
	rough, ok := estimateOf(h)
	if !ok {
		return probe.Stage{}, false
	}
	switch last.Name {
	case stageFill:
		return p.flood(h, stageBurst, rough, 0.5, 8)
	case stageBurst:
		times, seconds := overloadOf(rough.Rate)
		return p.within(h, probe.Constant(stageOverload, times*rough.Rate, probe.Seconds(seconds)))
	case stageOverload:
		return p.within(h, probe.Quiet(stageRecovery, fillTime(rough)))
	case stageRecovery:
		return p.flood(h, stageAgain, rough, 0.25, 4)
	}
	return probe.Stage{}, false
}

// search raises the rate until requests are throttled, and lets the bucket fill
// then.
func (p *question) search(h probe.History) (probe.Stage, bool) {
	if len(h) == 0 {
		return p.within(h, probe.Constant(stageSearch, p.from, searchTime))
	}
	last := h.Last()
	rate := last.Shape().(scenarios.Constant).Rate.PerSecond()
	if all := outcomesOf(h); all.allFailed() {
		return probe.Stage{}, false
	}
	if probe.ThrottledLately(last) {
		rough, ok := estimateOf(h)
		if !ok {
			return probe.Stage{}, false
		}
		return p.within(h, probe.Quiet(stageFill, fillTime(rough)))
	}
	if rate >= p.most && len(h) >= mostSearches {
		return probe.Stage{}, false
	}
	return p.within(h, probe.Constant(stageSearch, min(rate*searchStep, p.most), searchTime))
}

// estimateOf estimates the bucket from counts, to plan with: a fit takes time, in
// which tokens would come back.
func estimateOf(h probe.History) (bucket, bool) {
	return estimateBucket(decisions(measuring(h)))
}

// fillTime is how long a bucket gets to fill.
func fillTime(b bucket) time.Duration {
	return probe.Seconds(min(fillTimes*(b.Burst+1)/b.Rate+0.1, longestFill))
}

// flood empties the bucket, and goes on for some seconds, or until some tokens came
// back.
func (p *question) flood(h probe.History, name string, rough bucket, seconds, tokens float64) (probe.Stage, bool) {
	rate := p.above(rough.Rate)
	emptied := 1.1 * rough.Burst / (rate - rough.Rate)
	return p.within(h, probe.Constant(name, rate, probe.Seconds(min(emptied+max(seconds, tokens/rough.Rate), 30))))
}

// above is a rate that empties a bucket of this rate, and no more than announced.
func (p *question) above(rate float64) float64 {
	return min(max(min(floodTimes*rate, p.most), 1.5*rate), p.peak())
}

// within shortens a stage to what was announced, and lowers its rate to it.
func (p *question) within(h probe.History, s probe.Stage) (probe.Stage, bool) {
	if c, ok := s.Shape().(scenarios.Constant); ok && c.Rate.PerSecond() > p.peak() {
		s.Load = scenarios.Arrivals{Shape: scenarios.Constant{Rate: scenarios.Rounded(p.peak())}}
	}
	return s.Within(h, p.requests, p.length)
}

// measuring are the stages that begin with a full bucket: from the burst on, or the
// search before it.
func measuring(h probe.History) probe.History {
	return h[max(slices.IndexFunc(h, func(m probe.Measured) bool { return m.Name == stageBurst }), 0):]
}

// vagueAfter is how much longer than the median a response may take until its time
// is vague: the decision may have been made at any moment until it came.
const vagueAfter = 15 * time.Millisecond

// decisions are the samples as a bucket is fitted to them: by when they were sent,
// which a late generator does not change.
func decisions(h probe.History) (all []decision) {
	samples := h.Samples()
	times := map[bool][]time.Duration{} // by whether they passed
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
	for i := range samples {
		s := &samples[i]
		if s.Code == 0 || blocked(s) { // it may not have arrived, or reached no bucket
			continue
		}
		passed := !probe.Throttled(s)
		all = append(all, decision{At: s.Sent.Seconds(), Passed: passed, Vague: s.FirstByte > usual[passed]+vagueAfter})
	}
	slices.SortStableFunc(all, func(a, b decision) int { return cmp.Compare(a.At, b.At) })
	return all
}

// quotaExhausted says whether the quota is used up: the bucket does not show then.
func quotaExhausted(h probe.History) bool {
	return slices.ContainsFunc(h.Last().Samples, func(s results.Sample) bool { return s.Mark.Fault == targets.FaultQuota })
}
