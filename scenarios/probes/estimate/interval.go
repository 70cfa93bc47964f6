package estimate

import (
	"math"

	"github.com/aclements/go-moremath/stats"
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

// Over divides by a number that is known without an error.
func (i Interval) Over(n float64) Interval { return Interval{i.Value / n, i.Low / n, i.High / n} }

// Holds says whether v lies within the bounds.
func (i Interval) Holds(v float64) bool { return i.Low <= v && v <= i.High }

// z95 is the 97.5 % point of the normal distribution.
const z95 = 1.959963984540054

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
		means = append(means, stats.Mean(b))
	}
	if len(all) < 2 {
		return Interval{}, false
	}
	of := means
	if len(means) < leastBlocks {
		of = all
	}
	middle, low, _ := stats.MeanCI(of, 0.95)
	mean, half := stats.Mean(all), middle-low
	return Interval{mean, mean - half, mean + half}, true
}
