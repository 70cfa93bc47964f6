package estimate

import (
	"math"

	"github.com/aclements/go-moremath/stats"
)

// A Change is what a series came to: the levels before and after it.
type Change struct{ Before, After float64 }

// fewestValues is the length of a series that may show a change.
const fewestValues = 4

// Shifted says whether a series of independent values has no one level: at a chance
// of a false alarm of at most level it finds a step between two of them, or a trend.
// All tests are Student's, adjusted for their number (Bonferroni).
func Shifted(values []float64, level float64) (Change, bool) {
	n := len(values)
	if n < fewestValues {
		return Change{}, false
	}
	best, least := trended(values)
	for at := 1; at < n; at++ {
		if c, p := stepped(values, at); p < least {
			best, least = c, p
		}
	}
	return best, least*float64(n) <= level
}

// stepped tests for a step before the value at an index.
func stepped(values []float64, at int) (c Change, p float64) {
	a, b := values[:at], values[at:]
	c = Change{stats.Mean(a), stats.Mean(b)}
	squares := 0.0
	for i, v := range values {
		d := v - c.After
		if i < at {
			d = v - c.Before
		}
		squares += d * d
	}
	freedom := float64(len(values) - 2)
	se := math.Sqrt(squares / freedom * (1/float64(len(a)) + 1/float64(len(b))))
	return c, beyond(c.After-c.Before, se, freedom)
}

// trended tests for a straight line, from the first value to the last.
func trended(values []float64) (c Change, p float64) {
	n := float64(len(values))
	mean, middle := stats.Mean(values), (n-1)/2
	slope, spread := 0.0, 0.0
	for i, v := range values {
		slope += (float64(i) - middle) * (v - mean)
		spread += (float64(i) - middle) * (float64(i) - middle)
	}
	slope /= spread
	squares := 0.0
	for i, v := range values {
		d := v - mean - slope*(float64(i)-middle)
		squares += d * d
	}
	return Change{mean - slope*middle, mean + slope*middle}, beyond(slope, math.Sqrt(squares/(n-2)/spread), n-2)
}

// Unlike compares the means of two samples by Welch's test at a level. Samples of
// fewer than two values are not unlike.
func Unlike(a, b []float64, level float64) (meanA, meanB float64, yes bool) {
	if len(a) < 2 || len(b) < 2 {
		return 0, 0, false
	}
	meanA, meanB = stats.Mean(a), stats.Mean(b)
	va, vb := stats.Variance(a)/float64(len(a)), stats.Variance(b)/float64(len(b))
	freedom := 1.0
	if va+vb > 0 {
		freedom = (va + vb) * (va + vb) / (va*va/float64(len(a)-1) + vb*vb/float64(len(b)-1))
	}
	return meanA, meanB, beyond(meanB-meanA, math.Sqrt(va+vb), freedom) <= level
}

// Student is how many standard errors a 95 % interval reaches to either side.
func Student(freedom float64) float64 {
	return stats.InvCDF(stats.TDist{V: max(freedom, 1)})(0.975)
}

// beyond is the probability that Student's t is as far from zero as a difference.
func beyond(difference, se, freedom float64) float64 {
	switch {
	case difference == 0:
		return 1
	case !(se > 0):
		return 0
	}
	return 2 * stats.TDist{V: freedom}.CDF(-math.Abs(difference)/se)
}
