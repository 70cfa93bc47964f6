package compare

import (
	"math"
	"slices"

	"github.com/aclements/go-moremath/stats"
)

// studentQuantile returns what the share p of Student's t lies below.
func studentQuantile(p, freedom float64) float64 {
	if p < 0.5 {
		return -studentQuantile(1-p, freedom)
	}
	if p == 0.5 {
		return 0
	}
	return stats.InvCDF(stats.TDist{V: freedom})(p)
}

// studentAbove returns the share of Student's t that lies above t.
func studentAbove(t, freedom float64) float64 {
	switch {
	case math.IsInf(t, 1):
		return 0
	case math.IsInf(t, -1):
		return 1
	}
	return stats.TDist{V: freedom}.CDF(-t)
}

// normalQuantile returns what the share p of a normal distribution lies below.
func normalQuantile(p float64) float64 { return stats.StdNormal.InvCDF(p) }

// trimShare is how much of the blocks is left out at either end where a metric
// is trimmed: a stall of the machine falls into one block of one target, and
// must neither make a difference nor hide one.
const trimShare = 0.10

// A summary is the mean of a sample, trimmed, and its standard error.
type summary struct {
	mean, se float64
}

// summarise sums up n values that are sorted, of which the i'th occurs
// times[i] times (nil: once), leaving out g at either end. The error of a
// trimmed mean is that of the winsorised sample (Yuen, Biometrika 61, 1974).
func summarise(sorted []float64, times []int32, g int) summary {
	n := 0
	var sum float64
	low, high := math.Inf(-1), math.Inf(1)
	total := len(sorted)
	for i, v := range sorted {
		k := 1
		if times != nil {
			k = int(times[i])
		}
		if k == 0 {
			continue
		}
		if n <= g && g < n+k {
			low = v
		}
		if n <= total-g-1 && total-g-1 < n+k {
			high = v
		}
		in := min(n+k, total-g) - max(n, g)
		if in > 0 {
			sum += float64(in) * v
		}
		n += k
	}
	kept := float64(total - 2*g)
	winsorised := (sum + float64(g)*(low+high)) / float64(total)
	var squares float64
	for i, v := range sorted {
		k := 1.0
		if times != nil {
			k = float64(times[i])
		}
		d := min(max(v, low), high) - winsorised
		squares += k * d * d
	}
	sd := math.Sqrt(squares / float64(total-1))
	return summary{mean: sum / kept, se: sd * math.Sqrt(float64(total)) / kept}
}

// trims returns how many of n values are left out at either end.
func trims(n int, trimmed bool) int {
	if !trimmed {
		return 0
	}
	return int(trimShare * float64(n))
}

// holm adjusts a family of probabilities: to reject where the adjusted one is
// at most α keeps the chance of any false rejection below α, whatever the
// dependence (Holm, Scandinavian Journal of Statistics 6, 1979).
func holm(ps []float64) []float64 {
	order := make([]int, len(ps))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case ps[a] < ps[b]:
			return -1
		case ps[a] > ps[b]:
			return 1
		}
		return 0
	})
	adjusted := make([]float64, len(ps))
	var highest float64
	for rank, i := range order {
		highest = max(highest, min(1, ps[i]*float64(len(ps)-rank)))
		adjusted[i] = highest
	}
	return adjusted
}

// spread estimates the standard deviation of xs from the distances of all
// pairs: the quantile of them that a normal sample puts at σ/2.2219 (Rousseeuw
// and Croux's Qn, Journal of the American Statistical Association 88, 1993).
// Up to half of the values may be anything. It wastes less than the median
// absolute deviation: 82 % as much information as the standard deviation has,
// against 37 %.
func spread(xs []float64) float64 {
	n := len(xs)
	if n < 2 {
		return 0
	}
	distances := make([]float64, 0, n*(n-1)/2)
	for i, a := range xs {
		for _, b := range xs[:i] {
			distances = append(distances, math.Abs(a-b))
		}
	}
	slices.Sort(distances)
	half := n/2 + 1
	q := distances[half*(half-1)/2-1]
	correction := float64(n) / (float64(n) + 3.8)
	if n%2 == 1 {
		correction = float64(n) / (float64(n) + 1.4)
	}
	return 2.2219 * correction * q
}

// A prediction is what the next of a series of nights is expected to be.
type prediction struct {
	centre, scale, freedom float64
}

// predict expects the next night from those before it. The centre is the
// median; the scale holds the nights' own spread and the error of the median,
// π/2n of it; the degrees of freedom are those that Qn leaves of n−1.
func predict(xs []float64, least float64) prediction {
	n := float64(len(xs))
	s := max(spread(xs), least)
	return prediction{centre: median(xs), scale: s * math.Sqrt(1+math.Pi/(2*n)), freedom: max(1, efficiency*(n-1))}
}

// efficiency is that of Qn in a normal sample.
const efficiency = 0.82

// above returns the chance that a night lies at x or above.
func (p prediction) above(x float64) float64 {
	return studentAbove(distance(x-p.centre, p.scale), p.freedom)
}

// quantile returns what the share q of nights lies below.
func (p prediction) quantile(q float64) float64 {
	return p.centre + studentQuantile(q, p.freedom)*p.scale
}
