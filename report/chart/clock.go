package chart

import "gonum.org/v1/plot"

// span labels an axis of seconds that ends at end in the unit that suits it.
func span(end float64) func(float64) string {
	switch {
	case end > 3*3600:
		return func(v float64) string { return plain(round3(v/3600)) + " h" }
	case end > 300:
		return func(v float64) string { return plain(round3(v/60)) + " min" }
	}
	return func(v float64) string { return plain(round3(v)) + " s" }
}

// clock labels about n moments from zero to end, as clocks divide time.
func clock(end float64, n int) plot.ConstantTicks {
	step := niceStep(end / float64(n))
	if end > 300 {
		const minute, hour, day = 60.0, 3600.0, 86_400.0
		for _, s := range []float64{minute, 2 * minute, 5 * minute, 10 * minute, 15 * minute, 30 * minute, hour, 2 * hour, 3 * hour, 6 * hour, 12 * hour, day, 2 * day, 7 * day, 14 * day, 28 * day} {
			if step = s; s >= end/float64(n) {
				break
			}
		}
	}
	return multiples(step, end, span(end))
}
