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

func (ch Costs) Picture(l Layout) Picture {
	pic := Picture{Title: ch.Title, Desc: ch.Desc, Width: l.Width, Height: 380}
	a := area{Plot: ch.axes(), unit: "US dollars per month", caption: "requests per month"}
	pic.Layers = append(pic.Layers, a.frame(true))
	if ch.Month >= a.X.Min && ch.Month <= a.X.Max {
		pic.Layers = append(pic.Layers, a.layer("month", "", func(v view) {
			v.marked(v.x(ch.Month), v.Max.Y, v.Min.Y+6, "this bill: "+Short(ch.Month), v.x(ch.Month) > v.Center().X)
		}, nil))
	}
	for _, curve := range ch.Curves {
		pic.Legend = append(pic.Legend, Entry{curve.Name, Series(curve.Series), curve.Series})
		pic.Layers = append(pic.Layers, a.layer(fmt.Sprintf("series series-%d", curve.Series), curve.Name, curve.draw, curve.tips))
	}
	if len(ch.Crossings) > 0 {
		pic.Layers = append(pic.Layers, a.layer("crossings", "", func(v view) {
			rings, _ := ch.rings(v)
			drawRings(v.Canvas, rings)
		}, ch.tips))
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
	p := axes(decades(x0, x1, Short), decades(y0, y1, dollars))
	p.X.Scale, p.Y.Scale = plot.LogScale{}, plot.LogScale{}
	return ranged(p, x0, x1, y0, y1)
}

func (cv CostCurve) tips(v view) []Tip {
	var at []vg.Point
	var shown []CostPoint
	for _, pt := range cv.Points {
		if pt.USD >= v.plot.Y.Min {
			at, shown = append(at, v.at(pt.Requests, pt.USD)), append(shown, pt)
		}
	}
	return tipsAt(at, func(i int) string {
		return fmt.Sprintf("%s: %s at %s requests a month", cv.Name, cents(shown[i].USD), Short(shown[i].Requests))
	})
}

func (cv CostCurve) draw(v view) {
	var line []vg.Point
	for _, pt := range cv.Points {
		if pt.Requests > 0 && pt.USD > 0 {
			line = append(line, v.at(pt.Requests, pt.USD))
		}
	}
	if len(line) < 2 {
		return
	}
	color := Series(cv.Series)
	for _, piece := range v.ClipLinesY(line) {
		v.StrokeLines(draw.LineStyle{Color: color, Width: 2}, piece)
		marker(&v.Canvas, piece[len(piece)-1], color, cv.Series)
		marker(&v.Canvas, piece[0], color, cv.Series)
	}
}

// rings are where the crossings are drawn that lie on the chart.
func (ch Costs) rings(v view) (rings []numbered, shown []Crossing) {
	for _, x := range ch.Crossings {
		if x.Requests < v.plot.X.Min || x.Requests > v.plot.X.Max || x.USD < v.plot.Y.Min || x.USD > v.plot.Y.Max {
			continue
		}
		rings, shown = append(rings, numbered{point: v.at(x.Requests, x.USD), label: x.Label}), append(shown, x)
	}
	return placed(rings, v.Rectangle), shown
}

func (ch Costs) tips(v view) (tips []Tip) {
	rings, shown := ch.rings(v)
	for i, r := range rings {
		tips = append(tips, Tip{box(r.at, ring, ring), fmt.Sprintf("%s: both cost %s at %s requests a month", r.label, cents(shown[i].USD), Short(shown[i].Requests))})
	}
	return tips
}
