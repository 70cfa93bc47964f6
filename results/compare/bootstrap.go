package compare

import (
	"math"
	"math/rand/v2"
	"slices"
)

// How often blocks are drawn again: often enough for the thousandth part of the
// tail that Holm asks for in a comparison of four targets. The many blocks of a
// day need fewer draws, as their intervals are narrow and nearly normal.
const (
	resamples       = 9999
	mostDraws       = 4_000_000
	fewestResamples = 1999
)

// resamplesOf returns how often n blocks are drawn again.
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

func student(at, se, freedom, level float64) estimate {
	half := studentQuantile(1-level/2, freedom) * se
	return estimate{at: at, low: at - half, high: at + half, se: se, p: 2 * studentAbove(math.Abs(distance(at, se)), freedom)}
}

// noVariation is the share of a mean below which its error is only that of the
// arithmetic.
const noVariation = 1e-12

// alike says whether all blocks are alike.
func (l location) alike() bool { return !(l.se > noVariation*math.Abs(l.mean)) }

// exact is the estimate from blocks that are alike, with the probability p unless there is
// no difference.
func (l location) exact(p float64) estimate {
	if l.mean == 0 {
		p = 1
	}
	return estimate{at: l.mean, low: l.mean, high: l.mean, p: p}
}

// ofFew estimates the mean of xs of fewer blocks than a bootstrap needs, by Student's
// distribution. It fits costs, which are list prices times the means of many requests in
// each block; two equal blocks say that nothing of the usage varies.
func ofFew(xs []float64, level float64) estimate {
	whole := locate(slices.Sorted(slices.Values(xs)), nil, 0)
	if whole.alike() {
		return whole.exact(0)
	}
	return student(whole.mean, whole.se, float64(len(xs)-1), level)
}

// studentised estimates the location of xs, which are one number for each pair
// of blocks. The interval is that of the studentised bootstrap: blocks are
// drawn with replacement, many times, and the distance of each draw from the
// mean is measured in its own standard errors, in either direction. The
// probability is Student's, with the degrees of freedom that trimming leaves (Yuen).
func studentised(xs []float64, level float64, trimmed bool, times int, chance *rand.Rand) estimate {
	values, g := slices.Sorted(slices.Values(xs)), trims(len(xs), trimmed)
	whole := locate(values, nil, g)
	if whole.alike() {
		return whole.exact(1 / float64(times+1))
	}
	ts := make([]float64, times)
	drawn := make([]int32, len(values))
	for i := range ts {
		clear(drawn)
		for range values {
			drawn[chance.IntN(len(drawn))]++
		}
		l := locate(values, drawn, g)
		ts[i] = math.Abs(distance(l.mean-whole.mean, l.se))
	}
	slices.Sort(ts)
	e := student(whole.mean, whole.se, float64(len(xs)-2*g-1), level)
	half := ts[max(0, min(int(math.Ceil((1-level)*float64(times+1)))-1, times-1))] * whole.se
	e.low, e.high = whole.mean-half, whole.mean+half
	return e
}

// flipped estimates the mean of xs, differences of shares, without trimming: a
// burst of errors in one block is the finding and no outlier. Which target came
// first in a block was drawn at random, so without a difference each sign could
// have been the other: the probability comes from flipping signs (Fisher's
// randomisation test). The interval is Student's.
func flipped(xs []float64, level float64, times int, chance *rand.Rand) estimate {
	l := locate(slices.Sorted(slices.Values(xs)), nil, 0)
	total := l.mean * float64(len(xs))
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
	e := student(l.mean, l.se, float64(len(xs)-1), level)
	e.p = float64(reached) / float64(times+1)
	return e
}
