package report

import (
	"math"
	"slices"
	"strings"

	"tollgate/results"
	"tollgate/results/compare"
)

// A Glance is the comparison of the first screen: a row for each target, and of each figure
// a bar on a scale that all targets share.
type Glance struct {
	Rows  []GlanceRow
	Close string // the figures of which no target is best: "p50 and p99"
	Note  string // what the marks do not say
}

// A GlanceRow is one target.
type GlanceRow struct {
	Index int
	Name  string
	Cells []GlanceCell // p50, p99, and the month where any target has a bill
}

// A GlanceCell is one figure.
type GlanceCell struct {
	Text  string
	Share int // of the bar, in percent
	Best  bool
}

// GlanceHeads are the heads of the columns of figures.
func (p *page) GlanceHeads() []string {
	heads := []string{"p50", "p99"}
	if slices.ContainsFunc(p.Doors, Door.priced) {
		heads = append(heads, "a month")
	}
	return heads
}

// Glance ranks as the answer does, in figures: nothing is best where the measurement is
// invalid, where targets are too close, or where the comparison over blocks finds nothing.
func (p *page) Glance() *Glance {
	if !p.Measured() {
		return nil
	}
	quantile := func(of func(results.Percentiles) *float64) func(Door) (float64, bool) {
		return func(d Door) (float64, bool) {
			if v := of(d.response()); v != nil {
				return *v, true
			}
			return 0, false
		}
	}
	columns := []struct {
		value  func(Door) (float64, bool)
		text   func(Door) string
		metric compare.Metric // "": money, which is exact
	}{
		{quantile(func(x results.Percentiles) *float64 { return x.P50 }), func(d Door) string { return inMS(d.response().P50) }, compare.P50},
		{quantile(func(x results.Percentiles) *float64 { return x.P99 }), func(d Door) string { return inMS(d.response().P99) }, compare.P99},
		{func(d Door) (float64, bool) {
			if !d.priced() {
				return 0, false
			}
			return d.Bill.Month.Float(), true
		}, Door.month, ""},
	}[:len(p.GlanceHeads())]
	g := &Glance{}
	for _, d := range p.Doors {
		g.Rows = append(g.Rows, GlanceRow{Index: d.Index, Name: d.Name})
	}
	var undecided []string
	for i, column := range columns {
		most := 0.0
		for _, d := range p.Doors {
			if v, ok := column.value(d); ok {
				most = max(most, v)
			}
		}
		best, close := p.leaders(column.metric, rank(p.Doors, column.value))
		if close {
			undecided, best = append(undecided, p.GlanceHeads()[i]), nil
		}
		for i, d := range p.Doors {
			cell := GlanceCell{Text: column.text(d)}
			if v, ok := column.value(d); ok && most > 0 {
				cell.Share = max(1, int(math.Round(100*v/most)))
			}
			cell.Best = slices.Contains(best, d.Name) && 2*d.Failed <= d.Requests // one that fails most of them serves none best
			g.Rows[i].Cells = append(g.Rows[i].Cells, cell)
		}
	}
	g.Close = strings.Join(undecided, " and ")
	switch {
	case p.Verdict == results.Invalid:
		g.Note = "The measurement is invalid: no target is marked."
	case len(p.Doors) > 1:
		g.Note = "Bars of a column share one scale. Several are best where one run does not rank them."
	}
	return g
}

// leaders are the best of a ranking, and those that one run does not distinguish from it.
func (r *Report) leaders(metric compare.Metric, rs []ranked) (names []string, close bool) {
	if len(rs) < 2 || r.Verdict == results.Invalid {
		return nil, false
	}
	first, last := rs[0], rs[len(rs)-1]
	if metric == "" {
		for _, x := range rs {
			if dollars(x.door.Bill.Month) == dollars(first.door.Bill.Month) {
				names = append(names, x.door.Name)
			}
		}
		return names, len(names) == len(rs)
	}
	faster, tested := distinguishes(r.Comparison, metric, first.door.Name, last.door.Name)
	if tested && !faster || last.value <= first.value*(1+level) && !tested {
		return nil, true
	}
	return r.unranked(metric, rs), false
}

// unranked are the first of a ranking, and those that one run does not distinguish from it.
func (r *Report) unranked(metric compare.Metric, rs []ranked) (names []string) {
	first := rs[0]
	for _, x := range rs {
		slower, known := distinguishes(r.Comparison, metric, first.door.Name, x.door.Name)
		if x.value <= first.value*(1+level) && !(known && slower) {
			names = append(names, x.door.Name)
		}
	}
	return names
}

func inMS(v *float64) string {
	if v == nil {
		return none
	}
	return millis(v) + "\u00a0ms"
}

// Why is the reason for the verdict on one line, and how many more there are.
func (p *page) Why() (g struct {
	First string
	More  int
},
) {
	for _, n := range p.Notices {
		if n.Level != "bad" && n.Level != "warn" || len(n.Reasons) == 0 {
			continue
		}
		groups := p.groups(n.Reasons)
		g.First, g.More = groups[0].String(), len(groups)-1
		return g
	}
	return g
}
