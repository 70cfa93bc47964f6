package chart

import (
	"fmt"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Percentiles is latency by percentile: the further to the right, the rarer.
type Percentiles struct {
	Title, Desc string
	Panels      []PercentilePanel // one for each clock; they share their axes
}

// A PercentilePanel holds the curves of one clock.
type PercentilePanel struct {
	Title  string
	Curves []Curve
}

// A Curve is one series' quantiles in rising order, as far as its sample carries.
type Curve struct {
	Name   string
	Series int // chooses color and marker
	Points []Point
}

// A Point is one quantile, in milliseconds.
type Point struct{ Quantile, MS float64 }

// rarity is 1/(1−q): one request in so many is slower.
func (p Point) rarity() float64 { return 1 / (1 - p.Quantile) }

// marked are the quantiles that bear a label on the axis and a marker.
var marked = []float64{0.5, 0.9, 0.99, 0.999, 0.9999, 0.99999, 0.999999}

// Picture lays the chart out.
func (ch Percentiles) Picture(l Layout) Picture {
	lo, hi, rare := ch.span()
	columns := min(l.Columns, max(1, len(ch.Panels)))
	grid := panels{l.Width, 330, columns, len(ch.Panels), 24}
	pic := grid.picture(ch.Title, ch.Desc)
	p := percentileAxes(lo, hi, rare)
	seen := map[string]bool{}
	for i, panel := range ch.Panels {
		area := grid.area(i)
		around := setting{title: Legible(panel.Title, 60), caption: "share of requests that were at least this fast"}
		pic.Layers = append(pic.Layers, Layer{Class: "frame", Draw: func(c draw.Canvas) {
			around.draw(p, area(c), true)
		}})
		for _, curve := range panel.Curves {
			if !seen[curve.Name] {
				seen[curve.Name] = true
				pic.Legend = append(pic.Legend, Entry{curve.Name, Series(curve.Series), curve.Series})
			}
			pic.Layers = append(pic.Layers, Layer{
				Class: fmt.Sprintf("series series-%d", curve.Series),
				Tip:   panel.Title + ", " + curve.Name + ": " + curve.summary(),
				Draw:  func(c draw.Canvas) { curve.draw(p, around.data(p, area(c))) },
				Tips:  func(c draw.Canvas) []Tip { return curve.tips(p, around.data(p, area(c))) },
			})
		}
	}
	return pic
}

func (ch Percentiles) span() (lo, hi, rare float64) {
	lo, hi, rare = math.Inf(1), 0, 100
	for _, panel := range ch.Panels {
		for _, c := range panel.Curves {
			for _, pt := range c.Points {
				if pt.MS > 0 {
					lo, hi = min(lo, pt.MS), max(hi, pt.MS)
				}
				rare = max(rare, pt.rarity())
			}
		}
	}
	if hi == 0 {
		lo, hi = 1, 10
	}
	lo, hi = logRange(lo, hi)
	return lo, hi, rare
}

func percentileAxes(lo, hi, rare float64) *plot.Plot {
	var x plot.ConstantTicks
	for _, q := range marked {
		if at := (Point{Quantile: q}).rarity(); at <= rare*(1+1e-9) {
			x = append(x, plot.Tick{Value: at, Label: percentile(q)})
		}
	}
	p := axes(x, decades(lo, hi, ms))
	p.X.Scale, p.Y.Scale = plot.LogScale{}, plot.LogScale{}
	p.X.Min, p.X.Max = 1, rare
	p.Y.Min, p.Y.Max = lo, hi
	return p
}

// path is where the curve's points lie.
func (cv Curve) path(p *plot.Plot, c draw.Canvas) (line []vg.Point) {
	tx, ty := p.Transforms(&c)
	for _, pt := range cv.Points {
		line = append(line, vg.Point{X: tx(min(pt.rarity(), p.X.Max)), Y: ty(max(pt.MS, p.Y.Min))})
	}
	return line
}

func (cv Curve) tips(p *plot.Plot, c draw.Canvas) []Tip {
	return tipsAt(cv.path(p, c), func(i int) string {
		pt := cv.Points[i]
		return fmt.Sprintf("%s: %s within %s ms", cv.Name, percentile(pt.rounded()), figure(pt.MS))
	})
}

// rounded is the quantile as precisely as a reader can use it.
func (p Point) rounded() float64 {
	digits := math.Pow(10, math.Ceil(math.Log10(p.rarity()))+1)
	return math.Round(p.Quantile*digits) / digits
}

func (cv Curve) draw(p *plot.Plot, c draw.Canvas) {
	line := cv.path(p, c)
	var marks []vg.Point
	for i, pt := range cv.Points {
		for _, q := range marked {
			if math.Abs(pt.Quantile-q) < 1e-9 {
				marks = append(marks, line[i])
			}
		}
	}
	color := Series(cv.Series)
	if len(line) > 1 {
		c.StrokeLines(draw.LineStyle{Color: color, Width: 2}, line)
	}
	for _, m := range marks {
		marker(&c, m, color, cv.Series)
	}
}

// summary reads the curve out.
func (cv Curve) summary() string {
	s := ""
	for _, pt := range cv.Points {
		for _, q := range marked {
			if math.Abs(pt.Quantile-q) < 1e-9 {
				s += fmt.Sprintf("%s %.3g ms, ", percentile(q), pt.MS)
			}
		}
	}
	if s == "" {
		return "too few requests"
	}
	return s[:len(s)-2]
}
