package usageplan

import (
	"tollgate/scenarios/probes/limiter"
	"tollgate/scenarios/probes/probe"
)

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
