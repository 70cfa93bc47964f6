package usageplan

import (
	"math"
	"slices"
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

// closedFor is how many requests are refused at the end of a stage where it is likely
// that a limit is closed.
const closedFor = 20

func refusedLast(m probe.Measured) (n int) {
	for i := len(m.Samples) - 1; i >= 0 && probe.Throttled(&m.Samples[i]); i-- {
		n++
	}
	return n
}

// openings are when a limit refused everything for a time, and then not.
type openings struct {
	closed float64 // seconds, the longest time
	before int     // requests that passed just before it
	after  int     // requests that passed one after the other, after the longest
	times  int     // how often it opened
	all    int     // decisions
}

// leastClosed is how many requests are refused one after the other when a limit is
// closed.
const leastClosed = 6

func openingsOf(h probe.History) (o openings) {
	all := decisions(h)
	o.all = len(all)
	last, longest := -1, -1
	var lengths []float64
	for i := range all {
		if !all[i].Passed {
			continue
		}
		if i-last > leastClosed && last >= 0 {
			length := all[i].Sent - all[last+1].Sent
			if lengths = append(lengths, length); length > o.closed {
				o.closed, longest = length, i
				o.before = passedSince(all[:last+1], all[last].Sent-1.3*length)
			}
		}
		last = i
	}
	for i := longest; longest >= 0 && i < len(all) && all[i].Passed; i++ {
		o.after++
	}
	for _, l := range lengths {
		if l > o.closed/4 {
			o.times++
		}
	}
	return o
}

// passedSince counts the decisions that passed from a time on.
func passedSince(all []limiter.Decision, from float64) (n int) {
	for i := len(all) - 1; i >= 0 && all[i].Sent >= from; i-- {
		if all[i].Passed {
			n++
		}
	}
	return n
}

// blocks says whether the limit opens for many requests at once: they passed before it
// closed and after it opened, and so many that it is no chance that none did meanwhile.
// A bucket that is kept empty lets them pass one by one.
func (o openings) blocks() bool {
	return o.after >= 6 && float64(o.before) > 1.3*(math.Log(float64(o.all))+3)
}

// The rounds of a limit that opens and closes: until it has opened so often, but no
// more of them than that.
const (
	enoughOpenings = 4
	mostRounds     = 3
)

// rounds send more than passes for some times as long as the limit was closed. Where it
// does not open meanwhile, the watch is next.
func (p *question) rounds(h probe.History, o openings) (probe.Stage, bool) {
	rate := max(float64(o.before)/o.closed, 4)
	before := h.Named(stageRounds)
	shut := slices.ContainsFunc(before, func(m probe.Measured) bool { share, _ := lateShare(m); return share < 0.02 })
	if n := len(before); n >= mostRounds || n > 0 && o.times >= enoughOpenings || n > 1 && shut {
		return p.within(h, random(stageSteady, rate/4, min(max(2, 40/rate), 10)))
	}
	return p.within(h, random(stageRounds, 2.5*rate, max(2, 4.5*o.closed)))
}

// overload keeps a bucket empty.
func (p *question) overload(h probe.History, rough limiter.Rough) (probe.Stage, bool) {
	times, seconds := overloadOf(rough)
	return p.within(h, random(stageOverload, times*rough.Refill(), seconds))
}

// press keeps the bucket empty by another overload: what passes an empty bucket is the
// same, and of other limits, such as a share of what other clients leave, it is not.
func (p *question) press(h probe.History, rough limiter.Rough) (probe.Stage, bool) {
	rate, times := rough.Refill(), pressTimes
	switch before, _ := overloadOf(rough); {
	case rate < slowRate && rate > rough.Rate:
		times = heavyTimes // it may be one that becomes faster with use
	case before > pressTimes/2:
		times = lightTimes
	}
	return p.within(h, random(stagePress, times*rate, min(max(1.5, pressPassed/rate), longestPress)))
}

const (
	pressTimes   = 3.0
	lightTimes   = 1.4
	heavyTimes   = 8.0
	slowRate     = 300.0 // requests a second
	fastRate     = 800.0 // from it on, clocks turn so many decisions of a large overload that it tells little
	pressPassed  = 100.0
	longestPress = 8.0 // seconds
)

// faster is another overload where the last one was none, though the search was
// refused at a higher rate: the limit is not the bucket that it seemed to be.
func (p *question) faster(h probe.History) (probe.Stage, bool) {
	rate, searched := rateOf(h.Last()), 0.0
	for _, m := range h.Named(stageSearch) {
		searched = rateOf(m)
	}
	if share, _ := lateShare(h.Last()); share < 0.97 || rate >= 0.9*searched {
		return probe.Stage{}, false
	}
	return p.within(h, random(stageOverload, min(3*rate, searched), 3))
}

// overloadOf is by how much, and for how many seconds, a bucket of that rate is
// overloaded to measure it. Where tokens come back one by one to the eye, more
// requests tell more exactly when; where they do not, a slight overload separates
// what is refilled from what passes anyway, which grows with the overload. One that holds a
// single token is empty for most of the time in a large overload only.
func overloadOf(rough limiter.Rough) (times, seconds float64) {
	rate := rough.Refill()
	if rate < 60 {
		return 3, min(max(2, 40/rate), 25)
	}
	if rough.Refill() > rough.Rate {
		return 3, min(max(2, 400/rate), 4)
	}
	return 1.25, min(max(2, 400/rate), 4)
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
