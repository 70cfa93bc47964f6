//go:build linux

package wire

import (
	"time"

	"tollgate/scenarios/load/wire/poll"
)

// waiting decides how a loop waits while it has nothing to do. See "Waiting" in the
// package documentation.
type waiting struct {
	coalesces bool          // the open model
	cost      time.Duration // CPU time of a sleep, smoothed
	sleeps    int
	tries     int
	hits      float64 // the share of polls that found an event, lately
	missed    bool    // the latest has not

	credit  time.Duration // CPU time that waiting may still take
	counted time.Duration // until when it was credited
	waited  time.Duration // since then

	span, idle time.Duration // of the measurement of work under way
	work       float64       // the share of the time in which the loop had something to do
}

// A way of waiting.
type way uint8

const (
	sleep    way = iota // until something happens
	spin                // by looking at the sockets again and again
	block               // as sleep, which is cheap where many requests are under way
	coalesce            // for some time, whatever happens
)

const (
	// firstCost is what a sleep is taken to cost until one was measured.
	firstCost = 5 * time.Microsecond
	// leastCost and highestCost bound the measurement: a poll that finds events takes less,
	// and interrupts for others count as the thread's own time.
	leastCost, highestCost = time.Microsecond, 50 * time.Microsecond
	// costEvery is how many sleeps there are for each one whose cost is measured.
	costEvery = 8
	// tryEvery is how many waits there are for each one that polls although none was short lately.
	tryEvery = 64
	// oftenEnough is the share of polls that must find an event for the next one to be cheaper
	// than a sleep, even where it comes late.
	oftenEnough = 0.75
	// manyInFlight is how many requests must be under way for a response to take so long that
	// the microseconds in which a thread wakes up do not count.
	manyInFlight = 16
	// farOff is a pause that may end early without harm: one timer serves many of them.
	farOff = 10 * time.Millisecond

	// freelyBusy is the share of the time that work and waiting may take together.
	freelyBusy = 0.7
	// waitingPerWork is how much time waiting may take for each unit of work in any case.
	waitingPerWork = 1. / 7
	// workSpan is how long the share of work is measured.
	workSpan = 2 * time.Millisecond
	// mostCredit bounds what a quiet time saves up for a busy one.
	mostCredit = time.Millisecond
	// longestRest bounds what coalescing adds to a latency.
	longestRest = 200 * time.Microsecond
)

// begin starts a turn. What a sleep costs is still known.
func (w *waiting) begin(now time.Duration, coalesces bool) {
	*w = waiting{coalesces: coalesces, cost: max(w.cost, firstCost), hits: w.hits, credit: mostCredit, counted: now}
}

// share is the part of the time that waiting may take.
func (w *waiting) share() float64 { return max(freelyBusy-w.work, waitingPerWork*w.work) }

// count brings the credit up to date.
func (w *waiting) count(now time.Duration) {
	passed := now - w.counted
	w.span += passed
	w.idle += w.waited
	w.counted, w.waited = now, 0
	if w.span >= workSpan {
		w.work += (1 - float64(w.idle)/float64(w.span) - w.work) / 4
		w.span, w.idle = 0, 0
	}
	w.credit += time.Duration(float64(passed) * w.share())
	w.credit = min(max(w.credit, -longestRest), mostCredit)
}

// choose says how to wait for a pause, and for how long at most. A loop whose requests
// wait for a connection waits for events as in the closed model.
func (w *waiting) choose(now, pause time.Duration, inFlight int, behind bool) (way, time.Duration) {
	if pause == 0 {
		return sleep, 0
	}
	w.count(now)
	if w.credit < 0 && w.coalesces && !behind {
		// What has collected meanwhile is work, during which credit grows as well.
		rest := float64(w.cost-w.credit) * (1 - w.work) / w.share()
		return coalesce, min(time.Duration(rest), longestRest)
	}
	if inFlight >= manyInFlight && pause >= farOff {
		w.missed = false
		return block, pause
	}
	if pause <= w.cost || w.soon() {
		return spin, min(pause, w.cost)
	}
	w.missed = false
	return sleep, pause
}

// soon reports whether an event is likely before a sleep would have paid off: there was one
// most of the time, lately. Where there was none the loop sleeps.
func (w *waiting) soon() bool {
	if w.missed {
		return false
	}
	w.tries++
	return w.hits >= oftenEnough || w.tries%tryEvery == 0
}

// took notes how long a wait took, and whether it ended with an event. One that ends at
// once has not slept.
func (w *waiting) took(how way, d time.Duration, event bool) {
	w.waited += d
	w.credit -= min(d, w.cost)
	if how != spin || !event && d < w.cost { // one that ended with its pause says nothing
		return
	}
	found := 0.
	if event {
		found = 1
	}
	w.missed = !event
	w.hits += (found - w.hits) / 16
}

// measures reports whether the cost of the next sleep is to be measured.
func (w *waiting) measures(how way, pause time.Duration) bool {
	if pause == 0 {
		return false
	}
	w.sleeps++
	return w.sleeps%costEvery == 0
}

// measured notes the CPU time of a sleep.
func (w *waiting) measured(cpu time.Duration) {
	if cpu >= leastCost { // otherwise there were events already
		w.cost += (min(cpu, highestCost) - w.cost) / 8
	}
}

// wait waits for events for no longer than a pause, and returns how long that took.
func (l *loop) wait(pause time.Duration) (took time.Duration, err error) {
	w, begun := &l.waits, l.now()
	how, d := w.choose(begun, pause, l.inFlight, l.behind)
	l.events = l.events[:0]
	switch how {
	case spin:
		err = l.spin(begun + d)
	case block:
		l.events, err = l.poller.WaitUntil(l.events, begun, begun+min(d, time.Hour))
	default:
		err = l.sleep(how, d)
	}
	took = l.look() - begun
	w.took(how, took, len(l.events) > 0)
	return took, err
}

func (l *loop) spin(until time.Duration) (err error) {
	for err == nil && len(l.events) == 0 && l.now() < until {
		l.events, err = l.poller.Wait(l.events, 0)
	}
	return err
}

func (l *loop) sleep(how way, d time.Duration) (err error) {
	before := time.Duration(-1)
	if l.waits.measures(how, d) {
		before = poll.Spent()
	}
	if how == coalesce {
		poll.Sleep(d)
		d = 0
	}
	if l.events, err = l.poller.Wait(l.events, d); before >= 0 {
		l.waits.measured(poll.Spent() - before)
	}
	return err
}
