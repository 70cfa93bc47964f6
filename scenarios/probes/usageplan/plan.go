package usageplan

import (
	"time"

	"tollgate/scenarios"
	"tollgate/scenarios/probes/limiter"
	"tollgate/scenarios/probes/probe"
)

// The rates of the search grow by searchStep until what passes does not.
const (
	searchStep  = 2.5
	searchTime  = 1500 * time.Millisecond
	defaultMost = 3000 // requests a second
	floodTimes  = 3.0  // the flood's rate, in rates of the bucket

	// mostSearches is how many steps a search has at least: a large bucket lets
	// even the highest rate pass for a while. One long step follows them.
	mostSearches = 6
	longestFlood = 20.0 // seconds

	// fillTimes is how many times its estimated filling time a bucket gets to fill:
	// the estimate is from counts.
	fillTimes   = 1.3
	longestFill = 40.0 // seconds

	// Where nothing passes, requests are sent slowly until one does.
	watchRate    = 40.0 // requests a second, at first
	longestWatch = 75.0 // seconds
)

const (
	stageSearch   = "search"
	stageWatch    = "watch"
	stageHold     = "hold"
	stageFill     = "fill"
	stageBurst    = "burst"
	stageOverload = "overload"
	stagePress    = "press"
	stageRounds   = "rounds"
	stageRecovery = "recovery"
	stageAgain    = "again"
	stageSteady   = "steady"
	stageMore     = "more"
)

// plan is the next stage: of the search and the measurement, and then more of it where
// the rule cannot be told yet.
func (p *question) plan(h probe.History) (probe.Stage, bool) {
	if quotaExhausted(h) {
		return probe.Stage{}, false
	}
	if h.Last().Name != stageMore {
		if stage, more := p.next(h); more {
			return stage, true
		}
	}
	return p.more(h)
}

func (p *question) next(h probe.History) (probe.Stage, bool) {
	last := h.Last()
	switch {
	case last.Name == "" || last.Name == stageSearch && !p.limited(h):
		return p.search(h)
	case last.Name == stageSearch || last.Name == stageWatch || last.Name == stageHold || last.Name == stageRounds:
		return p.begin(h)
	}
	rough, ok := estimateOf(h)
	if !ok {
		return probe.Stage{}, false
	}
	switch last.Name {
	case stageFill:
		return p.flood(h, stageBurst, rough, 0.5, 8)
	case stageBurst:
		return p.overload(h, rough)
	case stageOverload:
		if faster, needed := p.faster(h); needed {
			return faster, true
		}
		if rough.Refill() < fastRate {
			return p.press(h, rough)
		}
		return p.within(h, filling(stageRecovery, rough))
	case stagePress:
		return p.within(h, filling(stageRecovery, rough))
	case stageRecovery:
		return p.flood(h, stageAgain, rough, 0.25, 4)
	case stageAgain:
		return p.within(h, random(stageSteady, rough.Rate/2, min(max(2, 40/rough.Rate), 10)))
	}
	return probe.Stage{}, false
}

// random is a stage of requests that arrive at random.
func random(name string, rate, seconds float64) probe.Stage {
	s := probe.Constant(name, rate, probe.Seconds(seconds))
	s.Load = scenarios.Arrivals{Shape: scenarios.Poisson{Rate: scenarios.Rounded(rate)}}
	return s
}

// rateOf is the rate at which a stage sends; 0 if it is quiet.
func rateOf(m probe.Measured) float64 {
	switch shape := m.Shape().(type) {
	case scenarios.Poisson:
		return shape.Rate.PerSecond()
	case scenarios.Constant:
		return shape.Rate.PerSecond()
	}
	return 0
}

// search raises the rate.
func (p *question) search(h probe.History) (probe.Stage, bool) {
	if len(h) == 0 {
		return p.within(h, random(stageSearch, p.from, searchTime.Seconds()))
	}
	rate := rateOf(h.Last())
	if all := outcomesOf(h); all.allFailed() {
		return probe.Stage{}, false
	}
	if rate < p.most || len(h) < mostSearches {
		return p.within(h, random(stageSearch, min(rate*searchStep, p.most), searchTime.Seconds()))
	}
	if all := outcomesOf(h); h.Last().For > searchTime || all.throttled > 0 {
		return probe.Stage{}, false // after the long step, or where refusals show at every rate alike
	}
	left := float64(p.requests)
	for _, m := range h {
		left -= float64(m.Due)
	}
	return p.within(h, random(stageSearch, p.most, min(longestFlood, left/2/p.most)))
}

// lateShare is the share of the second half of a stage that passed, and how many of it
// were throttled.
func lateShare(m probe.Measured) (share float64, throttled int) {
	half := m.Samples[len(m.Samples)/2:]
	throttled = len(throttledOf(probe.History{{Samples: half}}))
	return 1 - float64(throttled)/float64(max(len(half), 1)), throttled
}

// limited says whether the search has found a limit: a lower share passes than at a
// lower rate, or for two steps nothing. What is refused at random is no limit on the
// rate, and shows at every rate alike.
func (p *question) limited(h probe.History) bool {
	share, throttled := lateShare(h.Last())
	if throttled < 6 || len(h) < 2 {
		return false
	}
	best, before := 0.0, 0.0
	for _, m := range h[:len(h)-1] {
		before, _ = lateShare(m)
		best = max(best, before)
	}
	return share < 0.75*best || share == 0 && before == 0
}

// begin goes on when a limit was found: it waits where nothing passes. Then it lets the
// bucket fill, if it is one and there is time for it, or measures for some windows.
func (p *question) begin(h probe.History) (probe.Stage, bool) {
	if watch, needed := p.watch(h); needed {
		return watch, true
	}
	if all := outcomesOf(h); all.good == 0 {
		return probe.Stage{}, false
	}
	if o := openingsOf(h); o.blocks() {
		return p.rounds(h, o)
	}
	rough, ok := estimateOf(h)
	if hold, needed := p.hold(h, rough); needed {
		return hold, true
	}
	if !ok {
		return probe.Stage{}, false
	}
	if fillTimes*(rough.Burst+1)/rough.Rate > longestFill {
		return p.overload(h, rough)
	}
	return p.within(h, filling(stageFill, rough))
}

// The search goes on at its last rate until so many requests have passed an empty
// bucket, or for so long: how long it takes to fill is estimated from them.
const (
	enoughPassed = 40
	longestHold  = 12 * time.Second
)

func (p *question) hold(h probe.History, rough limiter.Rough) (probe.Stage, bool) {
	seconds, held := searchTime, time.Duration(0)
	for _, m := range h.Named(stageHold) {
		held += m.For
		seconds = 2 * m.For
	}
	if rough.Passed >= enoughPassed || held+seconds > longestHold {
		return probe.Stage{}, false
	}
	return p.within(h, random(stageHold, rateOf(h.Last()), seconds.Seconds()))
}

// watch sends ever fewer requests until one passes, where nothing did for a while: a
// limit that counts refused requests never opens for many.
func (p *question) watch(h probe.History) (probe.Stage, bool) {
	watched, recent, seconds := 0.0, 0.0, 2.0
	for i, m := range h {
		if m.Name != stageWatch {
			recent, seconds = 0, 2
			continue
		}
		watched, recent, seconds = watched+m.For.Seconds(), recent+m.For.Seconds(), min(2*m.For.Seconds(), 16)
		if passed := len(m.Samples) - len(throttledOf(probe.History{m})); passed > 0 && i == len(h)-1 {
			return probe.Stage{}, false
		}
	}
	if share, _ := lateShare(h.Last()); share > 0.02 && refusedLast(h.Last()) < closedFor {
		return probe.Stage{}, false
	}
	if seconds = min(seconds, longestWatch-watched); seconds < 0.5 {
		return probe.Stage{}, false
	}
	rate := min(rateOf(h.Last()), watchRate)
	if recent > 5 {
		rate = max(rate/2, 5)
	}
	return p.within(h, random(stageWatch, rate, seconds))
}

// estimateOf estimates the bucket from counts, to plan with: a fit takes time, in
// which tokens would come back.
func estimateOf(h probe.History) (limiter.Rough, bool) {
	return limiter.Estimate(decisions(measuring(h)))
}

// fillTime is how long a bucket gets to fill.
func fillTime(b limiter.Rough) time.Duration {
	return probe.Seconds(min(max(fillTimes*(b.Burst+1)/b.Rate, b.Fill)+0.1, longestFill))
}

// filling is a pause in which a bucket becomes full, whatever was sent before.
func filling(name string, b limiter.Rough) probe.Stage {
	s := probe.Quiet(name, fillTime(b))
	s.Afresh = true
	return s
}

// suffices says whether a history shows the limit: what began with a full bucket, until
// it was kept empty.
func suffices(h probe.History) bool {
	return len(h.Named(stageBurst)) > 0 && len(h.Named(stageOverload)) > 0 && len(throttledOf(h)) > 0
}

// flood empties the bucket, and goes on for some seconds, or until some tokens came
// back.
func (p *question) flood(h probe.History, name string, rough limiter.Rough, seconds, tokens float64) (probe.Stage, bool) {
	rate := p.above(rough.Rate)
	emptied := 1.1 * rough.Burst / (rate - rough.Rate)
	return p.within(h, random(name, rate, min(emptied+max(seconds, tokens/rough.Rate), 30)))
}

// above is a rate that empties a bucket of this rate, and no more than announced.
func (p *question) above(rate float64) float64 {
	return min(max(min(floodTimes*rate, p.most), 1.5*rate), p.peak())
}

// within shortens a stage to what was announced, and lowers its rate to it.
func (p *question) within(h probe.History, s probe.Stage) (probe.Stage, bool) {
	if rate := rateOf(probe.Measured{Stage: s}); rate > p.peak() {
		s = random(s.Name, p.peak(), s.For.Seconds())
	}
	return s.Within(h, p.requests, p.length)
}

// highestRate is the rate of the fastest stage.
func highestRate(h probe.History) (rate float64) {
	for _, m := range h {
		rate = max(rate, rateOf(m))
	}
	return rate
}
