package chart

import (
	"fmt"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
)

// Heat is where latencies lay over time: a column is a stretch of time, a row a
// range of latency, and the stronger a cell's color, the more of its column's requests
// are in it. Averages and percentiles hide two humps; this does not.
type Heat struct {
	Title, Desc string
	Edges       []float64 // of the rows, in milliseconds, rising; one more than rows
	Panels      []HeatPanel
}

type HeatPanel struct {
	Title   string
	Columns []HeatColumn
}

// A HeatColumn is a stretch of a target's own time, in seconds, with the share
// of its requests in each row.
type HeatColumn struct {
	From, To float64
	Shares   []float64
}

// shades are where one shade of a heat map ends and the next begins: each is
// about three times the share of the one before.
var shades = []struct {
	from  float64
	label string
}{{0, "below 1%"}, {0.01, "1% to 3%"}, {0.03, "3% to 10%"}, {0.1, "10% to 30%"}, {0.3, "30% and more"}}

func shade(share float64) int {
	k := 0
	for i, s := range shades {
		if share >= s.from {
			k = i
		}
	}
	return k
}

func (ch Heat) Picture(l Layout) Picture {
	grid := panels{l.Width, 220, min(l.Columns, max(1, len(ch.Panels))), len(ch.Panels), 22}
	pic := grid.picture(ch.Title, ch.Desc)
	p := ch.axes()
	for k, s := range shades {
		pic.Legend = append(pic.Legend, Entry{s.label, Shade(k), square})
	}
	for i, panel := range ch.Panels {
		a := area{Plot: p, part: grid.part(i), title: Legible(panel.Title, 44)}
		pic.Layers = append(pic.Layers, a.frame(false))
		for k := range shades {
			tips := func(v view) []Tip { return ch.tips(panel, v) }
			if k < len(shades)-1 {
				tips = nil
			}
			pic.Layers = append(pic.Layers, a.layer("heat", panel.Title+": "+shades[k].label+" of the requests of that time", func(v view) { ch.draw(panel, k, v) }, tips))
		}
	}
	return pic
}

func (ch Heat) axes() *plot.Plot {
	end := 1.0
	for _, panel := range ch.Panels {
		for _, c := range panel.Columns {
			end = max(end, c.To)
		}
	}
	lo, hi := 1.0, 10.0
	if n := len(ch.Edges); n > 1 {
		lo, hi = ch.Edges[0], ch.Edges[n-1]
	}
	p := axes(clock(end, 6), decades(lo, hi, Time))
	p.Y.Scale = plot.LogScale{}
	return ranged(p, 0, end, lo, hi)
}

// draw fills the cells of one shade; those above each other become one.
func (ch Heat) draw(panel HeatPanel, k int, v view) {
	var cells []vg.Rectangle
	for _, column := range panel.Columns {
		x0, x1 := v.x(column.From), v.x(column.To)
		runs(len(column.Shares), func(i int) bool { return column.Shares[i] > 0 && shade(column.Shares[i]) == k }, func(from, to int) {
			cells = append(cells, rectangle(x0, spaced(x0, x1, 5), v.y(ch.Edges[from]), v.y(ch.Edges[to])))
		})
	}
	fill(v.Canvas, Shade(k), cells...)
}

func (ch Heat) tips(panel HeatPanel, v view) (tips []Tip) {
	label := span(v.plot.X.Max)
	for _, column := range panel.Columns {
		middle, top, sum := -1, -1, 0.0
		for row, share := range column.Shares {
			sum += share
			if share > 0 {
				top = row
			}
			if middle < 0 && sum >= 0.5 {
				middle = row
			}
		}
		if middle < 0 {
			continue
		}
		tips = append(tips, Tip{v.column(v.x(column.From), v.x(column.To)), fmt.Sprintf("%s, %s to %s: median %s to %s ms, slowest %s to %s ms", panel.Title,
			label(round3(column.From)), label(round3(column.To)), figure(ch.Edges[middle]), figure(ch.Edges[middle+1]), figure(ch.Edges[top]), figure(ch.Edges[top+1]))})
	}
	return tips
}
