package usageplan

import (
	"math"
	"slices"

	"tollgate/scenarios/probes/limiter"
	"tollgate/scenarios/probes/probe"
)

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
