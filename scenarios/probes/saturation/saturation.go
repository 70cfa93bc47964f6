// Package saturation is the probe that finds the highest arrival rate that a target
// sustains, and what gives way above it.
//
// A rate is sustained if the thresholds hold and the target keeps up: its backlog of
// requests without a response does not grow throughout the step while they take
// longer and longer. A target with an unbounded queue fails no request, whatever
// arrives; it saturates all the same.
//
//  1. The rate doubles until a step breaks. A break is believed when it comes twice:
//     a pause of the target comes once.
//  2. If the target did not keep up, its capacity is measured and not searched for. In
//     ten to sixteen steps of 1.3 and 1.6 times that capacity, with rests between them,
//     all of it is busy, and its goodput is the capacity. The interval is Student's over
//     the steps, so pauses and other variation count as they occur. Steps and rests have
//     random lengths (variation), or pauses at regular times would keep step with them.
//     The beginning of a step does not count until requests that take long are as many
//     as they will be. Pauses are seldom, and every step of the search shows them: the
//     interval holds what one pause more or less means (stall.go).
//  3. If requests failed, or took too long while the target kept up, the bracket is
//     bisected until its sides are close, and both sides are confirmed. For a share of
//     errors the interval is that of a logistic regression on the rate, with the
//     errors' clustering measured. For a percentile it reaches to where more than chance
//     decides: while a target pauses all requests are slow, so few steps say little.
//     A target that breaks where it held before is left alone for longer and longer: it
//     may not have recovered, as where retries keep it busy. After a collapse of its
//     goodput it is left alone for as long as what was given up may take it.
//  4. At the end 95 % of the capacity, or the highest rate that was asked for, is sent
//     for a longer time (hold): what holds for a moment may come from something in
//     store. Two steps of overload follow at once: a target that scales out when it is
//     loaded for longer keeps up with them.
//
// # The hypotheses
//
// The null model is a target of one capacity: what it completes per second, when it
// has more to do than it can, depends neither on the time nor on how much more. The
// alternatives, and what tells them apart:
//
//   - No saturation: no break that comes twice, up to the highest rate.
//   - The capacity changes with time (drift, a slowdown): the goodput of saturated
//     steps has a trend or a step ([estimate.Shifted]), or a rate that held breaks when
//     it is confirmed, by more than chance. There is no value then, only where it went.
//   - Overload costs goodput: the two degrees of overload differ. The value is then a
//     bracket: from the rate that held to the highest goodput.
//   - A limit and not saturation: what breaks is mostly 429, or a throttled request.
//     Then the rate is the limit's, and the capacity above it remains unknown.
//   - Errors or slow responses at every rate, near the limit: chance makes steps break.
//     Their share has to rise with the rate, by three standard deviations; else it cannot
//     be told up to which rate the threshold holds.
//   - The target scales out: it keeps up after the hold with what it did not keep up with
//     before, in two steps. There is no value then.
//   - The generator: a step that broke while the generator was disturbed (see
//     [probe.Tolerance]) is repeated and never evidence against the target. One that held
//     all the same counts, which is why the plan repeats steps and not the driver. Lag is
//     no backlog of the target, and counts only where a threshold is about response times.
//
// # Error rates
//
// Counted by make probes over random systems of package simulate, written from their
// descriptions. Of 250 servers with more capacity than the highest rate, half of them with
// pauses, all 250 were found to have no saturation.
//
// The described systems (described_test.go) have pauses of all lengths and distances,
// requests that take long, heavy tails, neighbors, batch jobs, a database behind threads,
// limits on connections, a shedding of load, a rate limit, timeouts with retries, and
// they scale out or slow down. Of 300 of them 264 got a value, and the intervals of 252
// (95.5 %) held the truth. Their median width was 9.3 %. Of all, 7 (2.3 %) got no value
// although they have a highest rate. By kind:
//
//	kind                    systems  truth held  median width  no value  rightly none
//	pauses                       19      94.7 %         6.2 %         0             0
//	pauses, p95                  19     100.0 %         9.3 %         0             5
//	a share takes long           19      94.7 %         5.2 %         0             0
//	heavy tail                   19      94.7 %         8.6 %         0             0
//	scales out                   19     100.0 %         4.0 %         0            18
//	noisy neighbor               19      93.8 %        21.9 %         3             0
//	one noisy neighbor           19     100.0 %        11.1 %         0             0
//	connection limit             19     100.0 %        12.4 %         0             0
//	sheds load                   19     100.0 %        15.8 %         0             0
//	threads and a database       19      94.7 %         4.0 %         0             0
//	rate limit first             19      88.9 %        15.5 %         0             1
//	slows down                   19     100.0 %         4.0 %         0             2
//	timeout and retries          18      73.3 %         5.1 %         3             0
//	batch jobs                   18     100.0 %         4.0 %         1             0
//	queue, percentile            18      93.3 %         9.3 %         0             3
//	bounded queue                18     100.0 %        14.7 %         0             0
//
// Truth held is of those with a value. Rightly none: the target has no one highest rate from
// the beginning on, or a threshold holds at no rate. The rules were written with other
// systems of the same kinds, but for those about timeouts and retries, where systems of this
// table were looked at: a fresh draw may come out a little worse.
//
// Intervals are at least as wide as the precision that was asked for, to either side,
// 2 % by default. A share of errors needs many requests near its limit, and a bucket or a
// queue is never in its long-run state within a step; hence wider ones. There is no value
// where the capacity changes, and mostly not for a percentile of a target that pauses for
// longer than its limit. Where a proxy gives up and tries again the value may be 5 to 15 %
// off: an overload then measures a goodput that has collapsed, which is below the capacity.
//
// What is not found: what happens so seldom that the search does not meet it (a neighbor
// that takes half of the machine for ten seconds, every minute), and what scales out only
// when it has been loaded for longer than the hold.
//
// # Why
//
// A rate near the capacity is not distinguished by trying it: at 99 % of it a queue
// takes minutes to reach its mean length, and at 101 % it grows no faster than random
// arrivals vary in that time. Completions of a busy target hardly vary.
//
// A full bucket or warm environments would let a rate pass that cannot be
// sustained. So once a rate is known to be too high it is sent for a moment before
// each step of the bisection, and the beginning of a step is not evaluated.
package saturation

import (
	"math"
	"time"

	"tollgate/pricing/document"
	"tollgate/results"
	"tollgate/scenarios/probes/probe"
)

// Probe asks for the highest rate that a target sustains within thresholds.
func Probe() *probe.Probe {
	return &probe.Probe{Name: "saturation", Title: "Saturation", Parse: parse}
}

// search is one question about a highest rate.
type search struct {
	from, to   float64
	length     time.Duration // of a step
	settle     time.Duration // at its beginning, not evaluated
	hold       time.Duration // of the last step
	precision  float64
	thresholds []results.Threshold
	seed       uint64 // of the lengths of steps
	even       bool   // arrivals are evenly spaced; else at random
	requests   int64
	total      time.Duration
	evaluated  map[measured]step // by earlier plans
}

const (
	mostSteps    = 160 // rests and drains included
	mostRetries  = 2   // of a step in which the generator was disturbed
	mostDrains   = 3   // before a step
	mostRepeats  = 2   // of a step that is too close to the limit
	mostFlukes   = 3   // breaks that did not come twice
	mostRestarts = 2   // of the bisection
	mostHolds    = 2   // tries of the last step
	fewestBusy   = 10  // overloaded steps, for an interval
	mostBusy     = 16  // where they vary
	afterHold    = 2   // overloaded steps after the last step
	mostPauses   = 2   // for a target to recover from an overload, each four times as long
	holdFactor   = 6   // the last step is so many times as long as others
)

const (
	stageStep     = "step"
	stageConfirm  = "confirm"
	stageOverload = "overload"
	stageHold     = "hold"
	stageDrain    = "drain"
	stageRest     = "rest"
)

func parse(o document.Fields, about probe.About) probe.Question {
	probe.Known(o, "from", "to", "for", "settle", "hold", "thresholds", "precision", "arrivals")
	p := &search{from: probe.Rate(o, "from", 10), to: probe.Rate(o, "to", 5000), precision: 0.02, seed: about.Scenario.Seed}
	p.length = o.DurationOr("for", 200*time.Millisecond, time.Hour, 5*time.Second)
	p.settle = o.DurationOr("settle", 0, time.Hour, p.length/5)
	p.hold = o.DurationOr("hold", 200*time.Millisecond, time.Hour, holdFactor*p.length)
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
		case !measurable(t):
			o.ProblemAt("thresholds", "%q: a step is evaluated by p(…), mean and max of the response time, error_share, goodput and rate; as a threshold of a load the run can have it", text)
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
	return probe.Question{Requests: p.requests, For: p.total, Peak: p.to, Tolerates: p.tolerates(), Plan: p.plan, Conclude: p.conclude}
}

// announce limits what is sent: the doublings, then steps between half of the
// highest rate and all of it, or overloaded ones, and the last step.
func (p *search) announce() {
	doublings := math.Ceil(math.Log2(p.to/p.from)) + 2
	bisections := math.Ceil(math.Log2(math.Log(2)/math.Log1p(p.precision))) + 3 + mostRetries + 2*mostRepeats
	steps := max(bisections+4*(1+mostRestarts), mostBusy+2+afterHold)
	confirmations := 2.0 + 4*mostRestarts
	p.total = time.Duration((doublings+steps)*float64(2*p.length+mostDrains*p.settle)+confirmations*float64(p.hold)) + mostHolds*(p.hold+p.length)
	p.requests = int64(1.1 * (p.to*((3.2+steps)*(p.length+mostDrains*p.settle).Seconds()+mostHolds*p.hold.Seconds()) + confirmations*p.confirmed()))
}

// confirmed is how many requests a confirmation has at most, beyond two steps.
func (p *search) confirmed() (most float64) {
	for _, t := range p.thresholds {
		if bad, ok := p.shareOf(t); ok {
			most = max(most, badEnough/bad.allowed)
		}
	}
	return min(most, p.to*p.hold.Seconds())
}
