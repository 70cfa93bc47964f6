package estimate

import (
	"cmp"
	"math"
	"slices"
)

// fewestLives is how many observations Lives needs.
const fewestLives = 8

// Lives finds the age that things live to from observations that are wrong now and then:
// what is alive looks alive with probability right, and what is dead with probability
// wrong. It allows for lives of different lengths, uniform between two ages.
//
// The likelihood of a pair of ages changes only where an observation lies between them,
// so each pair of gaps between observed ages is one hypothesis. Its prior is uniform in
// the logarithms of the ages; half of it is on equal lives. The bounds leave 2.5 % of the
// posterior below the shortest and above the longest life.
func Lives(seen []Survival, right, wrong float64) (Lifetime, bool) {
	if len(seen) < fewestLives {
		return Lifetime{}, false
	}
	o := newObserved(seen, right, wrong)
	equal, unequal := o.posterior()
	uneven := sum(unequal.youngest) > sum(equal)
	for i, w := range equal {
		unequal.youngest[i] += w
		unequal.oldest[i] += w
	}
	l := o.bounds(unequal.youngest, unequal.oldest, uneven)
	return l, l.Low > 0 || !math.IsInf(l.High, 1)
}

// observed are observations in the order of age, in logarithms.
type observed struct {
	ages, edges  []float64 // edges: of the gaps between ages, with one before and one after
	alive        []bool
	right, wrong float64
}

func newObserved(seen []Survival, right, wrong float64) *observed {
	age := func(s Survival) float64 {
		if s.Alive {
			return max(s.Least, 1e-6)
		}
		return max(s.Most, 1e-6)
	}
	sorted := slices.SortedFunc(slices.Values(seen), func(a, b Survival) int { return cmp.Compare(age(a), age(b)) })
	o := &observed{right: min(max(right, 0.5), 0.998), wrong: max(min(wrong, 0.5), 0.002)}
	for _, s := range sorted {
		o.ages, o.alive = append(o.ages, math.Log(age(s))), append(o.alive, s.Alive)
	}
	const beyond = 0.2 // a little longer than what was looked at
	o.edges = append(append([]float64{o.ages[0] - beyond}, o.ages...), o.ages[len(o.ages)-1]+beyond)
	return o
}

type unequalLives struct{ youngest, oldest []float64 }

// posterior is the weight of each gap to hold the common age, and of each to hold the
// shortest and the longest life.
func (o *observed) posterior() (equal []float64, unequal unequalLives) {
	n := len(o.edges) - 1
	equal, unequal = make([]float64, n), unequalLives{make([]float64, n), make([]float64, n)}
	weights, most := make([][]float64, n), math.Inf(-1)
	for i := range weights {
		weights[i] = make([]float64, n)
		for j := i; j < n; j++ {
			weights[i][j] = o.likelihood(o.middle(i), o.middle(j))
			most = max(most, weights[i][j])
		}
	}
	span := o.edges[n] - o.edges[0]
	for i := range weights {
		wide := (o.edges[i+1] - o.edges[i]) / span
		equal[i] = math.Exp(weights[i][i]-most) * wide
		for j := i + 1; j < n; j++ {
			w := math.Exp(weights[i][j]-most) * 2 * wide * (o.edges[j+1] - o.edges[j]) / span
			unequal.youngest[i] += w
			unequal.oldest[j] += w
		}
	}
	return equal, unequal
}

func (o *observed) middle(gap int) float64 { return (o.edges[gap] + o.edges[gap+1]) / 2 }

func (o *observed) likelihood(youngest, oldest float64) (sum float64) {
	for i, age := range o.ages {
		alive := 0.0
		switch {
		case age < youngest:
			alive = 1
		case age < oldest:
			alive = (oldest - age) / (oldest - youngest)
		}
		p := o.wrong + alive*(o.right-o.wrong)
		if !o.alive[i] {
			p = 1 - p
		}
		sum += math.Log(p)
	}
	return sum
}

// bounds are the ages below and above which the posterior leaves 2.5 %.
func (o *observed) bounds(youngest, oldest []float64, uneven bool) Lifetime {
	n := len(youngest)
	low, middleLow := o.below(youngest, tail), o.below(youngest, 0.5)
	high, middleHigh := o.below(oldest, 1-tail), o.below(oldest, 0.5)
	l := Lifetime{Bracketed: low > 0 && high < n-1, Uneven: uneven}
	l.Low, l.High = math.Exp(o.edges[low]), math.Exp(o.edges[high+1])
	l.Value = math.Exp((o.middle(middleLow) + o.middle(middleHigh)) / 2)
	switch {
	case high == n-1 && low == 0: // nothing is known
		l = Lifetime{Interval: Interval{0, 0, math.Inf(1)}}
	case high == n-1: // it may be longer than what was looked at
		l.High, l.Value = math.Inf(1), l.Low
		l.Uneven = false
	case low == 0:
		l.Low, l.Value = 0, l.High
		l.Uneven = false
	}
	return l
}

// below is the gap that holds so large a share of the weight up to its end.
func (o *observed) below(weight []float64, share float64) int {
	all, upTo := sum(weight), 0.0
	for i, w := range weight {
		if upTo += w; upTo >= share*all {
			return i
		}
	}
	return len(weight) - 1
}

func sum(all []float64) (s float64) {
	for _, v := range all {
		s += v
	}
	return s
}
