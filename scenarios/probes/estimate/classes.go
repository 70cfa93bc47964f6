package estimate

import (
	"math"
	"slices"
)

// A Classifier distinguishes low values from high ones by a cut, with the shares of
// either class below it. It is learnt from labelled values: no shape of a distribution
// is assumed for what lies on which side.
type Classifier struct {
	Cut         float64
	Right       Interval // share of the low class below the cut
	Wrong       Interval // share of the high class below the cut
	Contaminant bool     // more of the values labelled as low lie above the cut than chance and noise explain
	Labelled    Interval // share of the values labelled as low that are of the low class
}

// Learn learns from values of the low class and of the high class. Some of the values
// labelled as low may be of the high class all the same. What lies above the cut is
// compared with two expectations: the tail of a log-normal with the lower half of the low
// class, and the upper tail of the high class, which shows skew and outliers.
//
//   - Not above the first: all labels are right.
//   - Above the first, not above the second: that cannot be told, so the bounds of Right
//     allow for both.
//   - Above both: what is too much is of the high class.
//
// Source: Forman, "Quantifying counts and costs via classification" (2008), on estimating
// a share through a classifier.
func Learn(low, high []float64) (Classifier, bool) {
	if len(low) < fewestHidden || len(high) < fewestHidden {
		return Classifier{}, false
	}
	low, high = slices.Sorted(slices.Values(low)), slices.Sorted(slices.Values(high))
	c := Classifier{Cut: bestCut(low, high)}
	c.Right = shareBelow(low, c.Cut)
	c.Wrong = shareBelow(high, c.Cut)
	c.Labelled = Exact(1)
	if least, most := tailAbove(low, c.Cut), tailLike(low, high, c.Cut); 1-c.Right.High > most.High {
		below := c.Right
		c.Contaminant = true
		c.Right = Interval{1 - least, 1 - max(least, most.High), 1 - least}
		c.Labelled, _ = Adjusted(below, c.Right, c.Wrong)
	} else if 1-c.Right.High > least {
		c.Right.High = 1 - least
	}
	return c, c.Right.Value-c.Wrong.Value >= leastYouden
}

// bestCut is the middle, in the logarithm, of the cuts that distinguish the classes about
// as well as the best: the best itself would fit the chance of the sample.
func bestCut(low, high []float64) float64 {
	from, to := math.Log(min(low[0], high[0])), math.Log(max(low[len(low)-1], high[len(high)-1]))
	const cuts = 400
	youden, best := make([]float64, cuts+1), 0.0
	at := func(i int) float64 { return math.Exp(from + (to-from)*float64(i)/cuts) }
	for i := range youden {
		youden[i] = shareOf(low, at(i)) - shareOf(high, at(i))
		best = max(best, youden[i])
	}
	n := float64(min(len(low), len(high)))
	slack := math.Sqrt(max(1-best, 1/n) * max(best, 0.5) / n)
	first := slices.IndexFunc(youden, func(y float64) bool { return y >= best-slack })
	last := first
	for last < cuts && youden[last+1] >= best-slack {
		last++
	}
	return math.Sqrt(at(first) * at(last))
}

func shareOf(sorted []float64, cut float64) float64 {
	n, _ := slices.BinarySearch(sorted, cut)
	return float64(n) / float64(len(sorted))
}

func shareBelow(sorted []float64, cut float64) Interval {
	n, _ := slices.BinarySearch(sorted, cut)
	share, _ := Share(int64(n), int64(len(sorted)))
	return share
}

// tailAbove is the share of a log-normal above the cut that has the median and the lower
// quartile of the values below the cut.
func tailAbove(sorted []float64, cut float64) float64 {
	n, _ := slices.BinarySearch(sorted, cut)
	if n < 4 {
		return 0
	}
	middle := math.Log(At(sorted[:n], 0.5))
	sd := max((middle-math.Log(At(sorted[:n], 0.16)))/0.9945, leastSD)
	return upper((math.Log(cut) - middle) / sd)
}

// tailLike is the share of the high class that lies as far above its median as the cut
// lies above that of the low class: in the logarithm or in absolute terms, whichever is
// more.
func tailLike(low, high []float64, cut float64) Interval {
	n, _ := slices.BinarySearch(low, cut)
	if n < 4 {
		return Interval{0, 0, 1}
	}
	middle, top := At(low[:n], 0.5), At(high, 0.5)
	share := shareBelow(high, min(top*cut/middle, top+cut-middle))
	return Interval{1 - share.Value, 1 - share.High, 1 - share.Low}
}

// AsOften says whether values of two samples lie below the cut equally often, as far as
// their numbers show (at 95 %).
func (c Classifier) AsOften(a, b []float64) bool {
	if len(a) == 0 || len(b) == 0 {
		return false
	}
	below := func(all []float64) (n float64) {
		for _, v := range all {
			if v < c.Cut {
				n++
			}
		}
		return n
	}
	n, m := float64(len(a)), float64(len(b))
	p, q, both := below(a)/n, below(b)/m, (below(a)+below(b)+1)/(n+m+2)
	return math.Abs(p-q) <= z95*math.Sqrt(both*(1-both)*(1/n+1/m))
}

// Shift is by how much values of b lie above those of a: the median of all differences.
// Distributions may have several modes, and the samples outliers.
// Source: Hodges and Lehmann, "Estimates of location based on rank tests" (1963).
func Shift(a, b []float64) float64 {
	differences := make([]float64, 0, len(a)*len(b))
	for _, x := range a {
		for _, y := range b {
			differences = append(differences, y-x)
		}
	}
	return Median(differences)
}
