package estimate

import "math"

// A Stratum is a part of a population of which some were looked at.
type Stratum struct{ Size, Seen, Hits int64 }

// Stratified estimates the share of hits in a population of several strata,
// each weighted by its size, at 95 %: the intervals of the strata, Wilson's, are
// put together by their distances from the estimates (MOVER: Zou, Huang and
// Zhang, 2009, "A note on confidence interval estimation for a linear function
// of binomial proportions"). A stratum of which nothing was seen may have any
// share; one that was seen whole has the share that was seen.
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
