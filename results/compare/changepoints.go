package compare

import (
	"cmp"
	"math"
	"slices"
	"time"
)

// A Series is one metric of one target, night by night, oldest first.
type Series struct {
	Target string
	Metric Metric
	Points []Point
}

// A Point is one night of a series.
type Point struct {
	Run   string
	At    time.Time
	Value float64
}

// A Shift is where a series changed its level for good.
type Shift struct {
	Target string    `json:"target"`
	Metric Metric    `json:"metric"`
	Unit   string    `json:"unit"`
	Index  int       `json:"index"` // of the first point at the new level
	Run    string    `json:"run"`
	Date   time.Time `json:"date"`
	Before float64   `json:"before"` // level, up to the shift before this one
	After  float64   `json:"after"`  // and to the next
	Scale  Scale     `json:"scale"`  // of size, low and high
	Size   float64   `json:"size"`   // after ÷ before, or after − before of a share
	Low    float64   `json:"low"`    // 95 %
	High   float64   `json:"high"`
	P      float64   `json:"p"` // of a shift that is none
}

// ShiftOptions say what counts as a shift. The zero value serves.
type ShiftOptions struct {
	Level float64 // of the permutation test; 0: 0.01
	Least float64 // smallest change that is told: a share of one, or points of a share; 0: the metric's own
	Seed  uint64  // of the permutations
}

const (
	shiftLevel = 0.01
	mostPoints = 730 // two years of nights; what came before is left out
	sizeLevel  = 0.05
)

// Shifts finds where a series changed its level for good: the date, the size
// and its interval. It needs nights after the change, and reports; it never
// judges the night at hand.
func Shifts(s Series, o ShiftOptions) ([]Shift, error) {
	t, err := traitOf(s.Metric)
	if err != nil {
		return nil, err
	}
	if o.Level <= 0 {
		o.Level = shiftLevel
	}
	if o.Least <= 0 {
		o.Least = t.effect
	}
	zs, at := t.levels(s.Points)
	var cuts []int
	for _, c := range changes(zs, o.Level, o.Seed) {
		cuts = append(cuts, c.at)
	}
	cuts = t.merge(zs, cuts, o.Least)
	var shifts []Shift
	for i := range cuts {
		before, after := around(zs, cuts, i)
		shift := t.shift(before, after)
		shift.Target, shift.Index = s.Target, at[cuts[i]]
		shift.Run, shift.Date = s.Points[shift.Index].Run, s.Points[shift.Index].At
		shifts = append(shifts, shift)
	}
	return shifts, nil
}

// levels turns the latest points into what is cut: logarithms where ratios are
// compared. Points that have none are left out; at says which are in.
func (t trait) levels(points []Point) (zs []float64, at []int) {
	first := max(0, len(points)-mostPoints)
	for i, p := range points[first:] {
		z := p.Value
		if t.scale == Ratio {
			z = math.Log(z)
		}
		if math.IsNaN(z) || math.IsInf(z, 0) {
			continue
		}
		zs, at = append(zs, z), append(at, first+i)
	}
	return zs, at
}

// around returns the values before and after the i'th cut, up to its neighbours.
func around(zs []float64, cuts []int, i int) (before, after []float64) {
	from, to := 0, len(zs)
	if i > 0 {
		from = cuts[i-1]
	}
	if i+1 < len(cuts) {
		to = cuts[i+1]
	}
	return zs[from:cuts[i]], zs[cuts[i]:to]
}

// merge drops the cuts whose change of level is too small to tell, the smallest
// first, since the stretches around it become one.
func (t trait) merge(zs []float64, cuts []int, least float64) []int {
	if t.scale == Ratio {
		least = math.Log1p(least)
	}
	cuts = slices.Clone(cuts)
	for len(cuts) > 0 {
		size := func(i int) float64 {
			before, after := around(zs, cuts, i)
			return math.Abs(median(after) - median(before))
		}
		smallest := 0
		for i := range cuts {
			if size(i) < size(smallest) {
				smallest = i
			}
		}
		if size(smallest) >= least {
			return cuts
		}
		cuts = slices.Delete(cuts, smallest, smallest+1)
	}
	return cuts
}

// shift describes the change between two stretches. The interval of its size is
// Welch's, with variances over n−1.
func (t trait) shift(before, after []float64) Shift {
	a, b := summarise(sorted(before), nil, 0), summarise(sorted(after), nil, 0)
	size, se := b.mean-a.mean, math.Hypot(a.se, b.se)
	freedom := welch(a.se, b.se, len(before), len(after))
	half := studentQuantile(1-sizeLevel/2, freedom) * se
	back := func(z float64) float64 {
		if t.scale == Ratio {
			return math.Exp(z)
		}
		return z
	}
	return Shift{
		Metric: t.metric, Unit: t.unit, Before: back(a.mean), After: back(b.mean), Scale: t.scale,
		Size: back(size), Low: back(size - half), High: back(size + half),
		P: 2 * studentAbove(math.Abs(distance(size, se)), freedom),
	}
}

// welch returns the degrees of freedom of a difference of two means.
func welch(a, b float64, n, m int) float64 {
	top := (a*a + b*b) * (a*a + b*b)
	bottom := a*a*a*a/float64(n-1) + b*b*b*b/float64(m-1)
	if bottom <= 0 {
		return float64(n + m - 2)
	}
	return top / bottom
}

func sorted(xs []float64) []float64 { return slices.Sorted(slices.Values(xs)) }

func median(xs []float64) float64 {
	s := sorted(xs)
	n := len(s)
	if n == 0 {
		return math.NaN()
	}
	return (s[(n-1)/2] + s[n/2]) / 2
}

// SeriesOf makes one series for every metric of every target, over the nights
// that count, oldest first.
func SeriesOf(nights []Night) []Series {
	nights = slices.Clone(nights)
	slices.SortStableFunc(nights, func(a, b Night) int { return a.Started.Compare(b.Started) })
	type key struct {
		target string
		metric Metric
	}
	found := map[key]*Series{}
	var order []key
	for _, n := range nights {
		if n.Excluded || n.RerunOf != "" || !n.counts(false) {
			continue
		}
		for _, v := range n.Values {
			k := key{v.Target, v.Metric}
			if found[k] == nil {
				found[k] = &Series{Target: v.Target, Metric: v.Metric}
				order = append(order, k)
			}
			found[k].Points = append(found[k].Points, Point{Run: n.Run, At: n.Started, Value: v.Value})
		}
	}
	ms := Metrics()
	slices.SortStableFunc(order, func(a, b key) int {
		return cmp.Or(cmp.Compare(a.target, b.target), cmp.Compare(slices.Index(ms, a.metric), slices.Index(ms, b.metric)))
	})
	all := make([]Series, len(order))
	for i, k := range order {
		all[i] = *found[k]
	}
	return all
}
