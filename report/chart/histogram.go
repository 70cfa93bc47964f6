package chart

import (
	"fmt"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Histogram is how often values came, sort by sort: cold starts apart from warm
// ones, hits from misses. The sorts stand below each other over one log axis,
// and each counts on an axis of its own, as one may be a hundred times rarer.
type Histogram struct {
	Title, Desc string
	X, Y        string // titles of the axes, with units
	Panels      []HistogramPanel
}

// A HistogramPanel is one sort.
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

// Picture lays the chart out.
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
		p := plots[i]
		pic.Legend = append(pic.Legend, Entry{panel.Title, Series(i), square})
		labels := placeLabels(panel.Marks, p, l.Width)
		area, around := grid.area(i), setting{unit: Legible(panel.Title+", "+ch.Y, 25+15*l.Columns), above: labels.height()}
		if i == len(ch.Panels)-1 {
			around.caption = Legible(ch.X, 25+15*l.Columns)
		}
		data := func(c draw.Canvas) draw.Canvas { return around.data(p, area(c)) }
		pic.Layers = append(pic.Layers,
			Layer{Class: "frame", Draw: func(c draw.Canvas) { around.draw(p, area(c), false) }},
			Layer{
				Class: "bars", Tip: panel.Title,
				Draw: func(c draw.Canvas) {
					labels.shade(p, data(c))
					panel.draw(Series(i), p, data(c))
				},
				Tips: func(c draw.Canvas) []Tip { return panel.tips(ch.X, ch.Y, p, data(c)) },
			},
			Layer{
				Class: "event", Draw: func(c draw.Canvas) { labels.draw(p, data(c)) },
				Tips: func(c draw.Canvas) []Tip { return labels.tips(p, data(c)) },
			},
		)
	}
	return pic
}

// span is the range of the common axis.
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
	x := decades(lo, hi, short)
	if l.Columns == 1 && len(x) > 8 {
		x = everySecond(x)
	}
	p := axes(x, y.ticks)
	p.X.Scale = plot.LogScale{}
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = lo, hi, y.lo, y.hi
	return p
}

// everySecond leaves out labels that a phone has no room for.
func everySecond(ts plot.ConstantTicks) (few plot.ConstantTicks) {
	for i := 0; i < len(ts); i += 2 {
		few = append(few, ts[i])
	}
	return few
}

func (t HistogramPanel) draw(color Color, p *plot.Plot, c draw.Canvas) {
	tx, ty := p.Transforms(&c)
	var path vg.Path
	for _, b := range t.Bins {
		if !b.sane() || b.Count == 0 {
			continue
		}
		x0, x1, y := tenth(tx(b.From)), tenth(tx(b.To)), tenth(ty(b.Count))
		if x1-x0 > 3 {
			x1--
		}
		rectangle(&path, x0, x1, c.Min.Y, max(y, c.Min.Y+1.5)) // a single one among thousands is still seen
	}
	if path != nil {
		c.SetColor(color)
		c.Fill(path)
	}
}

func (t HistogramPanel) tips(x, y string, p *plot.Plot, c draw.Canvas) (tips []Tip) {
	tx, _ := p.Transforms(&c)
	for _, b := range t.Bins {
		if b.sane() && b.Count > 0 {
			tips = append(tips, Tip{columnOf(c, tx(b.From), tx(b.To)), fmt.Sprintf("%s: %s between %s and %s", t.Title, counted(b.Count, y), figure(b.From), counted(b.To, x))})
		}
	}
	return tips[:min(len(tips), mostTips)]
}

// rectangle adds one to a path.
func rectangle(path *vg.Path, x0, x1, y0, y1 vg.Length) {
	path.Move(vg.Point{X: x0, Y: y0})
	path.Line(vg.Point{X: x1, Y: y0})
	path.Line(vg.Point{X: x1, Y: y1})
	path.Line(vg.Point{X: x0, Y: y1})
	path.Close()
}
