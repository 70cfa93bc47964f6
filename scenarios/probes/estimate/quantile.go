package estimate

import (
	"math"
	"slices"
)

// Quantile is the q quantile of a sorted sample, with the order statistics that hold
// the true one in at least 95 of 100 cases, whatever the distribution. There is none
// if the sample is too small: the largest value bounds the quantile from above only
// if q^n is at most 0.025.
func Quantile(sorted []float64, q float64) (Interval, bool) {
	n := len(sorted)
	if n == 0 || math.Pow(q, float64(n)) > tail || math.Pow(1-q, float64(n)) > tail {
		return Interval{}, false
	}
	low, high := orderBounds(n, q)
	return Interval{Value: At(sorted, q), Low: sorted[low], High: sorted[high]}, true
}

// At is the q quantile of a sorted sample, interpolated, without an interval.
func At(sorted []float64, q float64) float64 {
	place := q * float64(len(sorted)-1)
	i := int(place)
	if i+1 >= len(sorted) {
		return sorted[len(sorted)-1]
	}
	return sorted[i] + (place-float64(i))*(sorted[i+1]-sorted[i])
}

// tail is what lies beyond either bound of a 95 % interval.
const tail = 0.025

// orderBounds are the indices of the order statistics: the number of values below
// the true quantile is binomial.
func orderBounds(n int, q float64) (low, high int) {
	m := float64(n)
	reach := 10 * math.Sqrt(m*q*(1-q)) // nothing that counts lies further out
	below := 0.0                       // P(number ≤ k)
	low, high = -1, n-1
	for k := max(0, int(m*q-reach)); k < n; k++ {
		p := binomial(n, k, q)
		if low < 0 && below+p > tail {
			low = k
		}
		below += p
		if below >= 1-tail {
			high = k
			break
		}
	}
	return max(low-1, 0), high
}

// binomial is the probability of k in n with probability q each.
func binomial(n, k int, q float64) float64 {
	return math.Exp(gamma(n+1) - gamma(k+1) - gamma(n-k+1) + float64(k)*math.Log(q) + float64(n-k)*math.Log1p(-q))
}

func gamma(n int) float64 {
	g, _ := math.Lgamma(float64(n))
	return g
}

// Median is the middle of an unsorted sample, which must not be empty.
func Median(values []float64) float64 { return At(slices.Sorted(slices.Values(values)), 0.5) }

// Bisect finds where below turns false between low and high, in so many rounds.
func Bisect(low, high float64, rounds int, below func(float64) bool) float64 {
	for range rounds {
		if middle := (low + high) / 2; below(middle) {
			low = middle
		} else {
			high = middle
		}
	}
	return (low + high) / 2
}
