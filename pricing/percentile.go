package pricing

import (
	"cmp"
	"fmt"
	"math"
	"slices"
)

// A percentile is a share of values, in hundredths of a percent, that are not
// above some value.
type percentile struct {
	share int64
	value Quantity
}

// allShares is the share of the maximum.
const allShares = 10_000

// # A distribution through percentiles
//
// Between two percentiles values are taken to be log-normal: their logarithm is
// linear in the normal quantile. Below the first percentile and above the last the
// slope of the nearest pair goes on, up to a minimum and a maximum that are
// stated. Sizes and latencies are skewed to the right, so that one log-normal often
// fits them well; where it does, this is that one, and where it does not, the fit
// still goes through every percentile. Means are exact integrals at the ends, where
// most of the mean of a skewed distribution is, and Simpson's rule between.
//
// Rejected: values spread evenly between two percentiles and equal to the first one
// below it, as this program once had them: of a log-normal given by its p50 and p99
// that mean is twice the true one. One log-normal by least squares: it misses the
// stated percentiles. Values spread evenly in the logarithm: the tail above the last
// percentile, which has much of the mean, would need a rule of its own.
//
// Percentiles also bound the mean: from below with every value as small as they
// allow, and from above with every value as large. Above the last percentile nothing
// bounds values but a stated maximum; without one, the largest mean gives the tail
// the steepest slope of all pairs. Distributions with the same percentiles can be
// mixed and still have them, so that some distribution fits every mean in between.
const (
	parts      = 20       // of equal weight between two percentiles
	steepTail  = 1.6      // slope of a fitted tail at most: steeper pairs come of mixtures, such as a cache and its misses, whose tails are not
	steepest   = 2.5      // slope of the tail that bounds the mean from above, at most
	usualSlope = 1.0      // the largest of a tail of which only one percentile is known
	extremeAt  = 3.719016 // normal quantile of 99.99 %, which stands for a minimum and a maximum
)

// A knot is a percentile in the plane in which log-normals are lines.
type knot struct {
	share float64
	count int64   // hundredths of a percent
	z     float64 // normal quantile
	value float64 // in thousandths
}

func knotsOf(ps []percentile) (ks []knot) {
	slices.SortFunc(ps, func(a, b percentile) int { return cmp.Compare(a.share, b.share) })
	for _, p := range ps {
		share := float64(p.share) / allShares
		ks = append(ks, knot{share, p.share, quantile(share), p.value.Float() * thousandths})
	}
	return ks
}

// quantile is that of the normal distribution, bounded at the extremes.
func quantile(share float64) float64 {
	return min(max(math.Sqrt2*math.Erfinv(2*share-1), -extremeAt), extremeAt)
}

// slope is that of the line through two knots; 0 where there is none.
func slope(a, b knot) float64 {
	if a.value <= 0 || b.z <= a.z {
		return 0
	}
	return math.Log(b.value/a.value) / (b.z - a.z)
}

// slopes are those below the first and above the last percentile, and the steepest
// of all. Extremes count only where there are no two percentiles besides them.
func slopes(ks []knot) (below, above, most float64) {
	inner := slices.DeleteFunc(slices.Clone(ks), func(k knot) bool { return k.count == 0 || k.count == allShares })
	if len(inner) < 2 {
		inner = ks
	}
	n := len(inner)
	if n < 2 {
		return 0, 0, usualSlope
	}
	for i := range n - 1 {
		most = max(most, min(slope(inner[i], inner[i+1]), steepest))
	}
	return min(slope(inner[0], inner[1]), steepTail), min(slope(inner[n-2], inner[n-1]), steepTail), most
}

// fromPercentiles makes a distribution through percentiles.
func fromPercentiles(ps []percentile) Shape {
	ks := knotsOf(ps)
	first, last := ks[0], ks[len(ks)-1]
	below, above, most := slopes(ks)
	s := Shape{Assumed: true, open: last.count < allShares}
	if first.count > 0 {
		s.add(first.count, lowerTail(first, below, 0), 0, first.value)
	}
	for i, b := range ks[1:] {
		a := ks[i]
		fitted := between(a, b)
		switch {
		case a.count == 0 && below > 0:
			fitted = lowerTail(b, below, a.value)
		case b.count == allShares && above > 0:
			fitted = upperTail(a, above, b.value)
		}
		s.add(b.count-a.count, fitted, a.value, b.value)
	}
	if rest := allShares - last.count; rest > 0 {
		s.add(rest, upperTail(last, above, math.Inf(1)), last.value, meanOf(upperTail(last, most, math.Inf(1))))
	}
	return s
}

// add adds values of some weight: as fitted, the least that they can have, and
// the most.
func (s *Shape) add(count int64, fitted []float64, least, most float64) {
	for _, v := range fitted {
		s.Buckets = append(s.Buckets, Bucket{whole(v), count})
	}
	s.Least = append(s.Least, Bucket{whole(least), count * parts})
	s.Most = append(s.Most, Bucket{whole(most), count * parts})
}

func whole(v float64) int64 { return int64(math.Round(min(v, 1<<62))) }

func meanOf(values []float64) (mean float64) {
	for _, v := range values {
		mean += v / float64(len(values))
	}
	return mean
}

// between is the values between two knots, in parts of equal weight.
func between(a, b knot) []float64 {
	along := slope(a, b)
	at := func(share float64) float64 {
		if along == 0 { // from nothing
			return a.value + (b.value-a.value)*(share-a.share)/(b.share-a.share)
		}
		return a.value * math.Exp(along*(quantile(share)-a.z))
	}
	return inParts(a.share, b.share, func(p, q float64) float64 {
		return (at(p) + 4*at((p+q)/2) + at(q)) / 6
	})
}

// lowerTail is the values below a knot, and upperTail those above.
func lowerTail(k knot, slope, least float64) []float64 {
	return inParts(0, k.share, func(p, q float64) float64 { return max(least, lognormal(k, slope, p, q)) })
}

func upperTail(k knot, slope, most float64) []float64 {
	return inParts(k.share, 1, func(p, q float64) float64 { return min(most, lognormal(k, slope, p, q)) })
}

func inParts(from, to float64, mean func(p, q float64) float64) []float64 {
	out := make([]float64, parts)
	for i := range out {
		at := func(i int) float64 { return from + (to-from)*float64(i)/parts }
		out[i] = mean(at(i), at(i+1))
	}
	return out
}

// lognormal is the mean of the log-normal through a knot between two of its
// quantiles.
func lognormal(k knot, slope, p, q float64) float64 {
	if slope == 0 || k.value <= 0 {
		return k.value
	}
	upTo := func(share float64) float64 { // the share of the mean below the quantile is Φ(z − σ)
		return math.Erfc((slope-math.Sqrt2*math.Erfinv(2*share-1))/math.Sqrt2) / 2
	}
	return k.value * math.Exp(slope*(slope/2-k.z)) * (upTo(q) - upTo(p)) / (q - p)
}

// mixed is the share of a distribution in a mixture that counts as one.
const mixed = 1_000_000_000

// mix is a share of a with b for the rest. Both have the same total.
func mix(a, b []Bucket, share int64) (out []Bucket) {
	for _, x := range a {
		out = append(out, Bucket{x.Value, x.Count * share})
	}
	for _, x := range b {
		out = append(out, Bucket{x.Value, x.Count * (mixed - share)})
	}
	return slices.DeleteFunc(out, func(x Bucket) bool { return x.Count == 0 })
}

// means are the least, the fitted and the greatest mean that the percentiles allow.
func (s Shape) means() (least, fitted, most Quantity) {
	mean := func(bs []Bucket) Quantity { return Dist{Buckets: bs}.Mean().Div(Whole(thousandths)) }
	return mean(s.Least), mean(s.Buckets), mean(s.Most)
}

// withMean is a distribution with the same percentiles and some mean, which is
// within the bounds.
func (s Shape) withMean(mean Quantity) Shape {
	least, fitted, most := s.means()
	end, other := least, s.Least
	if mean.Cmp(fitted) > 0 {
		end, other = most, s.Most
	}
	made := Shape{Buckets: s.Buckets, Assumed: s.Assumed}
	if end.Cmp(fitted) != 0 {
		part := end.Sub(mean).Div(end.Sub(fitted))
		made.Buckets = mix(s.Buckets, other, nearest(part.Mul(Whole(mixed))))
	}
	return made
}

// stating is the distribution with a mean that is stated besides the percentiles.
// A mean that is greater than the bound has a longer tail, unless a maximum is
// stated.
func (s Shape) stating(mean Quantity) (Shape, error) {
	least, _, most := s.means()
	if s.open && mean.Cmp(most) > 0 {
		s.Most = slices.Clone(s.Most)
		tail := &s.Most[len(s.Most)-1]
		tail.Value += nearest(mean.Sub(most).Mul(Ratio(allShares*parts*thousandths, tail.Count))) + 1
		most = mean
	}
	switch {
	case mean.Cmp(least) < 0:
		return s, fmt.Errorf("must be at least %s: the percentiles allow no smaller mean", Figure(least))
	case mean.Cmp(most) > 0:
		return s, fmt.Errorf("must be at most %s: the percentiles allow no greater mean", Figure(most))
	}
	made := s.withMean(mean)
	made.Assumed = false
	return made, nil
}
