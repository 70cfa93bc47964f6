package estimate

import (
	"math"
	"slices"
)

// A Delay is a log-normal distribution. Mean and SD are of the logarithm; the bounds
// are of the mean, and Unsure is half the width of the interval of the SD.
type Delay struct{ Mean, SD, Low, High, Unsure float64 }

// Quantile of the delay, if its shape is log-normal. The errors of mean and SD add in
// quadrature.
func (d Delay) Quantile(q float64) Interval {
	z := -math.Sqrt2 * math.Erfinv(1-2*q)
	return d.interval(z*d.SD, z*d.Unsure)
}

// interval is e to the mean and something more, which is unsure by so much.
func (d Delay) interval(more, unsure float64) Interval {
	at := d.Mean + more
	return Interval{math.Exp(at), math.Exp(at - math.Hypot(d.Mean-d.Low, unsure)), math.Exp(at + math.Hypot(d.High-d.Mean, unsure))}
}

// Average is the mean of the delay, with an interval like Quantile's.
func (d Delay) Average() Interval { return d.interval(d.SD*d.SD/2, d.SD*d.Unsure) }

// quartileError is the standard error of the SD of a normal distribution, from the
// quartiles of n values, times the square root of n and in units of the SD.
const quartileError = 1.1664

// unsure is half the width of the interval of the SD, from count values whose
// quartiles were low and high. What the known distribution adds to their spread makes
// that of the delay less certain.
func (d Delay) unsure(low, high, count float64) float64 {
	const quartiles = 1.3489795003921634 // standard deviations from one to the other
	all := (high - low) / quartiles / math.Exp(d.Mean)
	return z95 * quartileError / math.Sqrt(count) * all * max(all/d.SD, 1)
}

// widen adds the error of the median of base to the bounds of the mean.
func (d *Delay) widen(base []float64) {
	b, ok := Quantile(base, 0.5)
	if !ok {
		return
	}
	at := math.Exp(d.Mean)
	low, high := math.Hypot(at-math.Exp(d.Low), b.High-b.Value), math.Hypot(math.Exp(d.High)-at, b.Value-b.Low)
	d.Low, d.High = math.Log(max(at-low, at/1e3)), math.Log(at+high)
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
	d.Unsure = d.unsure(low, high, float64(len(raised)))
	d.widen(base)
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
