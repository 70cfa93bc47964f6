package coldstart

import (
	"cmp"
	"math"
	"slices"
	"time"

	"tollgate/scenarios/probes/estimate"
	"tollgate/scenarios/probes/probe"
)

// A verdict is what latency alone says of cold starts.
type verdict uint8

const (
	unrepeated verdict = iota // there is nothing to compare with
	none                      // fan-outs were as fast as their repeats
	tooShort                  // the delay is within the spread of the others
	few                       // too few of the fan-outs were slower
	connecting                // opening a connection took as long, or INIT is as short as what follows that
	machine                   // the generator's own machine was as slow meanwhile
	expiring                  // what was slow comes with time, not with concurrency
	loaded                    // large repeats are slow as well
	phases                    // the target is slow for a while now and then
	found
)

const (
	// mostChance is how probable the difference may be at most without cold starts,
	// for one look; there are mostRounds at most.
	mostChance = 5e-5
	// promising differences are decided by more repeats.
	promising = 0.2
	// leastMore slow requests more than its repeats make a fan-out a slower one;
	// fewer than missingMore of what is expected of it are a contradiction.
	leastMore   = 0.9
	missingMore = 0.25
	// offNeed is by how much slow responses may be off the environments that are needed for
	// one fan-out without any to be no contradiction: fewer, as a share of these; more, as a
	// share of its requests.
	offNeed = 0.2
	// loadedMore is by how much the slow share of the largest repeats has to be above that
	// of the others, and loadedChance how probable that may be otherwise.
	loadedMore   = 0.05
	loadedChance = 1e-3
	// shorterSpreads is how far requests below the cut have to be beyond the count.
	shorterSpreads = 2
	// drift is the ratio by which latency may change between a fan-out and its
	// repeat; 20 % a minute are 1 % in three seconds.
	drift = 1.05
	// leastSpreads is how long a delay has to be to be told, in spreads of the
	// latency of repeats.
	leastSpreads = 2
	// leastRatio is how long it has to be, in parts of that latency.
	leastRatio = 0.06
)

// shorterParts are the delays at which shorter ones than the most are looked for, as parts of
// the shortest that can be told.
var shorterParts = []float64{0.5, 0.75, 1, 1.5, 2, 3, 5}

// An excess is what fan-outs have beyond their repeats.
type excess struct {
	pairs        []pair
	rise, repeat []float64
	warm         [][]float64 // blocks of the warm stage, in order
	verdict      verdict
	chance       float64 // that the fan-outs are slower than the repeats by chance
	spread       float64 // ms, of repeats
	delayed      estimate.Delayed
	atOnce       float64      // most requests that were under way in the warm stage
	machine      float64      // ms that the generator's machine added in a fan-out, at an upper percentile
	pause        float64      // s, between a fan-out and its first repeat at least
	twice        [2][]float64 // of two bursts, of which the second came when the first one was answered
	gap          float64      // s, between these
	surplus      int          // cold starts beyond those that concurrency needs, if environments are kept

	// Of single requests at an idle target: the cut, the share of warm responses
	// beyond it and that of cold ones below.
	cut, beyond, missed float64
}

// excessOf compares fan-outs with their repeats. See the package documentation.
func excessOf(h probe.History) excess {
	x := excess{pairs: pairsOf(h), warm: warmBlocks(h), chance: 1}
	if fans := h.Named(stageFan); len(fans) > 0 {
		x.pause = fans[0].For.Seconds()
	}
	x.twice, x.gap = twoBursts(h)
	for _, m := range h.Named(stageWarm) {
		x.atOnce = max(x.atOnce, underWay(m))
	}
	for _, m := range h.Named(stageFan) {
		if added, ok := upper(m.Control); ok {
			x.machine = max(x.machine, probe.MS(added))
		}
	}
	for _, p := range x.pairs {
		if len(p.rise) == 0 {
			continue
		}
		x.rise, x.repeat = append(x.rise, p.rise...), append(x.repeat, p.repeated()...)
	}
	if len(x.rise) == 0 || len(x.repeat) == 0 {
		return x
	}
	x.spread = max(estimate.Spread(x.repeat), leastRatio/leastSpreads*estimate.Median(x.repeat))
	var from float64
	x.chance, from = estimate.Exceeds(x.rise, slower(x.repeat))
	x.verdict = x.evaluate(from)
	if x.verdict == found {
		x.allowForKept()
		x.allowForRepeats()
	}
	if singles := slices.Concat(x.warm...); x.verdict == found && len(singles) > 0 {
		x.cut, x.beyond, x.missed = estimate.Separate(singles, x.delayed.Delay)
	}
	return x
}

func slower(ms []float64) []float64 {
	out := make([]float64, len(ms))
	for i, v := range ms {
		out[i] = v * drift
	}
	return out
}

func (x *excess) evaluate(from float64) verdict {
	if x.chance > mostChance {
		return none
	}
	var ok bool
	if x.delayed, ok = estimate.Unmix(x.rise, x.repeat, from); ok {
		x.allowForShorter()
		x.allowForLoad()
	}
	init := x.delayed.Delay.Quantile(0.5).Value
	switch {
	case !ok || init < x.leastDelay():
		return tooShort
	case x.fewRises():
		return few
	case x.connections() > 0 && init < max(x.connections(), shortestInit):
		return connecting
	case x.machine > mostStrained*init:
		return machine
	case x.expires():
		return expiring
	case x.loaded():
		return loaded
	case x.inPhases() && !x.everyRise():
		return phases
	}
	return found
}

// allowForShorter widens the bounds of the count, and of INIT, by requests that were slow
// beyond the repeats and are below the cut: INIT may have two lengths, of which the
// longer one sets the cut.
func (x *excess) allowForShorter() {
	n, m := float64(len(x.rise)), float64(len(x.repeat))
	for _, part := range shorterParts {
		cut := estimate.Median(x.repeat) + part*x.leastDelay()
		if cut >= x.delayed.Cut {
			return
		}
		share := float64(slowOf(slower(x.repeat), cut)) / m
		more := (float64(slowOf(x.rise, cut)) - n*share) / max(1-share, 0.05)
		sd := math.Sqrt(n*share*(1-share)*(1+n/m)) / max(1-share, 0.05)
		if count := &x.delayed.Count; more-shorterSpreads*sd > count.High+1 {
			count.High = min(math.Ceil(more+shorterSpreads*sd), n)
			x.delayed.Delay.Low = min(x.delayed.Delay.Low, math.Log(part*x.leastDelay()))
			x.delayed.Median.Low = min(x.delayed.Median.Low, cut)
		}
	}
}

// allowForLoad widens the bounds of INIT where repeats are slower the larger they are: most
// cold starts are in the largest fan-outs, and wait on top of a latency like theirs.
func (x *excess) allowForLoad() {
	largest := slices.MaxFunc(x.pairs, func(a, b pair) int { return cmp.Compare(a.size, b.size) })
	if len(largest.repeated()) == 0 {
		return
	}
	delay := &x.delayed.Delay
	if more := estimate.Median(largest.repeated()) - estimate.Median(x.repeat); more > x.spread {
		delay.Low = math.Log(max(math.Exp(delay.Low)-more, x.leastDelay()))
	}
}

// loaded says whether the largest repeats have a larger share of slow responses than the
// others: then the target is slow where many requests come at once, whether they are
// new or not, and fan-outs may have met it with less in reserve.
func (x *excess) loaded() bool {
	largest := 0
	for _, p := range x.pairs {
		largest = max(largest, p.size)
	}
	var slow, of [2]int // of the largest, and of all
	for _, p := range x.pairs {
		ms := p.repeated()
		n := slowOf(ms, x.delayed.Cut)
		slow[1], of[1] = slow[1]+n, of[1]+len(ms)
		if p.size == largest {
			slow[0], of[0] = slow[0]+n, of[0]+len(ms)
		}
	}
	if of[0] == 0 || of[0] == of[1] {
		return false
	}
	more := float64(slow[0])/float64(of[0]) - float64(slow[1]-slow[0])/float64(of[1]-of[0])
	return more > loadedMore && estimate.Among(slow[0], slow[1], of[0], of[1]) < loadedChance
}

// leastDelay is the shortest delay in ms that can be told.
func (x *excess) leastDelay() float64 { return leastSpreads * x.spread }

// fewRises says whether too few of the fan-outs were slower than their repeats for
// that not to be a stall or a busy neighbour that met them. Every fan-out needs new
// environments, except that the first ones may find them, and one may find those that
// other clients started while the one before it did: then all others have as many slow
// responses as they need environments. The warm stage leaves as many as it had requests
// under way.
func (x *excess) fewRises() bool {
	share := x.delayed.Count.Value / float64(len(x.rise))
	with, against, there, asNeeded := 0, 0, 0, true
	for _, p := range x.pairs {
		n := float64(len(p.rise))
		expected := min(share*n, max(n-x.atOnce, 0))
		more, need := x.moreSlow(p), float64(max(len(p.rise)-there, 0))
		there = max(there, p.size)
		switch {
		case more >= max(leastMore, missingMore*expected):
			with++
			asNeeded = asNeeded && more >= (1-offNeed)*need && more <= need+offNeed*n
		case with > 0 && expected >= 4*leastMore && more < missingMore*expected:
			against++
		}
	}
	return with < leastPairs || against > 1 || against == 1 && !asNeeded
}

// underWay is the most requests of a stage that were under way when another was sent.
func underWay(m probe.Measured) (most float64) {
	for i := range m.Samples {
		n := 0.0
		for j := range m.Samples[:i+1] {
			if s := &m.Samples[j]; s.Sent+s.Service >= m.Samples[i].Sent {
				n++
			}
		}
		most = max(most, n)
	}
	return most
}

// moreSlow is how many responses of a fan-out are slow beyond the share of its repeats.
func (x *excess) moreSlow(p pair) float64 {
	repeated := p.repeated()
	return float64(slowOf(p.rise, x.delayed.Cut)) - float64(len(p.rise)*slowOf(repeated, x.delayed.Cut))/float64(max(len(repeated), 1))
}

func slowOf(ms []float64, cut float64) (n int) {
	for _, v := range ms {
		if v > cut {
			n++
		}
	}
	return n
}

// connections is how long a new connection took in fan-outs, if their repeats
// opened few: a server may be slow at the first request on a connection.
func (x *excess) connections() float64 {
	longest := 0.0
	for _, p := range x.pairs {
		if p.opened[1] == 0 {
			longest = max(longest, p.opened[0])
		}
	}
	return longest
}

// expires says whether more environments would have started than the largest fan-out
// needs, though they were kept for as long between a fan-out and its repeat as they
// would have been lost for between fan-outs. A cached response that expires does that.
func (x *excess) expires() bool {
	largest, kept, lost := 0, time.Duration(0), time.Duration(math.MaxInt64)
	for _, p := range x.pairs {
		largest, kept = max(largest, p.size), max(kept, p.kept)
		if p.before > 0 {
			lost = min(lost, p.before)
		}
	}
	return x.delayed.Count.Low > float64(largest) && lost <= kept
}

// needed is how many of the slow responses concurrency needs to have started cold, if
// environments are kept: a fan-out has new ones for those of its requests only that are
// more than the largest fan-out before it had.
func (x *excess) needed() (n float64) {
	there := 0
	for _, p := range x.pairs {
		if p.renewed {
			there = 0
		}
		slow := float64(slowOf(p.rise, x.delayed.Cut)) - float64(len(p.rise))*x.delayed.Beyond
		n += min(max(slow, 0), float64(max(p.size-there, 0)))
		there = max(there, p.size)
	}
	return n
}

// fastInNeed is how many more requests of fan-outs would have needed a new environment if
// there was none before, and were as fast as repeats.
func (x *excess) fastInNeed() int {
	potential, there := 0, 0
	for _, p := range x.pairs {
		if p.renewed {
			there = 0
		}
		potential += max(len(p.rise)-there, 0)
		there = max(there, p.size)
	}
	return max(potential-int(x.delayed.Count.High), 0)
}

// allowForKept widens the number of cold starts down to those that are needed. More were
// slow if environments were lost between fan-outs, but also if requests at kept ones
// waited while others started: latency does not tell one from the other.
func (x *excess) allowForKept() {
	count, needed := &x.delayed.Count, math.Floor(x.needed())
	if needed < count.Low {
		x.surplus = int(math.Round(count.Value - needed))
		count.Low = needed
	}
}

// allowForRepeats widens the number of cold starts by those that are hidden if slow repeats
// started cold themselves: then fewer requests of fan-outs are slow for another reason.
func (x *excess) allowForRepeats() {
	single := slices.Concat(x.warm...)
	if len(single) == 0 {
		return
	}
	more := float64(slowOf(x.repeat, x.delayed.Cut))/float64(len(x.repeat)) - float64(slowOf(single, x.delayed.Cut))/float64(len(single))
	n, count := float64(len(x.rise)), &x.delayed.Count
	count.High = min(n, math.Ceil(count.High+max(more, 0)*n))
}

// everyRise says whether each fan-out had a larger share of slow responses than any
// repeat, and there are enough of them for that not to be chance.
func (x *excess) everyRise() bool {
	least, most := 1.0, 0.0
	fans := 0
	for _, p := range x.pairs {
		if len(p.rise) > 0 {
			fans++
			least = min(least, float64(slowOf(p.rise, x.delayed.Cut))/float64(len(p.rise)))
		}
		for _, r := range p.repeats {
			most = max(most, float64(slowOf(r, x.delayed.Cut))/float64(max(len(r), 1)))
		}
	}
	return fans > leastPairs && least > most
}
