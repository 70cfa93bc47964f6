package saturation

import (
	"fmt"
	"math"
	"slices"
	"time"

	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/scenarios/probes/estimate"
	"tollgate/scenarios/probes/probe"
)

// A state is where the search stands after what was measured.
type state struct {
	low, high float64 // held and broken; 0: none yet
	sure      bool    // low held with nothing left full
	believed  bool    // high broke twice
	steps     []step
	throttles bool          // what breaks is a throttle, as far as was seen
	queues    bool          // or growing response times
	confirmed int           // sides of the bracket that were tried again: low first
	shaken    bool          // one of them came out differently
	pending   *step         // too close to the limit
	repeats   int           // of the pending step
	disturbed int           // steps in a row in which the generator was disturbed
	flukes    int           // breaks that did not come twice
	restarts  int           // of the bisection, since a side was not confirmed
	slow      time.Duration // the slowest response while the target kept up
	pauses    int           // in which the target was to recover
	since     time.Duration // when the first rate that broke was sent, full of what was in store

	recovering time.Duration // that the target is left alone before the next step
	saturated  bool          // the target did not keep up: its capacity is measured
	busy       []step        // in which it did not
	held       *step         // the last step, if it held
	holds      int           // tries of the last step that broke
	after      int           // overloaded steps after it
	scaled     int           // of them, in which the target did more than ever before
	passed     []float64     // requests per second that passed an empty bucket
	stalls     stalls        // of the target
	changed    string        // the target has no one capacity: how that was seen
}

// replay searches through a history, each stage of which it evaluates.
func (p *search) replay(h probe.History, evaluate func(probe.Measured, time.Duration) step) *state {
	t := &state{}
	for _, m := range h {
		if m.Name == stageDrain && probe.ThrottledLately(m) {
			t.passed = append(t.passed, passing(&m))
		}
		if m.Name == stageDrain || m.Name == stageRest {
			continue
		}
		slow := time.Duration(0)
		if m.Name == stageOverload {
			slow = t.slow
		}
		s := evaluate(m, slow)
		t.steps = append(t.steps, s)
		if s.verdict == results.Invalid || s.verdict == results.Suspect && s.broke() {
			t.disturbed++
			continue
		}
		t.disturbed, t.recovering = 0, 0
		t.stalls.add(&s)
		if t.pending != nil && t.pending.rate == s.rate {
			s = p.merge(*t.pending, s)
		}
		if t.believed && !t.saturated && t.repeats < mostRepeats && p.unsure(&s.figures) {
			t.pending = &s
			t.repeats++
			continue
		}
		t.pending, t.repeats = nil, 0
		p.take(t, s)
	}
	return t
}

func (p *search) take(t *state, s step) {
	held := !s.broke()
	if !held {
		t.throttles = t.throttles || s.figures.throttled*2 > s.figures.failed
		t.queues = t.queues || s.behind || s.figures.failed*2 < s.figures.n && slices.ContainsFunc(s.broken, isTime)
	}
	switch s.Name {
	case stageConfirm:
		p.takeConfirmed(t, s, held)
	case stageOverload:
		t.takeOverload(s, held)
	case stageHold:
		t.takeHold(s, held)
	default:
		t.takeStep(s, held)
	}
}

func (t *state) takeStep(s step, held bool) {
	switch {
	case t.high > 0 && !t.believed && s.rate == t.high:
		t.believe(s, held)
	case held:
		if t.high == 0 && s.figures.good > 0 {
			t.slow = max(t.slow, probe.FromMS(s.figures.percentile(1)))
		}
		t.low, t.sure = s.rate, t.high > 0
	case t.high == 0:
		t.high, t.since = s.rate, s.Started
		t.busy = append(t.busy[:0], s)
	case s.rate > t.low:
		t.high = s.rate
	case !t.throttles && t.pauses < mostPauses: // it may not have recovered yet
		t.pauses++
		t.recovering = s.For << (2 * t.pauses)
	case t.restarts > 0: // it was near the bracket
		t.high, t.low, t.sure = s.rate, rounded(s.rate/afterRestart), false
	default: // what seemed to hold was a bucket that was not yet empty
		t.high, t.low, t.sure = s.rate, rounded(s.rate/2), false
	}
}

// afterRestart is by how much the search goes down again where chance moved it.
const afterRestart = 1.1

// rounded is a rate as a step sends it, so that it can be recognized.
func rounded(rate float64) float64 { return scenarios.Rounded(rate).PerSecond() }

// believe takes the second try of the first rate that broke.
func (t *state) believe(s step, held bool) {
	first := t.busy[0]
	switch {
	case held:
		t.low, t.high, t.busy = max(t.low, s.rate), 0, nil
		if t.flukes++; t.flukes > mostFlukes {
			t.changed = "several rates broke once and held when they were tried again"
		}
	case first.behind && s.behind:
		t.believed, t.saturated, t.busy = true, true, append(t.busy, s)
	default:
		t.believed, t.busy = true, nil
	}
}

// takeOverload takes a step above what was taken for the capacity.
func (t *state) takeOverload(s step, held bool) {
	switch {
	case t.held != nil:
		t.takeAfterHold(s, held)
	case s.behind:
		s.strong = t.overloads()%2 == 1
		t.busy = append(t.busy, s)
	case held && t.varying(): // the capacity varies, and it was above this rate
		s.kept = true
		t.busy = append(t.busy, s)
	case held: // then it was not the capacity
		t.low, t.high, t.believed, t.saturated, t.busy = s.rate, 0, false, false, nil
		if t.flukes++; t.flukes > mostFlukes {
			t.changed = "rates that the target could not keep up with held later"
		}
	default: // a threshold breaks, though it keeps up
		t.high, t.saturated = s.rate, false
	}
}

// varying says whether a target that keeps up once more with an overload still has one
// capacity, which varies: few of the steps may be like that.
func (t *state) varying() bool {
	kept := 1
	for i := range t.busy {
		if t.busy[i].kept {
			kept++
		}
	}
	return keptOf*kept <= t.overloads()+1
}

// keptOf is of how many overloaded steps the target may keep up with one.
const keptOf = 3

// takeAfterHold takes an overloaded step after the last one: a target that scales out
// does more by then.
func (t *state) takeAfterHold(s step, held bool) {
	t.after++
	most := 0.0
	for _, s := range t.measured() {
		most = max(most, s.figures.completed)
	}
	switch {
	case s.broke():
		t.busy = append(t.busy, s)
	case held && s.figures.completed > 1.1*most:
		if t.scaled++; t.scaled < scaledOut { // one step may have met what is done quickly
			return
		}
		t.changed = fmt.Sprintf("it did not keep up with %.4g/s %s after the start, and kept up with %.4g/s after %s, when it had been loaded for %v; it may scale out: a search from that rate on (from) would tell how far", t.busy[0].rate, after(t.busy[0]), s.rate, after(s), t.held.For)
	}
}

// scaledOut is in how many steps a target that scaled out shows it.
const scaledOut = 2

// takeHold takes the last and longer step.
func (t *state) takeHold(s step, held bool) {
	if held {
		t.held, t.low = &s, max(t.low, s.rate)
		return
	}
	t.holds++
	switch {
	case t.saturated && s.behind:
		t.busy = append(t.busy, s)
	case t.saturated:
		t.saturated, t.high, t.sure = false, s.rate, false
	default: // the highest rate of all
		t.high, t.believed, t.low = s.rate, false, rounded(s.rate/2)
		t.busy = append(t.busy[:0], s)
	}
	if t.holds == mostHolds {
		t.changed = "a rate that held for a step broke twice in a longer one"
	}
}

// takeConfirmed takes a side of the bracket that was tried again, for longer. If it
// comes out differently the search goes on beyond that side. By more than chance it
// says that the target changed, unless a bucket or a queue explains it: what a shorter
// step put into a queue may not have waited for long enough to fail.
func (p *search) takeConfirmed(t *state, s step, held bool) {
	t.confirmed++
	low := s.rate == t.low
	if held == low {
		return
	}
	t.shaken = true
	if before := t.earlier(s); before != nil && !t.throttles && !(low && before.shorter(s) && t.restarts < mostRestarts) {
		was, is, differ := estimate.Unlike(before.figures.shares(), s.figures.shares(), chance)
		if differ && math.Abs(is-was) > leastChange {
			t.changed = fmt.Sprintf("at %.4g/s %.3g%% of the requests failed %s after the start, and %.3g%% after %s", s.rate, 100*was, after(*before), 100*is, after(s))
			return
		}
	}
	if t.restarts == mostRestarts {
		return
	}
	t.restarts++
	t.confirmed = 0
	if low {
		t.recovering = s.For
		t.high, t.low, t.sure = s.rate, rounded(s.rate/(1+4*p.precision)), false
	} else {
		t.low, t.high = s.rate, rounded(s.rate*(1+4*p.precision))
	}
}

// earlier is the last undisturbed step at the rate of another before it; nil: none.
func (t *state) earlier(s step) *step {
	for i := len(t.steps) - 2; i >= 0; i-- {
		if before := &t.steps[i]; before.rate == s.rate && before.verdict == results.Valid {
			return before
		}
	}
	return nil
}

// chance is that of taking variation for a change, and leastChange the smallest
// change of a share of errors that says something about the target.
const (
	chance      = 0.005
	leastChange = 0.01
)

// shorter says whether a step was shorter than another, by more than lengths vary.
func (s *step) shorter(than step) bool {
	return float64(s.For) < (1-variation)*float64(than.For)
}

// overloads counts the overloaded steps so far.
func (t *state) overloads() (n int) {
	for i := range t.busy {
		if t.busy[i].Name == stageOverload {
			n++
		}
	}
	return n
}

// measured are the steps that measure the capacity: the first two that broke only
// until there are others, since their rate is too high by an unknown factor.
func (t *state) measured() []step {
	if t.overloads() < 2 {
		return t.busy
	}
	return slices.DeleteFunc(slices.Clone(t.busy), func(s step) bool { return s.Name == stageStep })
}

// capacity is what the target completed per second in the steps in which it had
// more to do than it could.
func (t *state) capacity() (estimate.Interval, bool) {
	var each [][]float64
	for _, s := range t.measured() {
		each = append(each, []float64{s.figures.completed})
	}
	return estimate.Mean(each)
}

// passing counts the good responses per second to requests of the second half of a
// stage.
func passing(m *probe.Measured) float64 {
	n, half := 0, m.Started+m.For/2
	for i := range m.Samples {
		if x := &m.Samples[i]; x.Due >= half && x.Outcome() == results.OK {
			n++
		}
	}
	return float64(n) / (m.For / 2).Seconds()
}

// passes is what a limit, or a full queue, lets pass per second whatever arrives;
// false if that depends on what arrives, or is far from the bracket. A step begins
// with an empty bucket, so that it fails more than a long one would, or with an empty
// queue, so that it fails less: the bracket may be off, but the highest rate of which
// enough passes is not far from what passes.
func (t *state) passes() (estimate.Interval, bool) {
	var each [][]float64
	for i := range t.steps {
		if s := &t.steps[i]; s.verdict == results.Valid && s.rate > overfull*t.high && s.drained(t) && s.Started > t.since {
			each = append(each, []float64{s.figures.completed})
		}
	}
	if len(each) < 3 {
		each = nil
		for _, x := range t.passed {
			each = append(each, []float64{x})
		}
	}
	r, ok := estimate.Mean(each)
	return r, ok && r.Low > t.low/likely && r.High < t.high*likely
}

const (
	overfull = 1.1  // of the lowest rate that broke: what passes no longer depends on it
	likely   = 1.15 // how far what passes may be from the bracket
)

// varies says whether more overloaded steps would make the interval narrower.
func (p *search) varies(t *state) bool {
	c, ok := t.capacity()
	return !ok || c.High-c.Low > 2*p.precision*c.Value
}

// floored widens an interval to the precision that was asked for.
func (p *search) floored(i estimate.Interval) estimate.Interval {
	i.Low = min(i.Low, i.Value*(1-p.precision))
	i.High = max(i.High, i.Value*(1+p.precision))
	return i
}

// shifted says how the capacity changed from step to step; "": it did not.
func (p *search) shifted(t *state) string {
	var values []float64
	all := t.measured()
	for i := range all {
		values = append(values, all[i].figures.awake())
	}
	c, ok := estimate.Shifted(values, chance)
	if !ok || math.Abs(math.Log(c.After/c.Before)) <= math.Log1p(p.precision) {
		return ""
	}
	// One step that met a pause is no change, even if it was the first or the last.
	_, without := estimate.Shifted(values[1:], chance)
	if _, last := estimate.Shifted(values[:len(values)-1], chance); !without || !last {
		return ""
	}
	return fmt.Sprintf("it completed %.4g/s %s after the start, and %.4g/s after %s", c.Before, after(all[0]), c.After, after(all[len(all)-1]))
}

// collapse compares the goodput of the weaker and the stronger overload: false if
// they agree.
func (p *search) collapse(t *state) (weak, strong float64, yes bool) {
	var a, b []float64
	for _, s := range t.busy {
		if s.Name == stageOverload && s.strong {
			b = append(b, s.figures.completed)
		} else if s.Name == stageOverload {
			a = append(a, s.figures.completed)
		}
	}
	weak, strong, yes = estimate.Unlike(a, b, chance)
	return weak, strong, yes && math.Abs(math.Log(strong/weak)) > math.Log1p(p.precision)
}
