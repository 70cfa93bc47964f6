package coldstart

import (
	"fmt"
	"math"
	"slices"
	"time"

	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/scenarios/probes/probe"
)

const (
	warmRate    = 50 // requests per second at warm environments
	firstFanOut = 10
	leastPart   = 10 // requests of the warm stage between two fan-outs, or else all come last
)

// Names of stages.
const (
	stageFan    = "fan-out" // more at once than were seen
	stageRepeat = "repeat"  // as many again: their environments are there
	stageAgain  = "again"   // repeats that are sent since the first ones did not decide
	stageWarm   = "warm"
	stageTwice  = "twice" // two bursts, the second as soon as the first one is answered
	stageIdle   = "idle"
)

const (
	leastPairs   = 3   // fan-outs with repeats, for latency to tell
	mostRounds   = 4   // repeats of each fan-out
	leastTwice   = 5   // requests of either of two bursts
	plentyOfFans = 150 // requests of all fan-outs for which one repeat of each is enough
	someFans     = 50  // for which two are
)

// fanOuts are the sizes of the fan-outs: each needs more environments than there are.
func (c options) fanOuts() (sizes []int64) {
	if c.renews.Times > 0 {
		return c.renewedFanOuts()
	}
	for n := max(min(firstFanOut, c.fanOut/8), 1); ; n = min(2*n, c.fanOut) {
		sizes = append(sizes, n)
		if n == c.fanOut {
			return sizes
		}
	}
}

// rounds is how often each fan-out is repeated at once: the fewer requests, the more
// of them latency needs for comparison.
func (c options) rounds() int {
	switch n := sum(c.fanOuts()); {
	case n >= plentyOfFans:
		return 1
	case n >= someFans:
		return 2
	}
	return 3
}

func sum(sizes []int64) (n int64) {
	for _, size := range sizes {
		n += size
	}
	return n
}

func (c options) requests() int64 {
	return c.warm + int64(c.gaps()) + (1+mostRounds)*sum(c.fanOuts()) + slices.Max(c.fanOuts())
}

func (c options) length() time.Duration {
	bursts := (1+mostRounds)*len(c.fanOuts()) + 2
	d := time.Duration(bursts)*(c.settle+c.settle/4) + warmFor(c.warm) + c.renews.For()
	if c.first > 0 { // doubling takes twice the longest gap at most, bisection the longest each time
		d += 4*c.longest + time.Duration(c.gaps())*(c.longest+c.settle)
	}
	return d
}

// spare is what repeats and warm stages take that are sent again.
func (c options) spare() probe.Effort {
	n := len(c.fanOuts())
	return probe.Effort{Requests: sum(c.fanOuts()) + c.warm, For: time.Duration(n)*(c.settle+c.settle/4) + warmFor(c.warm)}
}

func warmStage(requests int64) probe.Stage {
	s := probe.Constant(stageWarm, warmRate, warmFor(requests))
	s.Redo = 1
	return s
}

func warmFor(requests int64) time.Duration {
	return time.Duration(float64(requests) / warmRate * float64(time.Second))
}

// plan sends each fan-out, its repeats and a part of the warm stage, so that all
// three see the same drift; then what is left of the warm stage, and the idle gaps.
func (c options) plan(h probe.History) (probe.Stage, bool) {
	sizes, sent := c.fanOuts(), len(h.Named(stageFan))
	repeats, warmed := sinceFan(h)
	part := c.warm / int64(len(sizes))
	again := len(h.Named(stageAgain))
	switch {
	case again == 0 && sent > 0 && repeats < c.rounds() && c.needsRepeats(h):
		return c.burst(h, stageRepeat, sizes[sent-1]), true
	case again == 0 && sent > 0 && !warmed && part >= leastPart:
		return warmStage(part), true
	case again == 0 && sent < len(sizes) && !c.enough(h):
		fan := c.burst(h, stageFan, sizes[sent])
		fan.Renew, fan.Optional = c.renews.Times > 0, sent > 0 && c.needsRepeats(h)
		return fan, true
	case again%sent > 0 || again < (mostRounds-c.rounds())*sent && len(h.Named(stageIdle)) == 0 && c.undecided(h):
		return c.burst(h, stageAgain, sizes[again%sent]), true
	}
	if size := slices.Max(sizes) / 2; size >= leastTwice && len(h.Named(stageTwice))+len(h.Named(stageIdle)) == 0 && c.slowAtOnce(h) {
		return c.twice(h, size), true
	}
	if left := c.warm - due(h.Named(stageWarm)); left >= leastPart && len(h.Named(stageIdle)) == 0 {
		return warmStage(left), true
	}
	if c.first == 0 || len(h.Named(stageIdle)) >= c.gaps() {
		return probe.Stage{}, false
	}
	return c.nextGap(h)
}

// burst is a fan-out or its repeat, and quiet for up to a quarter more than settle: by
// multiples of the golden ratio, which keep step with nothing.
func (c options) burst(h probe.History, name string, size int64) probe.Stage {
	_, part := math.Modf(float64(len(h)) * math.Phi)
	more := time.Duration(part / 4 * float64(c.settle))
	b := probe.Burst(name, size, c.settle+more.Truncate(time.Millisecond))
	if name != stageFan { // once as many were sent, no fan-out needs new environments
		b.Redo = 1
	}
	return b
}

// twice sends a burst when environments may have expired, as after settle, and another when
// they cannot: as soon as the first one is answered, if the largest fan-out says when.
func (c options) twice(h probe.History, size int64) probe.Stage {
	slowest := 0.0
	for _, p := range pairsOf(h) {
		slowest = max(slowest, slices.Max(append(p.repeated(), 0)))
	}
	gap := min(probe.FromMS(1.2*slowest)+10*time.Millisecond, c.settle)
	at := slices.Repeat([]time.Duration{c.settle}, 2*int(size))
	for i := range size {
		at[size+i] += gap
	}
	return probe.Stage{Name: stageTwice, Redo: 1, Stage: scenarios.Stage{
		Load: scenarios.Arrivals{Shape: scenarios.Instants{At: at, What: fmt.Sprintf("%d at once, and again after %.3g s", size, gap.Seconds())}},
		For:  c.settle + gap + c.settle/4,
	}}
}

// twoBursts are the service times of both bursts, and the seconds between them.
func twoBursts(h probe.History) (ms [2][]float64, gap float64) {
	m := h.Named(stageTwice).Last()
	for i := range m.Samples {
		s, second := &m.Samples[i], 0
		if s.Due > m.Samples[0].Due {
			second, gap = 1, (s.Due - m.Samples[0].Due).Seconds()
		}
		if good(s) {
			ms[second] = append(ms[second], probe.MS(s.Service))
		}
	}
	return ms, gap
}

// slowAtOnce says whether fan-outs were as slow as their repeats, and both slower than
// single requests: a queue, or environments that are not kept.
func (c options) slowAtOnce(h probe.History) bool {
	if allNamed(h) {
		return false
	}
	x := excessOf(h)
	return x.verdict == none && x.crowded()
}

// sinceFan says what followed the last fan-out.
func sinceFan(h probe.History) (repeats int, warmed bool) {
	for _, m := range slices.Backward(h) {
		switch m.Name {
		case stageFan:
			return repeats, warmed
		case stageRepeat:
			repeats++
		case stageWarm:
			warmed = true
		}
	}
	return repeats, warmed
}

func due(h probe.History) (n int64) {
	for _, m := range h {
		n += m.Due
	}
	return n
}

// needsRepeats says whether latency has to tell cold starts: not where every
// response names its instance. After a renewal no warm response comes from a
// fan-out, so that INIT needs repeats all the same.
func (c options) needsRepeats(h probe.History) bool {
	return c.renews.Times > 0 || !allNamed(h)
}

// enough says whether the fan-outs have seen as many cold starts as are wanted.
func (c options) enough(h probe.History) bool {
	if allNamed(h) {
		s := classify(h.Samples(), probe.Evidence{})
		n, _ := s.count(cold)
		return n >= c.want
	}
	return undisturbed(h.Named(stageFan)) >= leastPairs && roughly(pairsOf(h)) >= c.want
}

// undisturbed counts the stages of which latencies can be used.
func undisturbed(h probe.History) (n int) {
	for i := range h {
		if v, _ := probe.OfServiceTimes.Stage(&h[i]); v == results.Valid {
			n++
		}
	}
	return n
}

// undecided says whether more repeats may show that the fan-outs were slower, or that
// few of them were.
func (c options) undecided(h probe.History) bool {
	if allNamed(h) {
		return false
	}
	x := excessOf(h)
	if x.verdict != none || x.chance <= promising {
		return x.verdict == none
	}
	return x.leastDelay() <= managedInit && !x.crowded() && !x.most(max(shortestInit, 1.5*x.leastDelay())).decides()
}

func allNamed(h probe.History) bool {
	any := false
	for _, m := range h {
		for i := range m.Samples {
			if s := &m.Samples[i]; good(s) {
				if any = true; s.Mark.Instance == "" {
					return false
				}
			}
		}
	}
	return any
}
