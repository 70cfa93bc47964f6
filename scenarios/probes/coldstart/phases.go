package coldstart

import (
	"math"
	"slices"

	"tollgate/scenarios/probes/estimate"
	"tollgate/scenarios/probes/probe"
)

const (
	blockSize    = 12  // responses of the warm stage, a quarter of a second
	mostUnevenly = 5.0 // standard deviations
)

// warmBlocks are the responses of the warm stage, a few at a time.
func warmBlocks(h probe.History) (blocks [][]float64) {
	for _, m := range h.Named(stageWarm) {
		ms := times(m)
		for ; len(ms) >= 2*blockSize; ms = ms[blockSize:] {
			blocks = append(blocks, ms[:blockSize])
		}
		if len(ms) > 0 {
			blocks = append(blocks, ms)
		}
	}
	return blocks
}

// busier is how much slower a busy phase may be without being seen.
const busier = 1.5

// inPhases says whether slow responses come together in the warm stage, or in some of
// the repeats of the same fan-out: a machine that is busy for a while, garbage
// collection, a stall. Requests of one fan-out then are slow together too, and are no
// independent evidence.
func (x *excess) inPhases() bool {
	var repeats evenness
	for _, p := range x.pairs {
		repeats.add(p.repeats, x.delayed.Cut)
	}
	if repeats.uneven() || len(x.warm) == 0 {
		return repeats.uneven()
	}
	for _, cut := range []float64{x.delayed.Cut, busier * estimate.Median(slices.Concat(x.warm...))} {
		var warm evenness
		if warm.add(x.warm, cut); warm.uneven() {
			return true
		}
	}
	return false
}

// An evenness is the statistic of a chi-squared test of homogeneity, which is normal
// enough at the distance that counts here. Few slow responses add to its variance.
type evenness struct{ statistic, free, variance float64 }

// add adds blocks that have one share of values beyond the cut.
func (e *evenness) add(blocks [][]float64, cut float64) {
	all := slices.Concat(blocks...)
	p := float64(slowOf(all, cut)) / float64(max(len(all), 1))
	if p == 0 || p == 1 {
		return
	}
	e.free += float64(len(blocks) - 1)
	e.variance += 2 * float64(len(blocks)-1)
	for _, b := range blocks {
		if expected := p * float64(len(b)); expected > 0 {
			off := float64(slowOf(b, cut)) - expected
			e.statistic += off * off / (expected * (1 - p))
			e.variance += 1 / (expected * (1 - p))
		}
	}
}

func (e *evenness) uneven() bool {
	return e.statistic-e.free > mostUnevenly*math.Sqrt(e.variance)
}
