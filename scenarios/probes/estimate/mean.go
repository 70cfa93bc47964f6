package estimate

import "math"

// leastBlocks is how many means of blocks an interval of a mean needs.
const leastBlocks = 5

// Mean is the mean of all values, with an interval from the means of blocks:
// values that follow each other are not independent, blocks nearly are. It
// needs five blocks; with fewer the interval is from the single values. There
// is none of fewer than two values.
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

// moments are the mean and the variance of a sample.
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
