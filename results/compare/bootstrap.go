package compare

import (
	"math"
	"math/rand/v2"
	"slices"
)

// resamples is how often blocks are drawn anew: enough for the thousandth part
// of the tail that Holm asks for in a comparison of four doors.
const resamples = 9999

// mostDraws bounds the work for runs of a day, whose many blocks need fewer
// resamples: their intervals are narrow and near to normal.
const (
	mostDraws       = 4_000_000
	fewestResamples = 1999
)

// resamplesOf returns how often n blocks are drawn anew.
func resamplesOf(n int) int {
	return max(fewestResamples, min(resamples, mostDraws/max(n, 1)))
}

// An estimate is a location with an interval, and the probability of data at
// least as far from zero if the truth were zero.
type estimate struct {
	at, low, high float64
	se            float64
	p             float64
}

// studentised estimates the location of xs, which are one number for each pair
// of blocks. The interval is that of the studentised bootstrap: blocks are
// drawn with replacement, times over, and each draw's distance from the mean is
// measured in its own standard errors, whichever way it goes. The probability
// is Student's, with the degrees of freedom that trimming leaves (Yuen).
func studentised(xs []float64, level float64, trimmed bool, times int, chance *rand.Rand) estimate {
	values := sorted(xs)
	g := trims(len(xs), trimmed)
	whole := summarise(values, nil, g)
	if !(whole.se > noVariation*math.Abs(whole.mean)) {
		return unvaried(whole.mean, times)
	}
	ts := make([]float64, times)
	drawn := make([]int32, len(values))
	for i := range ts {
		clear(drawn)
		for range values {
			drawn[chance.IntN(len(drawn))]++
		}
		s := summarise(values, drawn, g)
		ts[i] = math.Abs(distance(s.mean-whole.mean, s.se))
	}
	slices.Sort(ts)
	half := ordered(ts, 1-level) * whole.se
	freedom := float64(len(xs) - 2*g - 1)
	return estimate{
		at: whole.mean, se: whole.se, low: whole.mean - half, high: whole.mean + half,
		p: 2 * studentAbove(math.Abs(whole.mean)/whole.se, freedom),
	}
}

// noVariation is the share of a mean below which its error is that of the
// arithmetic only.
const noVariation = 1e-12

// unvaried is the estimate from blocks that all say the same.
func unvaried(at float64, times int) estimate {
	e := estimate{at: at, low: at, high: at, p: 1}
	if at != 0 {
		e.p = 1 / float64(times+1)
	}
	return e
}

// distance measures d in standard errors.
func distance(d, se float64) float64 {
	if se > 0 {
		return d / se
	}
	if d == 0 {
		return 0
	}
	return math.Inf(int(math.Copysign(1, d)))
}

// ordered returns the value of sorted ts that the share q lies below.
func ordered(ts []float64, q float64) float64 {
	i := int(math.Ceil(q*float64(len(ts)+1))) - 1
	return ts[max(0, min(i, len(ts)-1))]
}

// flipped estimates the mean of xs, differences of shares, without trimming: a
// burst of errors in one block is no outlier but the finding. Which target came
// first in a block was drawn by chance, so under no difference each sign could
// as well have been the other: the probability comes from flipping signs
// (Fisher's randomisation test). The interval is Student's.
func flipped(xs []float64, level float64, times int, chance *rand.Rand) estimate {
	n := len(xs)
	s := summarise(sorted(xs), nil, 0)
	var total float64
	for _, x := range xs {
		total += x
	}
	reached := 1
	for range times {
		var sum float64
		for _, x := range xs {
			if chance.Uint64()&1 == 0 {
				x = -x
			}
			sum += x
		}
		if math.Abs(sum) >= math.Abs(total)-1e-12 {
			reached++
		}
	}
	half := studentQuantile(1-level/2, float64(n-1)) * s.se
	return estimate{at: s.mean, low: s.mean - half, high: s.mean + half, se: s.se, p: float64(reached) / float64(times+1)}
}
