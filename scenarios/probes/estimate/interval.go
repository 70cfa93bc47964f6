package estimate

import "math"

// An Interval is a value and the bounds that hold it in 95 of 100 repetitions.
type Interval struct{ Value, Low, High float64 }

// Exact is a value that is known without an error.
func Exact(v float64) Interval { return Interval{v, v, v} }

// Minus subtracts an independent estimate: the half widths add as the roots of
// their squares do.
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
