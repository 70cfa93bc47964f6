package probes

import (
	"math"
	"slices"
	"time"

	"tollgate/results"
	"tollgate/scenarios"
)

// Saturation asks for the highest arrival rate at which limits are kept, and for
// what gives way first above it. The rate is doubled until a limit breaks; then
// the bracket is halved until its sides are near, and both sides are confirmed.
//
// A bucket that is still full, or environments that are warm, would let a rate
// pass that cannot be kept. So once a rate is known to be too high it is sent
// for a moment before each step, and the beginning of a step is not judged.
func Saturation() *Probe {
	return &Probe{Name: "saturation", Title: "Saturation", Parse: parseSaturation}
}

// saturation is one question about a highest rate.
type saturation struct {
	from, to   float64
	length     time.Duration // of a step
	settle     time.Duration // of it, what is not judged
	precision  float64
	thresholds []results.Threshold
	even       bool // arrivals are evenly spaced; else at random
	requests   int64
	total      time.Duration
}

// The bounds of a search.
const (
	mostSteps   = 40
	mostRetries = 2 // of a step that the generator spoilt
	mostDrains  = 3 // before a step
	mostRepeats = 2 // of a step that is too near the limit to tell
)

func parseSaturation(o *scenarios.Options, about About) Question {
	o.Known("from", "to", "for", "settle", "thresholds", "precision", "arrivals")
	p := &saturation{from: 10, to: 5000, length: 5 * time.Second, settle: time.Second, precision: 0.02}
	if o.Has("from") {
		p.from = o.Rate("from").PerSecond()
	}
	if o.Has("to") {
		p.to = o.Rate("to").PerSecond()
	}
	if o.Has("for") {
		p.length = o.Duration("for", 200*time.Millisecond, time.Hour)
		p.settle = p.length / 5
	}
	if o.Has("settle") {
		p.settle = o.Duration("settle", 0, time.Hour)
	}
	if o.Has("precision") {
		if p.precision = o.Share("precision"); p.precision < 0.002 || p.precision > 0.5 {
			o.Problem("precision", "must be from 0.2%% to 50%%")
		}
	}
	p.even = o.Choice("arrivals", "poisson", "constant") == "constant"
	texts := []string{"error_share < 1%"}
	if o.Has("thresholds") {
		texts = o.Each("thresholds", 20)
	}
	for _, text := range texts {
		t, err := results.ParseThreshold(text)
		switch {
		case err != nil:
			o.Problem("thresholds", "%v", err)
		case t.Target != "" || t.Request != "":
			o.Problem("thresholds", "%q: a probe judges one target and all its requests: leave out what stands before the colon", text)
		}
		p.thresholds = append(p.thresholds, t)
	}
	if p.from >= p.to {
		o.Problem("", "from must be below to")
	}
	if p.settle*2 > p.length {
		o.Problem("settle", "must leave at least half of a step to be judged")
	}
	p.announce()
	return Question{Requests: p.requests, For: p.total, Peak: p.to, Plan: p.plan, Conclude: p.conclude}
}

// announce bounds what is sent: the doublings, then steps between half of the
// highest rate and all of it.
func (p *saturation) announce() {
	doublings := math.Ceil(math.Log2(p.to/p.from)) + 1
	halvings := math.Ceil(math.Log2(math.Log(2)/math.Log1p(p.precision))) + 3 + mostRetries
	halvings += 2 * mostRepeats
	p.total = time.Duration((doublings + halvings + 4) * float64(2*p.length+mostDrains*p.settle))
	p.requests = int64((2.2 + halvings + 4) * p.to * (p.length + mostDrains*p.settle).Seconds() * 1.1)
}

// A step is what one rate came to.
type step struct {
	Measured
	rate    float64
	broken  []results.Threshold
	figures figures
	verdict results.Verdict // on the generator
	reasons []string
}

// A trail is where the search stands after what was measured.
type trail struct {
	low, high float64 // kept and broken; 0: none yet
	sure      bool    // that low is kept, with nothing left full
	steps     []step
	throttles bool // what breaks is a throttle's doing, as far as was seen
	queues    bool // or that answers take longer
	confirmed int  // sides of the bracket that held once more: low first
	shaken    bool
	pending   *step // whose error share is too near the limit to tell yet
	repeats   int   // of it
	spoilt    int   // steps in a row that the generator spoilt
}

// follow replays a history.
func (p *saturation) follow(h History) *trail {
	t := &trail{}
	for i := range h {
		if h[i].Name == "drain" || h[i].Name == "rest" {
			continue
		}
		s := p.judge(h[i])
		t.steps = append(t.steps, s)
		if s.verdict == results.Invalid {
			t.spoilt++
			continue
		}
		t.spoilt = 0
		if t.pending != nil && t.pending.rate == s.rate {
			s = p.together(*t.pending, s)
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

// take moves the bracket.
func (t *trail) take(s step) {
	kept := len(s.broken) == 0
	if !kept {
		t.throttles = t.throttles || s.figures.throttled*2 > s.figures.failed
		t.queues = t.queues || s.figures.failed*2 < s.figures.n && slices.ContainsFunc(s.broken, func(x results.Threshold) bool { return x.Unit() == "ms" })
	}
	if s.Name == "confirm" {
		t.confirmed++
		t.shaken = t.shaken || kept != (s.rate == t.low)
		return
	}
	switch {
	case kept:
		t.low, t.sure = s.rate, t.high > 0
	case t.high == 0 || s.rate > t.low:
		t.high = s.rate
	default: // what seemed to be kept was only a bucket that was not yet empty
		t.high, t.low, t.sure = s.rate, s.rate/2, false
	}
}

// plan is the next step of the search.
func (p *saturation) plan(h History) (Stage, bool) {
	t := p.follow(h)
	name, rate, length := "step", 0.0, p.length
	switch {
	case len(h) >= 2*mostSteps || t.spoilt > mostRetries:
		return Stage{}, false
	case t.spoilt > 0:
		last := t.steps[len(t.steps)-1]
		name, rate, length = last.Name, last.rate, last.For
	case t.pending != nil:
		name, rate, length = t.pending.Name, t.pending.rate, t.pending.For
	case t.high == 0 && t.low >= p.to:
		return Stage{}, false
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
		name, rate, length = "confirm", []float64{t.low, t.high}[t.confirmed], 2*p.length
	default:
		return Stage{}, false
	}
	if rate < p.from/16 {
		return Stage{}, false
	}
	if before, needed := p.before(h, t); needed {
		return p.within(h, before)
	}
	return p.within(h, p.arrive(name, rate, length))
}

// before is what a step needs before it once a rate is known to be too high. A
// bucket is emptied, at several times that rate, until it shows: what is left in
// it would let pass what cannot be kept. A queue is left to empty: what stands
// in it would break what can be kept.
func (p *saturation) before(h History, t *trail) (Stage, bool) {
	last := h.Last()
	switch {
	case t.high == 0 || p.settle == 0 || last.Name == "rest":
		return Stage{}, false
	case t.throttles:
		drains := 0
		for i := len(h) - 1; i >= 0 && h[i].Name == "drain"; i-- {
			drains++
		}
		if drains == mostDrains || drains > 0 && refusedLately(last) {
			return Stage{}, false
		}
		return p.arrive("drain", min(3*t.high, p.to), p.settle), true
	case t.queues && len(t.steps[len(t.steps)-1].broken) > 0:
		return Quiet("rest", p.length), true
	}
	return Stage{}, false
}

func (p *saturation) arrive(name string, rate float64, length time.Duration) Stage {
	s := Constant(name, rate, length)
	if !p.even {
		s.Shape = scenarios.Poisson{Rate: scenarios.Rounded(rate)}
	}
	return s
}

// within ends the search where it would exceed what was announced. Random
// arrivals may be more than their mean.
func (p *saturation) within(h History, s Stage) (Stage, bool) {
	requests, total := p.requests, p.total
	for _, m := range h {
		requests -= m.Due
		total -= m.For
	}
	due := rateOf(s) * s.For.Seconds()
	return s, total >= s.For && float64(requests) > due+6*math.Sqrt(due)+6
}

func rateOf(s Stage) float64 {
	switch shape := s.Shape.(type) {
	case scenarios.Constant:
		return shape.Rate.PerSecond()
	case scenarios.Poisson:
		return shape.Rate.PerSecond()
	}
	return 0
}
