package compare

import (
	"cmp"
	"math"
	"slices"
	"time"
)

// A Series is one metric of one target, run by run, oldest first.
type Series struct {
	Target string
	Metric Metric
	Points []Point
}

// A Point is one run of a series.
type Point struct {
	Run   string
	At    time.Time
	Value float64
}

// A ChangePoint is where a series changed its level for good.
type ChangePoint struct {
	Target string    `json:"target"`
	Metric Metric    `json:"metric"`
	Unit   string    `json:"unit"`
	Index  int       `json:"index"` // of the first point at the new level
	Run    string    `json:"run"`
	Date   time.Time `json:"date"`
	Before float64   `json:"before"` // level, since the change point before this one
	After  float64   `json:"after"`  // until the next
	Scale  Scale     `json:"scale"`  // of size, low and high
	Size   float64   `json:"size"`   // after ÷ before, or after − before of a share
	Low    float64   `json:"low"`    // 95 %
	High   float64   `json:"high"`
	P      float64   `json:"p"` // of a change as large if there were none
}

const (
	changeLevel = 0.01 // of the permutation test
	mostPoints  = 730  // older ones are left out
	sizeLevel   = 0.05
)

// ChangePoints finds where a series changed its level for good: the date, the
// size and its interval. It needs runs after the change: it reports changes, and
// never decides on the latest run.
func ChangePoints(s Series) (found []ChangePoint) {
	t, ok := traitOf(s.Metric)
	if !ok {
		return nil
	}
	first := max(0, len(s.Points)-mostPoints)
	var zs []float64
	var at []int // their indices; points without a logarithm are left out
	for i, p := range s.Points[first:] {
		if z := t.scaled(p.Value); !math.IsNaN(z) && !math.IsInf(z, 0) {
			zs, at = append(zs, z), append(at, first+i)
		}
	}
	cuts := t.merge(zs, changes(zs, changeLevel))
	for i := range cuts {
		before, after := around(zs, cuts, i)
		c := t.changePoint(before, after)
		c.Target, c.Index = s.Target, at[cuts[i]]
		c.Run, c.Date = s.Points[c.Index].Run, s.Points[c.Index].At
		found = append(found, c)
	}
	return found
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

// merge drops the cuts at which the level changes too little to matter, the
// smallest first, since the stretches around it become one.
func (t trait) merge(zs []float64, cuts []int) []int {
	least := t.effect
	if t.scale == Ratio {
		least = math.Log1p(least)
	}
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

// changePoint describes the change between two stretches, with Welch's interval of its size.
func (t trait) changePoint(before, after []float64) ChangePoint {
	a, b := locate(slices.Sorted(slices.Values(before)), nil, 0), locate(slices.Sorted(slices.Values(after)), nil, 0)
	se := math.Hypot(a.se, b.se)
	freedom := float64(len(before) + len(after) - 2)
	if bottom := math.Pow(a.se, 4)/float64(len(before)-1) + math.Pow(b.se, 4)/float64(len(after)-1); bottom > 0 {
		freedom = math.Pow(se, 4) / bottom
	}
	e := student(b.mean-a.mean, se, freedom, sizeLevel)
	return ChangePoint{
		Metric: t.metric, Unit: t.unit, Before: t.unscaled(a.mean), After: t.unscaled(b.mean), Scale: t.scale,
		Size: t.unscaled(e.at), Low: t.unscaled(e.low), High: t.unscaled(e.high), P: e.p,
	}
}

// SeriesOf returns a series for each metric of each target, over the runs that count, oldest first.
func SeriesOf(runs []RunValues) []Series {
	runs = slices.Clone(runs)
	slices.SortStableFunc(runs, func(a, b RunValues) int { return a.Started.Compare(b.Started) })
	var all []Series
	for _, n := range runs {
		if n.Excluded || n.RerunOf != "" || !n.counts() {
			continue
		}
		for _, v := range n.Values {
			i := slices.IndexFunc(all, func(s Series) bool { return s.Target == v.Target && s.Metric == v.Metric })
			if i < 0 {
				i, all = len(all), append(all, Series{Target: v.Target, Metric: v.Metric})
			}
			all[i].Points = append(all[i].Points, Point{Run: n.Run, At: n.Started, Value: v.Value})
		}
	}
	ms := Metrics()
	slices.SortStableFunc(all, func(a, b Series) int {
		return cmp.Or(cmp.Compare(a.Target, b.Target), cmp.Compare(slices.Index(ms, a.Metric), slices.Index(ms, b.Metric)))
	})
	return all
}
