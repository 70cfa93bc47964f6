package estimate

import "math"

// leastYouden is the least difference of the two rates of a classifier with which a
// share is estimated through it.
const leastYouden = 0.2

// Adjusted is the share of a class, of which a classifier finds a share: right is the
// share of the class that it finds, and wrong that of all others which it takes for the
// class. Each rate was estimated from labelled values that are independent of the
// others. The interval combines theirs by their distances from the estimates (MOVER).
// There is none if the classifier cannot distinguish.
// Source: Rogan and Gladen, "Estimating prevalence from the results of a screening
// test" (1978).
func Adjusted(found, right, wrong Interval) (Interval, bool) {
	youden := right.Value - wrong.Value
	if youden < leastYouden {
		return Interval{}, false
	}
	p := min(max((found.Value-wrong.Value)/youden, 0), 1)
	below := math.Hypot(math.Hypot(found.Value-found.Low, p*(right.High-right.Value)), (1-p)*(wrong.High-wrong.Value))
	above := math.Hypot(math.Hypot(found.High-found.Value, p*(right.Value-right.Low)), (1-p)*(wrong.Value-wrong.Low))
	return Interval{p, max(p-below/youden, 0), min(p+above/youden, 1)}, true
}
