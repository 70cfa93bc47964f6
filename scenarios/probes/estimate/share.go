package estimate

import (
	"math"
)

// Share is k of n with Wilson's score interval, which stays within 0 and 1 and is
// accurate near both. There is none for n = 0.
// Source: Wilson, "Probable inference, the law of succession, and statistical
// inference" (1927).
func Share(k, n int64) (Interval, bool) {
	if n <= 0 {
		return Interval{}, false
	}
	p, m := float64(k)/float64(n), float64(n)
	const z2 = z95 * z95
	middle := (p + z2/(2*m)) / (1 + z2/m)
	half := z95 / (1 + z2/m) * math.Sqrt(p*(1-p)/m+z2/(4*m*m))
	return Interval{p, max(min(middle-half, p), 0), min(max(middle+half, p), 1)}, true
}

// A Stratum is a part of a population of which some were observed.
type Stratum struct{ Size, Seen, Hits int64 }

// Stratified estimates the share of hits in a population of strata, each weighted by
// its size, at 95 %. It combines Wilson's intervals of the strata by their distances
// from the estimates (MOVER: Zou, Huang and Zhang, 2009, "A note on confidence
// interval estimation for a linear function of binomial proportions"). A stratum that
// was not observed may have any share; one that was observed whole has an exact one.
func Stratified(all []Stratum) (Interval, bool) {
	var size, seen int64
	for _, s := range all {
		size += s.Size
		seen += s.Seen
	}
	if seen == 0 {
		return Interval{0.5, 0, 1}, false
	}
	var sum, below, above float64
	for _, s := range all {
		share, ok := Share(s.Hits, s.Seen)
		switch {
		case s.Seen == s.Size:
			share = Exact(float64(s.Hits) / float64(max(s.Size, 1)))
		case !ok:
			share = Interval{0.5, 0, 1}
		}
		w := float64(s.Size) / float64(size)
		sum += w * share.Value
		below = math.Hypot(below, w*(share.Value-share.Low))
		above = math.Hypot(above, w*(share.High-share.Value))
	}
	return Interval{sum, max(sum-below, 0), min(sum+above, 1)}, true
}

// Overdispersion is by which factor the variance of a share between consecutive blocks of
// visits exceeds that of a binomial one; 1 if it is within what chance gives in 19 of 20
// cases. Visits of a cache are not independent where misses of a key come in groups.
func Overdispersion(blocks []Stratum) float64 {
	var seen, hits, used float64
	for _, b := range blocks {
		seen, hits = seen+float64(b.Seen), hits+float64(b.Hits)
		if b.Seen > 0 {
			used++
		}
	}
	share, squares := hits/max(seen, 1), 0.0
	if used < 2 || share <= 0 || share >= 1 {
		return 1
	}
	for _, b := range blocks {
		if n := float64(b.Seen); n > 0 {
			squares += (float64(b.Hits) - n*share) * (float64(b.Hits) - n*share) / (n * share * (1 - share))
		}
	}
	free := used - 1
	// Wilson and Hilferty's approximation of the 95 % point of a chi-squared variable.
	limit := free * math.Pow(1-2/(9*free)+1.6449*math.Sqrt(2/(9*free)), 3)
	if squares <= limit {
		return 1
	}
	return squares / free
}
