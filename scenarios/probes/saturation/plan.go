package saturation

import (
	"math"
	"math/rand/v2"
	"time"

	"tollgate/scenarios"
	"tollgate/scenarios/probes/probe"
)

// The degrees of overload: what a saturated target completes must not depend on it.
const (
	weakOverload   = 1.3
	strongOverload = 1.6
	holdShare      = 0.95 // of the capacity that the last step sends
)

// A wish is the step that the search wants next.
type wish struct {
	name   string
	rate   float64
	length time.Duration
}

func (p *search) plan(h probe.History) (probe.Stage, bool) {
	t := p.replay(h, p.evaluatedOnce)
	if len(h) >= mostSteps || t.disturbed > mostRetries || t.changed != "" {
		return probe.Stage{}, false
	}
	next, more := p.next(t)
	if !more || next.rate < p.from/16 {
		return probe.Stage{}, false
	}
	if before, needed := p.before(h, t); needed {
		return p.within(h, before)
	}
	if next.length == p.length {
		next.length = p.varied(p.length, h)
	}
	return p.within(h, p.arrive(next.name, next.rate, next.length))
}

// varied is a length around another, drawn anew for each stage: what the target does
// at regular times must not keep step with the probe.
func (p *search) varied(length time.Duration, h probe.History) time.Duration {
	chance := rand.New(rand.NewPCG(p.seed, uint64(len(h))))
	return time.Duration(float64(length) * (1 - variation + 2*variation*chance.Float64())).Round(time.Millisecond)
}

// variation is by how much lengths vary, as a share.
const variation = 0.3

// next is the step after those that were measured; false: they are enough.
func (p *search) next(t *state) (wish, bool) {
	switch {
	case t.disturbed > 0:
		last := t.steps[len(t.steps)-1]
		return wish{last.Name, last.rate, last.For}, true
	case t.pending != nil:
		return wish{t.pending.Name, t.pending.rate, t.pending.For}, true
	case t.high == 0 && t.low < p.to:
		return wish{stageStep, min(max(2*t.low, p.from), p.to), p.length}, true
	case t.high == 0:
		return wish{stageHold, p.to, p.hold}, t.held == nil
	case !t.believed:
		return wish{stageStep, t.high, p.length}, true
	case t.saturated:
		return p.measure(t)
	}
	return p.bisect(t)
}

// measure measures the capacity of a target that did not keep up.
func (p *search) measure(t *state) (wish, bool) {
	overloads := t.overloads()
	c, _ := t.capacity()
	switch {
	case overloads < fewestBusy || overloads < mostBusy && p.varies(t):
		factor := weakOverload
		if overloads%2 == 1 {
			factor = strongOverload
		}
		return wish{stageOverload, min(factor*c.Value, p.to), p.length}, true
	case p.shifted(t) != "":
		return wish{}, false
	case t.held == nil:
		return wish{stageHold, holdShare * p.floored(c).Low, p.hold}, true
	case t.after < afterHold, t.scaled > 0 && t.after < scaledOut+1:
		return wish{stageOverload, min(weakOverload*c.Value, p.to), p.length}, true
	}
	return wish{}, false
}

// timed says whether a threshold is about response times, which break before the
// target is saturated.
func (p *search) timed() bool {
	for _, t := range p.thresholds {
		if isTime(t) {
			return true
		}
	}
	return false
}

// bisect narrows the bracket of a rate above which requests fail, or take too long.
func (p *search) bisect(t *state) (wish, bool) {
	switch {
	case !t.sure && t.low == 0:
		return wish{stageStep, t.high / 2, p.length}, true
	case !t.sure:
		return wish{stageStep, t.low, p.narrowing(t, t.low)}, true
	case t.high/t.low > 1+p.precision:
		rate := math.Sqrt(t.low * t.high)
		return wish{stageStep, rate, p.narrowing(t, rate)}, true
	case t.confirmed < 2:
		rate := []float64{t.low, t.high}[t.confirmed]
		return wish{stageConfirm, rate, p.confirming(t, rate)}, true
	}
	return wish{}, false
}

// narrowing is how long a step of the bisection is: where chance has decided one before,
// as long as a confirmation.
func (p *search) narrowing(t *state, rate float64) time.Duration {
	if t.restarts > 0 {
		return p.confirming(t, rate)
	}
	return p.length
}

// badEnough is how many bad requests a confirmation is to see at the limit.
const badEnough = 40

// confirming is how long a side of the bracket is tried again: for as many requests
// as a small share needs, but no longer than the last step would be.
func (p *search) confirming(t *state, rate float64) time.Duration {
	length := 2 * p.length
	if bad, ok := p.binding(t); ok {
		length = max(length, min(p.hold, probe.Seconds(badEnough/(bad.allowed*rate))))
	}
	return length
}

// before is what a step needs before it once a rate is known to be too high. A
// bucket is emptied, at several times that rate, until it shows: what is left in it
// would let pass what cannot be sustained. A queue is left to empty: what stands in
// it would break what can be sustained.
func (p *search) before(h probe.History, t *state) (probe.Stage, bool) {
	last := h.Last()
	switch {
	case t.high == 0 || p.settle == 0 || last.Name == stageRest:
		return probe.Stage{}, false
	case t.throttles:
		drains := 0
		for i := len(h) - 1; i >= 0 && h[i].Name == stageDrain; i-- {
			drains++
		}
		if drains == mostDrains || drains > 0 && probe.ThrottledLately(last) {
			return probe.Stage{}, false
		}
		return p.arrive(stageDrain, min(3*t.high, p.to), p.settle), true
	case t.recovering > 0:
		return probe.Quiet(stageRest, t.recovering), true
	case t.queues && t.steps[len(t.steps)-1].broke():
		return probe.Quiet(stageRest, max(p.varied(p.length, h), p.working(t))), true
	}
	return probe.Stage{}, false
}

// working is how long a target whose goodput collapsed may still work on what was given
// up, since it gets no sign of that: on each request that failed, and on one retry of it.
func (p *search) working(t *state) time.Duration {
	best, last := bestGoodput(t), &t.steps[len(t.steps)-1].figures
	if best == 0 || last.completed > collapsed*best {
		return 0
	}
	return min(probe.Seconds(2*float64(last.failed)/best), p.hold)
}

// collapsed is the share of the best goodput below which it collapsed.
const collapsed = 0.6

func (p *search) arrive(name string, rate float64, length time.Duration) probe.Stage {
	s := probe.Constant(name, rate, length)
	if !p.even {
		s.Load = scenarios.Arrivals{Shape: scenarios.Poisson{Rate: scenarios.Rounded(rate)}}
	}
	return s
}

// within ends the search where it would exceed what was announced. Random arrivals
// may be more than their mean.
func (p *search) within(h probe.History, s probe.Stage) (probe.Stage, bool) {
	requests, total := p.requests, p.total
	for _, m := range h {
		requests -= m.Due
		total -= m.For
	}
	due := rateOf(s) * s.For.Seconds()
	return s, total >= s.For && float64(requests) > due+6*math.Sqrt(due)+6
}

func rateOf(s probe.Stage) float64 {
	switch shape := s.Shape().(type) {
	case scenarios.Constant:
		return shape.Rate.PerSecond()
	case scenarios.Poisson:
		return shape.Rate.PerSecond()
	}
	return 0
}
