package estimate

import (
	"math"
	"slices"
)

// A Delayed is what Unmix finds of the values that were delayed.
type Delayed struct {
	Count  Interval // of the values that were delayed
	Median Interval // of those values, with their delay
	Delay  Delay    // that they had beyond a value of base

	Cut    float64 // that separates both with the least confusion
	Beyond float64 // share of base that lies beyond the cut
	Missed float64 // share of the delayed values that do not
}

const (
	fewestDelayed = 4    // of which quartiles can be told
	unmixRounds   = 6    // until count, delay and cut agree
	cuts          = 96   // that are tried
	slack         = 1e-6 // within which a count is an integer
	blur          = 1.03 // ratio by which base may differ between both samples, around a cut
)

// Unmix takes values of which an unknown number were delayed, and base, which are
// values like the others. From is a first cut, such as that of Exceeds.
//
// With S the share of base beyond a cut, and M that of the delayed values below it,
// n values of which d were delayed have K = (n−d)·S + d·(1−M) beyond it. This gives d
// (Abbott's correction for mortality without treatment, 1925). What exceeds
// (n−d)·S(x) at each x then is the distribution of the delayed values, its quartiles
// give the delay (see Hidden), and the delay gives M and the best cut; this is
// repeated.
//
// The interval of the count inverts a test: it holds each d for which the n−d others
// agree with base about the share beyond the cut, by the score test of two
// proportions. It is one of the values at hand, not of a probability that they were
// drawn with: what starts cold is decided by how many environments there are, not by
// lot, and an interval for a binomial share would be several times too wide. The
// interval of the median inverts the same test with the median in place of d.
func Unmix(values, base []float64, from float64) (Delayed, bool) {
	if len(values) < fewestDelayed || len(base) < fewestHidden {
		return Delayed{}, false
	}
	u := newUnmixing(values, base)
	d := Delayed{Cut: from, Beyond: u.beyond(from)}
	count := u.count(&d)
	for range unmixRounds {
		low, middle, high := u.quantile(count, 0.25, d.Cut), u.quantile(count, 0.5, d.Cut), u.quantile(count, 0.75, d.Cut)
		if count < fewestDelayed || middle <= u.known[points/2] {
			return Delayed{}, false
		}
		d.Median.Value, d.Delay = middle, spread(u.known, min(low, middle), middle, max(high, middle))
		u.recut(&d)
		count = u.count(&d)
	}
	low, high := u.quantile(count, 0.25, d.Cut), u.quantile(count, 0.75, d.Cut)
	d.Delay.Unsure = d.Delay.unsure(low, high, max(count, 1))
	d.Count = u.countBounds(count, &d)
	d.Median = u.medianBounds(d.Median.Value, d.Count)
	d.Delay.Low, d.Delay.High = centre(u.known, d.Median.Low, d.Delay.SD), centre(u.known, d.Median.High, d.Delay.SD)
	d.Delay.widen(u.base)
	return d, d.Count.Value >= fewestDelayed
}

type unmixing struct{ values, base, known []float64 }

func newUnmixing(values, base []float64) unmixing {
	u := unmixing{values: slices.Sorted(slices.Values(values)), base: slices.Sorted(slices.Values(base))}
	u.known = make([]float64, points)
	for i := range u.known {
		u.known[i] = At(u.base, (float64(i)+0.5)/points)
	}
	return u
}

// above is how many of sorted values lie above x.
func above(sorted []float64, x float64) float64 {
	i, _ := slices.BinarySearchFunc(sorted, x, func(v, x float64) int {
		if v <= x {
			return -1
		}
		return 1
	})
	return float64(len(sorted) - i)
}

func (u unmixing) beyond(x float64) float64 { return above(u.base, x) / float64(len(u.base)) }

func (u unmixing) count(d *Delayed) float64 {
	n := float64(len(u.values))
	return min(max((above(u.values, d.Cut)-n*d.Beyond)/max(1-d.Missed-d.Beyond, 0.05), 0), n)
}

// tail is how many delayed values lie beyond the i'th value, which counts half.
func (u unmixing) tail(i int, count float64) float64 {
	n := float64(len(u.values))
	return n - float64(i) - 0.5 - (n-count)*u.beyond(u.values[i])
}

// quantile is that of the delayed values, of which most lie beyond the cut. Chance
// makes their distribution go up and down a little: the middle of where it crosses q.
// Below the cut, where base has most values, it would cross anywhere.
func (u unmixing) quantile(count, q, cut float64) float64 {
	want := (1 - q) * count
	n := len(u.values) - int(above(u.values, cut))
	first, last := -1, min(n, len(u.values)-1)
	for i := n; i < len(u.values); i++ {
		if t := u.tail(i, count); t > want {
			last = i
		} else if first < 0 {
			first = i
		}
	}
	if first < 0 {
		first = last
	}
	return math.Sqrt(u.values[first] * u.values[last])
}

// recut finds the cut with the least confusion: away from where base has many
// values, since base may be a little slower or faster in one of the samples. Of
// equally good ones it takes the middle.
func (u unmixing) recut(d *Delayed) {
	low, high := max(u.known[0], 1e-9), d.Median.Value
	step := math.Pow(high/low, 1.0/cuts)
	var good []float64
	least := math.Inf(1)
	for x, i := low, 0; i < cuts; x, i = x*step, i+1 {
		near := u.beyond(x / blur)
		confused := 2*near - u.beyond(x*blur) + 2*convolved(u.known, d.Delay, x)
		switch slack := 0.5 / float64(len(u.base)); {
		case confused < least-slack:
			least, good = confused, []float64{x}
		case confused <= least+slack:
			good = append(good, x)
		}
	}
	if len(good) > 0 {
		d.Cut = good[len(good)/2]
	}
	d.Beyond, d.Missed = u.beyond(d.Cut), convolved(u.known, d.Delay, d.Cut)
}

// Separate finds the cut with the least confusion between base and base with a
// delay: the share of base beyond it, and that of the delayed values below it.
func Separate(base []float64, delay Delay) (cut, beyond, missed float64) {
	u := newUnmixing(nil, base)
	d := Delayed{Delay: delay}
	d.Median.Value = u.known[points/2] + math.Exp(delay.Mean)
	u.recut(&d)
	return d.Cut, d.Beyond, d.Missed
}

// countBounds are the numbers of delayed values that the score test does not refute,
// further apart, in quadrature, by what the share below the cut is unsure.
func (u unmixing) countBounds(count float64, d *Delayed) Interval {
	i := u.agreeing(count, d)
	wide, narrow := d.Delay, d.Delay
	wide.SD, narrow.SD = d.Delay.SD+d.Delay.Unsure, max(d.Delay.SD-d.Delay.Unsure, d.Delay.SD/4)
	n := float64(len(u.values))
	more := count / max(1-d.Missed-d.Beyond, 0.05) * (convolved(u.known, wide, d.Cut) - d.Missed)
	less := count / max(1-d.Missed-d.Beyond, 0.05) * (d.Missed - convolved(u.known, narrow, d.Cut))
	low, high := min(math.Hypot(count-i.Low, less), count), math.Hypot(i.High-count, more)
	low, high = math.Floor(count-low+slack), min(math.Ceil(count+high-slack), n)
	return Interval{min(max(count, low), high), low, high}
}

func (u unmixing) agreeing(count float64, d *Delayed) Interval {
	i := Interval{count, count, count}
	n, over := len(u.values), above(u.values, d.Cut)
	for c := range n + 1 {
		if u.agrees(float64(c), over, d) {
			i.Low, i.High = min(i.Low, float64(c)), max(i.High, float64(c))
		}
	}
	return i
}

// agrees says whether the values that were not delayed, if count were, have a share
// beyond the cut like that of base. Half a value is the correction for continuity.
func (u unmixing) agrees(count, over float64, d *Delayed) bool {
	m, rest := float64(len(u.base)), float64(len(u.values))-count
	seen, slow := d.Beyond*m, over-count*(1-d.Missed)
	share := min(max((slow+seen)/(rest+m), 0), 1)
	sd := math.Sqrt(rest*share*(1-share)*(1+rest/m) + count*d.Missed*(1-d.Missed))
	return math.Abs(slow-rest*d.Beyond)-0.5 <= z95*sd
}

// medianBounds are the values around the median that may be the true one.
func (u unmixing) medianBounds(median float64, count Interval) Interval {
	m, rest := float64(len(u.base)), float64(len(u.values))-count.Value
	unsure := (count.High - count.Low) / (2 * z95)
	may := func(i int) bool {
		s := u.beyond(u.values[i])
		sd := math.Sqrt(count.Value/4 + rest*s*(1-s)*(1+rest/m) + (s-0.5)*(s-0.5)*unsure*unsure)
		return math.Abs(u.tail(i, count.Value)-count.Value/2) <= z95*sd
	}
	at, _ := slices.BinarySearch(u.values, median)
	low, high := min(at, len(u.values)-1), min(at, len(u.values)-1)
	for low > 0 && may(low) {
		low--
	}
	for high < len(u.values)-1 && may(high) {
		high++
	}
	return Interval{median, min(u.values[low], median), max(u.values[high], median)}
}
