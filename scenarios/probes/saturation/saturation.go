// Package saturation is the probe that finds the highest arrival rate at which
// thresholds hold, and what gives way above it.
//
// The rate doubles until a threshold breaks; then the bracket is bisected until its
// sides are close, and both sides are confirmed.
//
// A full bucket or warm environments would let a rate pass that cannot be
// sustained. So once a rate is known to be too high it is sent for a moment before
// each step, and the beginning of a step is not evaluated.
package saturation

import (
	"math"
	"slices"
	"time"

	"tollgate/pricing/document"
	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/scenarios/probes/probe"
)

// Probe asks for the highest rate that keeps the thresholds.
func Probe() *probe.Probe {
	return &probe.Probe{Name: "saturation", Title: "Saturation", Parse: parse}
}

// search is one question about a highest rate.
type search struct {
	from, to   float64
	length     time.Duration // of a step
	settle     time.Duration // at its beginning, not evaluated
	precision  float64
	thresholds []results.Threshold
	even       bool // arrivals are evenly spaced; else at random
	requests   int64
	total      time.Duration
}

const (
	mostSteps   = 40
	mostRetries = 2 // of a step that the generator corrupted
	mostDrains  = 3 // before a step
	mostRepeats = 2 // of a step that is too close to the limit
)

const (
	stageStep    = "step"
	stageConfirm = "confirm"
	stageDrain   = "drain"
	stageRest    = "rest"
)

func parse(o document.Fields, _ probe.About) probe.Question {
	probe.Known(o, "from", "to", "for", "settle", "thresholds", "precision", "arrivals")
	p := &search{from: probe.Rate(o, "from", 10), to: probe.Rate(o, "to", 5000), precision: 0.02}
	p.length = o.DurationOr("for", 200*time.Millisecond, time.Hour, 5*time.Second)
	p.settle = o.DurationOr("settle", 0, time.Hour, p.length/5)
	if o.Has("precision") {
		if p.precision = o.Get("precision").Share(); p.precision < 0.002 || p.precision > 0.5 {
			o.ProblemAt("precision", "must be from 0.2%% to 50%%")
		}
	}
	p.even = o.Get("arrivals").Choice("poisson", "constant") == "constant"
	texts := []string{"error_share < 1%"}
	if o.Has("thresholds") {
		texts = o.Get("thresholds").Each(20)
	}
	for _, text := range texts {
		t, err := results.ParseThreshold(text)
		switch {
		case err != nil:
			o.ProblemAt("thresholds", "%v", err)
		case t.Target != "" || t.Request != "":
			o.ProblemAt("thresholds", "%q: a probe evaluates one target and all its requests: leave out what stands before the colon", text)
		}
		p.thresholds = append(p.thresholds, t)
	}
	if p.from >= p.to {
		o.Problem("from must be below to")
	}
	if p.settle*2 > p.length {
		o.ProblemAt("settle", "must leave at least half of a step to evaluate")
	}
	p.announce()
	return probe.Question{Requests: p.requests, For: p.total, Peak: p.to, Plan: p.plan, Conclude: p.conclude}
}

// announce limits what is sent: the doublings, then steps between half of the
// highest rate and all of it.
func (p *search) announce() {
	doublings := math.Ceil(math.Log2(p.to/p.from)) + 1
	bisections := math.Ceil(math.Log2(math.Log(2)/math.Log1p(p.precision))) + 3 + mostRetries + 2*mostRepeats
	p.total = time.Duration((doublings + bisections + 4) * float64(2*p.length+mostDrains*p.settle))
	p.requests = int64((2.2 + bisections + 4) * p.to * (p.length + mostDrains*p.settle).Seconds() * 1.1)
}

// A state is where the search stands after what was measured.
type state struct {
	low, high float64 // held and broken; 0: none yet
	sure      bool    // low held with nothing left full
	steps     []step
	throttles bool // what breaks is a throttle, as far as was seen
	queues    bool // or growing response times
	confirmed int  // sides of the bracket that were tried again: low first
	shaken    bool // one of them came out differently
	pending   *step
	repeats   int // of the pending step, whose error share is too close to the limit
	corrupt   int // steps in a row that the generator corrupted
}

// replay searches through a history.
func (p *search) replay(h probe.History) *state {
	t := &state{}
	for _, m := range h {
		if m.Name == stageDrain || m.Name == stageRest {
			continue
		}
		s := p.evaluate(m)
		t.steps = append(t.steps, s)
		if s.verdict == results.Invalid {
			t.corrupt++
			continue
		}
		t.corrupt = 0
		if t.pending != nil && t.pending.rate == s.rate {
			s = p.merge(*t.pending, s)
		}
		if t.high > 0 && t.repeats < mostRepeats && p.unsure(s.figures) {
			t.pending = &s
			t.repeats++
			continue
		}
		t.pending, t.repeats = nil, 0
		t.take(s)
	}
	return t
}

func (t *state) take(s step) {
	held := len(s.broken) == 0
	if !held {
		t.throttles = t.throttles || s.figures.throttled*2 > s.figures.failed
		t.queues = t.queues || s.figures.failed*2 < s.figures.n && slices.ContainsFunc(s.broken, func(x results.Threshold) bool { return x.Unit() == "ms" })
	}
	if s.Name == stageConfirm {
		t.confirmed++
		t.shaken = t.shaken || held != (s.rate == t.low)
		return
	}
	switch {
	case held:
		t.low, t.sure = s.rate, t.high > 0
	case t.high == 0 || s.rate > t.low:
		t.high = s.rate
	default: // what seemed to hold was a bucket that was not yet empty
		t.high, t.low, t.sure = s.rate, s.rate/2, false
	}
}

func (p *search) plan(h probe.History) (probe.Stage, bool) {
	t := p.replay(h)
	name, rate, length := stageStep, 0.0, p.length
	switch {
	case len(h) >= 2*mostSteps || t.corrupt > mostRetries:
		return probe.Stage{}, false
	case t.corrupt > 0:
		last := t.steps[len(t.steps)-1]
		name, rate, length = last.Name, last.rate, last.For
	case t.pending != nil:
		name, rate, length = t.pending.Name, t.pending.rate, t.pending.For
	case t.high == 0 && t.low >= p.to:
		return probe.Stage{}, false
	case t.high == 0:
		rate = min(max(2*t.low, p.from), p.to)
	case !t.sure && t.low == 0:
		t.low = t.high / 2
		rate = t.low
	case !t.sure:
		rate = t.low
	case t.high/t.low > 1+p.precision:
		rate = math.Sqrt(t.low * t.high)
	case t.confirmed < 2:
		name, rate, length = stageConfirm, []float64{t.low, t.high}[t.confirmed], 2*p.length
	default:
		return probe.Stage{}, false
	}
	if rate < p.from/16 {
		return probe.Stage{}, false
	}
	if before, needed := p.before(h, t); needed {
		return p.within(h, before)
	}
	return p.within(h, p.arrive(name, rate, length))
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
	case t.queues && len(t.steps[len(t.steps)-1].broken) > 0:
		return probe.Quiet(stageRest, p.length), true
	}
	return probe.Stage{}, false
}

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
