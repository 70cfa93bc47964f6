package estimate

import "math"

// Share is k of n with Wilson's score interval, which stays within 0 and 1 and
// holds what it promises near either. Of nothing there is no share.
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
