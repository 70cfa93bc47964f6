package pricing

import (
	"cmp"
	"fmt"
	"slices"
)

// A Profile is how the traffic of a month is spread over its hours. Hours with
// the same traffic are one level. None: a flat month.
type Profile []Level

// A Level is a share of the month's hours, in which the traffic is some
// multiple of the month's mean.
type Level struct {
	Share  Quantity // of the hours; all levels together have 1
	Factor Quantity // of the mean; weighted by the shares they make 1
}

// ProfileOf returns the profile of hours with the given relative traffic: the
// 24 of a day, the 168 of a week, or as many as were counted. A weight says
// nothing by itself, only in relation to the others.
func ProfileOf(weights []int64) (Profile, error) {
	counts, total := make(map[int64]int64), Quantity{}
	for i, w := range weights {
		if w < 0 || w > 1e15 {
			return nil, fmt.Errorf("hour %d: traffic must be from 0 to 10¹⁵, is %d", i, w)
		}
		counts[w]++
		total = total.Add(Whole(w))
	}
	if total.Sign() == 0 {
		return nil, fmt.Errorf("a profile needs at least one hour with traffic")
	}
	if len(counts) == 1 {
		return nil, nil
	}
	n := int64(len(weights))
	var p Profile
	for w, times := range counts {
		p = append(p, Level{Share: Ratio(times, n), Factor: Whole(w).Mul(Whole(n)).Div(total)})
	}
	slices.SortFunc(p, func(a, b Level) int { return cmp.Compare(0, a.Factor.Cmp(b.Factor)) })
	return p, nil
}

// The profiles that have names. Business hours are 9 to 18 on five days, with
// a tenth of that traffic at other times; a diurnal day has its peak at 20 and
// its least traffic, an eighth of that, at 4. Both are plausible shapes and
// not measurements.
var (
	businessDay = [24]int64{1, 1, 1, 1, 1, 1, 1, 1, 1, 10, 10, 10, 10, 10, 10, 10, 10, 10, 1, 1, 1, 1, 1, 1}
	diurnalDay  = [24]int64{24, 17, 12, 9, 8, 9, 13, 20, 28, 34, 38, 40, 42, 42, 41, 41, 43, 47, 53, 60, 64, 60, 48, 35}
)

// profileNamed returns the weights of a named profile; flat has none.
func profileNamed(name string) []int64 {
	switch name {
	case "business-hours":
		week := slices.Repeat(businessDay[:], 5)
		return append(week, slices.Repeat([]int64{1}, 48)...)
	case "diurnal":
		return diurnalDay[:]
	}
	return nil
}
