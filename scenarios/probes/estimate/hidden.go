package estimate

import (
	"math"
	"slices"
)

// A Delay is a log-normal distribution. Mean and SD are of the logarithm; the bounds
// are of the mean.
type Delay struct{ Mean, SD, Low, High float64 }

// Quantile of the delay. Its interval is that of the median: the shape is assumed.
func (d Delay) Quantile(q float64) Interval {
	by := d.SD * -math.Sqrt2 * math.Erfinv(1-2*q)
	return Interval{math.Exp(d.Mean + by), math.Exp(d.Low + by), math.Exp(d.High + by)}
}

const (
	fewestHidden = 8  // observations of either class that Hidden needs
	points       = 32 // of the known distribution
)

// Hidden finds the log-normal delay that, added to values of base, gives values like
// those of raised: their convolution has the same middle half. A few values that a
// stall corrupted do not move the quartiles.
func Hidden(raised, base []float64) (Delay, bool) {
	if len(raised) < fewestHidden || len(base) < fewestHidden {
		return Delay{}, false
	}
	raised, base = slices.Sorted(slices.Values(raised)), slices.Sorted(slices.Values(base))
	known := make([]float64, points)
	for i := range known {
		known[i] = At(base, (float64(i)+0.5)/points)
	}
	low, middle, high := At(raised, 0.25), At(raised, 0.5), At(raised, 0.75)
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
func spread(known []float64, low, middle, high float64) (d Delay) {
	try := func(sd float64) Delay { return Delay{SD: sd, Mean: centre(known, middle, sd)} }
	return try(Bisect(0.0005, 3, 24, func(sd float64) bool {
		d := try(sd)
		return convolved(known, d, high)-convolved(known, d, low) > 0.5
	}))
}

// centre finds the mean with which half of the sums lie below middle.
func centre(known []float64, middle, sd float64) float64 {
	return Bisect(math.Log(middle)-12, math.Log(middle)+1, 40, func(mean float64) bool {
		return convolved(known, Delay{Mean: mean, SD: sd}, middle) > 0.5
	})
}

// convolved is the probability that a known value plus the delay is at most x.
func convolved(known []float64, d Delay, x float64) float64 {
	sum := 0.0
	for _, k := range known {
		if x > k {
			sum += upper((d.Mean - math.Log(x-k)) / d.SD)
		}
	}
	return sum / float64(len(known))
}
