package chart

import (
	"fmt"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
)

// Histogram is how often values occurred, sort by sort: cold starts and warm
// requests, hits and misses. The sorts stand below each other over one log axis,
// and each counts on an axis of its own, as one may be a hundred times rarer.
type Histogram struct {
	Title, Desc string
	X, Y        string // titles of the axes, with units
	Panels      []HistogramPanel
}

type HistogramPanel struct {
	Title string
	Bins  []HistogramBin
	Marks []Event // values that have a name, such as the median
}

// A HistogramBin is how many values lay in a range.
type HistogramBin struct{ From, To, Count float64 }

func (b HistogramBin) sane() bool {
	return b.From > nearest && b.From < b.To && b.To <= farthest && b.Count >= 0 && b.Count <= farthest
}

func (ch Histogram) Picture(l Layout) Picture {
	grid := panels{l.Width, 170, 1, len(ch.Panels), 14}
	pic := grid.picture(ch.Title, ch.Desc)
	lo, hi := ch.span()
	plots := make([]*plot.Plot, len(ch.Panels))
	for i, panel := range ch.Panels {
		plots[i] = panel.axes(lo, hi, l)
	}
	align(plots...)
	for i, panel := range ch.Panels {
		pic.Legend = append(pic.Legend, Entry{panel.Title, Series(i), square})
		labels := placeLabels(panel.Marks, plots[i], l.Width)
		a := area{Plot: plots[i], part: grid.part(i), unit: Legible(panel.Title+", "+ch.Y, 25+15*l.Columns), above: labels.height()}
		if i == len(ch.Panels)-1 {
			a.caption = Legible(ch.X, 25+15*l.Columns)
		}
		pic.Layers = append(pic.Layers, a.frame(false),
			a.layer("bars", panel.Title, func(v view) {
				labels.shade(v)
				panel.draw(Series(i), v)
			}, func(v view) []Tip { return panel.tips(ch.X, ch.Y, v) }),
			a.layer("event", "", labels.draw, labels.tips))
	}
	return pic
}

func (ch Histogram) span() (lo, hi float64) {
	lo, hi = math.Inf(1), 0
	for _, panel := range ch.Panels {
		for _, b := range panel.Bins {
			if b.sane() {
				lo, hi = min(lo, b.From), max(hi, b.To)
			}
		}
	}
	if hi == 0 {
		return 1, 10
	}
	return logRange(lo, hi)
}

func (t HistogramPanel) axes(lo, hi float64, l Layout) *plot.Plot {
	top := 0.0
	for _, b := range t.Bins {
		if b.sane() {
			top = max(top, b.Count)
		}
	}
	y := scaleOf(0, max(top, 1), 3)
	x := decades(lo, hi, Short)
	if l.Columns == 1 && len(x) > 8 {
		x = everySecond(x)
	}
	p := axes(x, y.ticks)
	p.X.Scale = plot.LogScale{}
	return ranged(p, lo, hi, y.lo, y.hi)
}

// everySecond leaves out labels that a phone has no room for.
func everySecond(ts plot.ConstantTicks) (few plot.ConstantTicks) {
	for i := 0; i < len(ts); i += 2 {
		few = append(few, ts[i])
	}
	return few
}

func (t HistogramPanel) draw(color Color, v view) {
	var bars []vg.Rectangle
	for _, b := range t.Bins {
		if b.sane() && b.Count > 0 {
			x0, x1 := v.x(b.From), v.x(b.To)
			bars = append(bars, rectangle(x0, spaced(x0, x1, 3), v.Min.Y, max(v.y(b.Count), v.Min.Y+1.5))) // a single one among thousands is still seen
		}
	}
	fill(v.Canvas, color, bars...)
}

func (t HistogramPanel) tips(x, y string, v view) (tips []Tip) {
	for _, b := range t.Bins {
		if b.sane() && b.Count > 0 {
			tips = append(tips, Tip{v.column(v.x(b.From), v.x(b.To)), fmt.Sprintf("%s: %s between %s and %s", t.Title, counted(b.Count, y), figure(b.From), counted(b.To, x))})
		}
	}
	return tips[:min(len(tips), mostTips)]
}
