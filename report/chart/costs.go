package chart

import (
	"fmt"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Costs is a month's bill against requests per month, both on log axes.
type Costs struct {
	Title, Desc string
	Curves      []CostCurve
	Crossings   []Crossing
	Month       float64 // the requests per month that the bill is made for; 0: not stated
}

// A CostCurve is one target's bill.
type CostCurve struct {
	Name   string
	Series int
	Points []CostPoint
}

// A CostPoint is the bill at one number of requests per month.
type CostPoint struct{ Requests, USD float64 }

// A Crossing is where two curves cost the same. Its label is a number that a
// table explains.
type Crossing struct {
	Requests, USD float64
	Label         string
}

// Picture lays the chart out.
func (ch Costs) Picture(l Layout) Picture {
	pic := Picture{Title: ch.Title, Desc: ch.Desc, Width: l.Width, Height: 380}
	p := ch.axes()
	around := setting{unit: "US dollars per month", caption: "requests per month"}
	data := func(c draw.Canvas) draw.Canvas { return around.data(p, c) }
	pic.Layers = append(pic.Layers, Layer{Class: "frame", Draw: func(c draw.Canvas) {
		around.draw(p, c, true)
	}})
	if ch.Month >= p.X.Min && ch.Month <= p.X.Max {
		pic.Layers = append(pic.Layers, Layer{Class: "month", Draw: func(c draw.Canvas) { ch.month(p, data(c)) }})
	}
	for _, curve := range ch.Curves {
		pic.Legend = append(pic.Legend, Entry{curve.Name, Series(curve.Series), curve.Series})
		pic.Layers = append(pic.Layers, Layer{
			Class: fmt.Sprintf("series series-%d", curve.Series), Tip: curve.Name,
			Draw: func(c draw.Canvas) { curve.draw(p, data(c)) },
			Tips: func(c draw.Canvas) []Tip { return curve.tips(p, data(c)) },
		})
	}
	if len(ch.Crossings) > 0 {
		pic.Layers = append(pic.Layers, Layer{
			Class: "crossings", Draw: func(c draw.Canvas) { ch.crossings(p, data(c)) },
			Tips: func(c draw.Canvas) []Tip { return ch.tips(p, data(c)) },
		})
	}
	return pic
}

func (ch Costs) axes() *plot.Plot {
	x0, x1, y0, y1 := math.Inf(1), 0.0, math.Inf(1), 0.0
	for _, cv := range ch.Curves {
		for _, pt := range cv.Points {
			x0, x1 = min(x0, pt.Requests), max(x1, pt.Requests)
			if pt.USD >= 0.01 {
				y0, y1 = min(y0, pt.USD), max(y1, pt.USD)
			}
		}
	}
	if x1 <= x0 || x0 <= 0 {
		x0, x1 = 1e4, 1e9
	}
	if y1 == 0 {
		y0, y1 = 0.01, 1
	}
	y0, y1 = logRange(y0, y1)
	p := axes(decades(x0, x1, short), decades(y0, y1, dollars))
	p.X.Scale, p.Y.Scale = plot.LogScale{}, plot.LogScale{}
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = x0, x1, y0, y1
	return p
}

func (cv CostCurve) tips(p *plot.Plot, c draw.Canvas) []Tip {
	tx, ty := p.Transforms(&c)
	var at []vg.Point
	var shown []CostPoint
	for _, pt := range cv.Points {
		if pt.USD >= p.Y.Min {
			at, shown = append(at, vg.Point{X: tx(pt.Requests), Y: ty(pt.USD)}), append(shown, pt)
		}
	}
	return tipsAt(at, func(i int) string {
		return fmt.Sprintf("%s: %s at %s requests a month", cv.Name, cents(shown[i].USD), short(shown[i].Requests))
	})
}

func (cv CostCurve) draw(p *plot.Plot, c draw.Canvas) {
	tx, ty := p.Transforms(&c)
	var line []vg.Point
	for _, pt := range cv.Points {
		if pt.Requests > 0 && pt.USD > 0 {
			line = append(line, vg.Point{X: tx(pt.Requests), Y: ty(pt.USD)})
		}
	}
	if len(line) < 2 {
		return
	}
	color := Series(cv.Series)
	for _, piece := range c.ClipLinesY(line) {
		c.StrokeLines(draw.LineStyle{Color: color, Width: 2}, piece)
		marker(&c, piece[len(piece)-1], color, cv.Series)
		marker(&c, piece[0], color, cv.Series)
	}
}

// month marks the month that the bill is made for.
func (ch Costs) month(p *plot.Plot, c draw.Canvas) {
	tx, _ := p.Transforms(&c)
	x := tx(ch.Month)
	c.StrokeLine2(draw.LineStyle{Color: axisColor, Width: 1.5, Dashes: []vg.Length{4, 3}}, x, c.Min.Y, x, c.Max.Y)
	align, dx := left, vg.Length(5)
	if x > c.Center().X {
		align, dx = right, -5
	}
	c.FillText(words(textColor, textSize, align), vg.Point{X: x + dx, Y: c.Min.Y + 6}, "this bill: "+short(ch.Month))
}

// rings are where the crossings are drawn that lie on the chart.
func (ch Costs) rings(p *plot.Plot, c draw.Canvas) (rings []numbered, shown []Crossing) {
	tx, ty := p.Transforms(&c)
	for _, x := range ch.Crossings {
		if x.Requests < p.X.Min || x.Requests > p.X.Max || x.USD < p.Y.Min || x.USD > p.Y.Max {
			continue
		}
		rings, shown = append(rings, numbered{point: vg.Point{X: tx(x.Requests), Y: ty(x.USD)}, label: x.Label}), append(shown, x)
	}
	return placed(rings, c.Rectangle), shown
}

func (ch Costs) crossings(p *plot.Plot, c draw.Canvas) {
	rings, _ := ch.rings(p, c)
	drawRings(c, rings)
}

func (ch Costs) tips(p *plot.Plot, c draw.Canvas) (tips []Tip) {
	rings, shown := ch.rings(p, c)
	for i, r := range rings {
		tips = append(tips, Tip{box(r.at, ring, ring), fmt.Sprintf("%s: both cost %s at %s requests a month", r.label, cents(shown[i].USD), short(shown[i].Requests))})
	}
	return tips
}
