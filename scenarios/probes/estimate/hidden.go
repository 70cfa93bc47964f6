package estimate

import (
	"math"
	"slices"
)

// A Delay is a log-normal distribution of something that was only seen on top of
// something else. Mean and SD are of the logarithm; the bounds are of the mean.
type Delay struct{ Mean, SD, Low, High float64 }

// Quantile of the delay. Its interval is that of the median: that the spread is
// log-normal is assumed.
func (d Delay) Quantile(q float64) Interval {
	by := d.SD * -math.Sqrt2 * math.Erfinv(1-2*q)
	return Interval{math.Exp(d.Mean + by), math.Exp(d.Low + by), math.Exp(d.High + by)}
}

// fewestHidden is how many observations of either sort Hidden needs.
const fewestHidden = 8

// points is how finely the known distribution is looked at.
const points = 32

// Hidden finds the log-normal delay that, added to a value of the sort base,
// gives values as those of raised: the two together have to have the same middle
// half. That is no difference of percentiles; the distributions are folded. Few
// values that a stall has spoilt do not move the quartiles.
func Hidden(raised, base []float64) (Delay, bool) {
	if len(raised) < fewestHidden || len(base) < fewestHidden {
		return Delay{}, false
	}
	raised, base = slices.Sorted(slices.Values(raised)), slices.Sorted(slices.Values(base))
	known := make([]float64, points)
	for i := range known {
		known[i] = at(base, (float64(i)+0.5)/points)
	}
	low, middle, high := at(raised, 0.25), at(raised, 0.5), at(raised, 0.75)
	if middle <= known[points/2] {
		return Delay{}, false
	}
	d := spread(known, low, middle, high)
	bounds, ok := Quantile(raised, 0.5)
	if !ok {
		return Delay{}, false
	}
	d.Low, d.High = centre(known, bounds.Low, d.SD), centre(known, bounds.High, d.SD)
	return d, true
}

// spread finds the SD with which the middle half lies between low and high.
func spread(known []float64, low, middle, high float64) Delay {
	least, most := 0.0005, 3.0
	var d Delay
	for range 24 {
		d.SD = (least + most) / 2
		d.Mean = centre(known, middle, d.SD)
		if folded(known, d, high)-folded(known, d, low) > 0.5 {
			least = d.SD
		} else {
			most = d.SD
		}
	}
	return d
}

// centre finds the mean with which half of the sums lie below middle.
func centre(known []float64, middle, sd float64) float64 {
	least, most := math.Log(middle)-12, math.Log(middle)+1
	for range 40 {
		mean := (least + most) / 2
		if folded(known, Delay{Mean: mean, SD: sd}, middle) > 0.5 {
			least = mean
		} else {
			most = mean
		}
	}
	return (least + most) / 2
}

// folded is the chance that a known value and the delay together are at most x.
func folded(known []float64, d Delay, x float64) float64 {
	sum := 0.0
	for _, k := range known {
		if x > k {
			sum += upper((d.Mean - math.Log(x-k)) / d.SD)
		}
	}
	return sum / float64(len(known))
}
