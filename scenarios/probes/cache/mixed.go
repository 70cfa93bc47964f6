package cache

import (
	"math"
	"slices"

	"tollgate/scenarios/probes/estimate"
)

const (
	otherCuts  = 15
	leastOf    = 0.6 // of the best cut's power to distinguish, for another one
	leastApart = 2.0 // half widths of 95 % by which two cuts have to differ: they disagree
	middleFrom = 0.25
)

// shareOf is the share of hits among visits. If they are hits and misses as fast as those
// of the control, it is the same by whichever cut they are distinguished. Where
// two cuts disagree, the speed of the target has changed since, or some responses are
// neither, such as those of a second cache behind the first. Then the share lies between what
// cuts say, which is reported with agree false.
func (r *reading) shareOf(visits []visit) (share estimate.Interval, agree, ok bool) {
	var fast int64
	for _, v := range visits {
		if v.fast {
			fast++
		}
	}
	share, ok = r.share(fast, int64(len(visits)))
	if !ok || r.header {
		return share, true, ok
	}
	all := []estimate.Interval{share}
	for _, cut := range r.cuts() {
		if s, ok := r.shareBelow(visits, cut); ok {
			all = append(all, s)
		}
	}
	agree = true
	least, most := share.Low, share.High
	for _, a := range all {
		least, most = min(least, a.Low), max(most, a.High)
		for _, b := range all {
			agree = agree && b.Value-a.Value <= leastApart*math.Hypot(a.High-a.Value, b.Value-b.Low)
		}
	}
	if !agree {
		share.Low, share.High = least, most
	}
	return share, agree, true
}

// cuts are from the lower quartile of the hits to the upper one of the misses.
func (r *reading) cuts() (cuts []float64) {
	low, high := estimate.At(r.hits, middleFrom), estimate.At(r.sure, 1-middleFrom)
	if low <= 0 || high <= low {
		return nil
	}
	cuts = estimate.Ages(low, high, otherCuts)
	if r.latency.Contaminant { // how many hits lie above it is not known
		cuts = slices.DeleteFunc(cuts, func(cut float64) bool { return cut > r.latency.Cut })
	}
	return cuts
}

// shareBelow is the share of hits by another cut.
func (r *reading) shareBelow(visits []visit, cut float64) (estimate.Interval, bool) {
	below := func(n int, ms func(int) float64) estimate.Interval {
		var k int64
		for i := range n {
			if ms(i) < cut {
				k++
			}
		}
		s, _ := estimate.Share(k, int64(n))
		return s
	}
	right := below(len(r.hits), func(i int) float64 { return r.hits[i] })
	wrong := below(len(r.sure), func(i int) float64 { return r.sure[i] })
	if right.Value-wrong.Value < leastOf*(r.latency.Right.Value-r.latency.Wrong.Value) {
		return estimate.Interval{}, false
	}
	return estimate.Adjusted(below(len(visits), func(i int) float64 { return r.ms(visits[i].sample) }), right, wrong)
}
