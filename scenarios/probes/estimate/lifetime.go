package estimate

import (
	"math"
	"slices"
)

// A Survival is one observation of something at an age, which is known between two
// bounds: whether it was still alive.
type Survival struct {
	Least, Most float64
	Alive       bool
}

func (s Survival) contradicts(lifetime float64) bool {
	return s.Alive != ((s.Least+s.Most)/2 < lifetime)
}

// A Lifetime is the age that things live to.
type Lifetime struct {
	Interval
	Bracketed bool // both bounds were observed; else Low is the oldest that lived, or High the youngest that did not
	Uneven    bool // some died younger than others lived: the bounds are the youngest death and the oldest life
}

// Bracket finds the age that things live to: more than any age at which one was
// alive, and less than any at which one was dead.
func Bracket(seen []Survival) (Lifetime, bool) {
	oldest, youngest := 0.0, math.Inf(1)
	for _, s := range seen {
		if s.Alive {
			oldest = max(oldest, s.Least)
		} else {
			youngest = min(youngest, s.Most)
		}
	}
	switch {
	case len(seen) == 0:
		return Lifetime{}, false
	case math.IsInf(youngest, 1):
		return Lifetime{Interval: Interval{oldest, oldest, youngest}}, true
	case oldest == 0:
		return Lifetime{Interval: Interval{youngest, 0, youngest}}, true
	case oldest < youngest:
		return Lifetime{Interval: Interval{math.Sqrt(oldest * youngest), oldest, youngest}, Bracketed: true}, true
	}
	return Lifetime{Interval: Interval{min(max(fewestWrong(seen), youngest), oldest), youngest, oldest}, Bracketed: true, Uneven: true}, true
}

// fewestWrong is the age that contradicts the fewest observations. It takes the middle
// of what is known of each age, and may lie a little outside of the bounds.
func fewestWrong(seen []Survival) float64 {
	cuts := make([]float64, 0, len(seen))
	for _, s := range seen {
		cuts = append(cuts, (s.Least+s.Most)/2)
	}
	slices.Sort(cuts)
	best, fewest := 0.0, len(seen)+1
	for _, cut := range cuts {
		wrong := 0
		for _, s := range seen {
			if s.contradicts(cut) {
				wrong++
			}
		}
		if wrong < fewest {
			best, fewest = cut, wrong
		}
	}
	return best
}

// Next is the age to observe next: twice the oldest that lived until something dies,
// then the geometric middle between life and death. There is none once the bounds
// are within a ratio of 1+precision, contradict each other, or exceed longest.
func Next(seen []Survival, first, longest, precision float64) (age float64, more bool) {
	l, ok := Bracket(seen)
	switch {
	case !ok:
		return first, first <= longest
	case l.Uneven:
		return 0, false
	case !l.Bracketed && l.Low > 0: // nothing has died
		return min(2*l.Low, longest), l.Low < longest*0.999
	case !l.Bracketed: // nothing has lived
		return l.High / 2, l.High > first/1024
	}
	return l.Value, l.High > l.Low*(1+precision)
}

// Ages are n ages from low to high, each the same factor above the one before.
func Ages(low, high float64, n int) []float64 {
	ages := make([]float64, n)
	for i := range ages {
		ages[i] = low * math.Pow(high/low, float64(i)/float64(max(n-1, 1)))
	}
	return ages
}
