package report

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"

	"tollgate/pricing"
	"tollgate/report/chart"
)

// A Costing is what the run's targets would cost at other numbers of requests
// per month, and where one becomes cheaper than another.
type Costing struct {
	Month     int64 // requests per month that the bills are made for
	Curves    []chart.CostCurve
	Crossings []pricing.Crossing
	Surface   *pricing.CostSurface // over the size of responses, too; nil: not known
}

// NewCosting reads cost curves, which are named as the targets are, over the
// range that matters: two decades around the month of the bills and a good way
// around every break-even point. Curves that cost nothing are left out.
func NewCosting(month int64, curves []pricing.Curve) *Costing {
	c := &Costing{Month: month}
	curves = slices.DeleteFunc(slices.Clone(curves), func(cv pricing.Curve) bool {
		return cv.At(pricing.MostRequests).Cmp(pricing.Money{}) <= 0
	})
	c.Crossings = significant(pricing.BreakEvens(curves, pricing.Quantity{}, pricing.MostRequests), curves)
	lo, hi := c.span()
	for _, cv := range curves {
		line := chart.CostCurve{Name: cv.Name}
		for _, n := range ladder(lo, hi, cv.Bends()) {
			line.Points = append(line.Points, chart.CostPoint{Requests: n.Float(), USD: cv.At(n).Float()})
		}
		c.Curves = append(c.Curves, line)
	}
	return c
}

// mostCrossings is how many break-even points a reader can take in.
const mostCrossings = 12

// significant sorts break-even points by requests. Of too many it keeps those at
// which the cheapest target of all changes.
func significant(all []pricing.Crossing, curves []pricing.Curve) []pricing.Crossing {
	slices.SortStableFunc(all, func(a, b pricing.Crossing) int { return a.Requests.Cmp(b.Requests) })
	if len(all) <= mostCrossings {
		return all
	}
	all = slices.CompactFunc(all, func(a, b pricing.Crossing) bool { return a.Requests.Cmp(b.Requests) == 0 })
	all = slices.DeleteFunc(all, func(x pricing.Crossing) bool {
		return slices.ContainsFunc(curves, func(c pricing.Curve) bool { return c.At(x.Requests).Cmp(x.Cost) < 0 })
	})
	return all[:min(len(all), mostCrossings)]
}

// span returns the powers of ten between which the curves are read.
func (c *Costing) span() (lo, hi int) {
	month := max(1, float64(c.Month))
	from, to := month/100, month*100
	for _, x := range c.Crossings {
		if n := x.Requests.Float(); n >= 1000 {
			from, to = min(from, n/3), max(to, n*3)
		}
	}
	most := int(math.Log10(pricing.MostRequests.Float()))
	lo = min(max(3, int(math.Floor(math.Log10(from)))), most-1)
	hi = max(lo+1, min(most, int(math.Ceil(math.Log10(to)))))
	return lo, hi
}

// rungs are the steps of a decade, near enough to even on a log axis and round.
var rungs = []int64{10, 12, 15, 18, 22, 27, 33, 39, 47, 56, 68, 82}

// ladder returns rising numbers of requests from 10^lo to 10^hi, with every bend of a curve.
func ladder(lo, hi int, bends []pricing.Quantity) []pricing.Quantity {
	power := func(e int) int64 { return int64(math.Pow10(e)) }
	first, last := pricing.Whole(power(lo)), pricing.Whole(power(hi))
	ns := []pricing.Quantity{last}
	for e := lo; e < hi; e++ {
		for _, r := range rungs {
			ns = append(ns, pricing.Ratio(power(e)*r, 10))
		}
	}
	for _, b := range bends {
		if b.Cmp(first) > 0 && b.Cmp(last) < 0 {
			ns = append(ns, b)
		}
	}
	slices.SortFunc(ns, pricing.Quantity.Cmp)
	return slices.CompactFunc(ns, func(a, b pricing.Quantity) bool { return a.Cmp(b) == 0 })
}

func costs(c *Costing, doors []Door) *chart.Costs {
	if c == nil {
		return nil
	}
	ch := &chart.Costs{
		Title: "Cost against requests per month",
		Desc:  "US dollars per month against requests per month, both on log axes; one curve for each target. Numbered rings are break-even points; the table beneath explains them.",
		Month: float64(c.Month),
	}
	for _, d := range doors {
		for _, cv := range c.Curves {
			if cv.Name == d.Name {
				cv.Series = d.Index
				ch.Curves = append(ch.Curves, cv)
			}
		}
	}
	for i, x := range c.Crossings {
		ch.Crossings = append(ch.Crossings, chart.Crossing{Requests: x.Requests.Float(), USD: x.Cost.Float(), Label: strconv.Itoa(i + 1)})
	}
	if len(ch.Curves) == 0 {
		return nil
	}
	return ch
}

func breakEven(x pricing.Crossing) string {
	return fmt.Sprintf("below %s requests a month %s is cheaper, above it %s", whole(x.Requests), x.Before, x.After)
}

// bills draws the bills side by side, a part for each dimension.
func bills(doors []Door) *chart.Bars {
	ch := &chart.Bars{
		Title: "Monthly bill",
		Desc:  "US dollars per month of each target, split by what is billed. The tables beneath have every line.",
		Axis:  "US dollars per month",
		Sign:  "$",
		Label: func(v float64) string { return "$" + chart.Separated(strconv.FormatFloat(v, 'f', 2, 64)) },
	}
	ch.Parts = billed(doors)
	for _, d := range doors {
		if !d.priced() {
			continue
		}
		values := map[string]float64{}
		for _, l := range d.Bill.Lines {
			values[l.Title] += l.Cost.Float()
		}
		bar := chart.Bar{Label: d.Name}
		for _, part := range ch.Parts {
			bar.Values = append(bar.Values, values[part])
		}
		if b := d.Bill.Bounds; b != nil {
			low, high := b.Low.Float(), b.High.Float()
			bar.Low, bar.High = &low, &high
		}
		ch.Rows = append(ch.Rows, bar)
	}
	if len(ch.Rows) == 0 {
		return nil
	}
	return ch
}

// billed are the titles of all lines, those of a single door first, so that
// what makes the difference stands at the left and what all share at the right.
func billed(doors []Door) []string {
	var titles []string
	in := map[string]int{}
	for _, d := range doors {
		if !d.priced() {
			continue
		}
		for _, l := range d.Bill.Lines {
			if in[l.Title] == 0 {
				titles = append(titles, l.Title)
			}
			in[l.Title]++
		}
	}
	slices.SortStableFunc(titles, func(a, b string) int { return cmp.Compare(in[a], in[b]) })
	return titles
}
