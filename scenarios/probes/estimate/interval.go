package estimate

import (
	"math"
)

// An Interval is a value with bounds that hold it in 95 of 100 repetitions.
type Interval struct{ Value, Low, High float64 }

// Exact is a value that is known without an error.
func Exact(v float64) Interval { return Interval{v, v, v} }

// Minus subtracts an independent estimate: the half widths add in quadrature.
func (i Interval) Minus(j Interval) Interval {
	v := i.Value - j.Value
	return Interval{v, v - math.Hypot(i.Value-i.Low, j.High-j.Value), v + math.Hypot(i.High-i.Value, j.Value-j.Low)}
}

// Holds says whether v lies within the bounds.
func (i Interval) Holds(v float64) bool { return i.Low <= v && v <= i.High }

// z95 is the 97.5 % point of the normal distribution.
const z95 = 1.959963984540054

// t95 is the 97.5 % point of Student's distribution with so many degrees of
// freedom, by its expansion in their inverse (Abramowitz and Stegun 26.7.5). It
// is good to 1 % from four degrees on.
func t95(degrees int) float64 {
	const z = z95
	n := float64(degrees)
	g1 := (z*z*z + z) / 4
	g2 := (5*math.Pow(z, 5) + 16*z*z*z + 3*z) / 96
	g3 := (3*math.Pow(z, 7) + 19*math.Pow(z, 5) + 17*z*z*z - 15*z) / 384
	return z + g1/n + g2/(n*n) + g3/(n*n*n)
}

// leastBlocks is the number of block means that an interval of a mean needs.
const leastBlocks = 5

// Mean is the mean of all values, with an interval from the means of blocks:
// consecutive values are not independent, blocks nearly are. With fewer than five
// blocks the interval is from the single values; fewer than two values have none.
func Mean(blocks [][]float64) (Interval, bool) {
	var all, means []float64
	for _, b := range blocks {
		if len(b) == 0 {
			continue
		}
		all = append(all, b...)
		m, _ := moments(b)
		means = append(means, m)
	}
	if len(all) < 2 {
		return Interval{}, false
	}
	of := means
	if len(means) < leastBlocks {
		of = all
	}
	mean, _ := moments(all)
	_, variance := moments(of)
	half := t95(max(len(of)-1, 1)) * math.Sqrt(variance/float64(len(of)))
	return Interval{mean, mean - half, mean + half}, true
}

func moments(values []float64) (mean, variance float64) {
	for i, v := range values { // Welford's recurrence: no cancellation
		d := v - mean
		mean += d / float64(i+1)
		variance += d * (v - mean)
	}
	if len(values) < 2 {
		return mean, 0
	}
	return mean, variance / float64(len(values)-1)
}
