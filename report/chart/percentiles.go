package chart

import (
	"fmt"
	"math"
	"slices"
	"strings"

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

func (ch Percentiles) Picture(l Layout) Picture {
	columns := min(l.Columns, max(1, len(ch.Panels)))
	grid := panels{l.Width, 330, columns, len(ch.Panels), 24}
	pic := grid.picture(ch.Title, ch.Desc)
	p := percentileAxes(ch.span())
	seen := map[string]bool{}
	for i, panel := range ch.Panels {
		a := area{Plot: p, part: grid.part(i), title: Legible(panel.Title, 60), caption: "share of requests that were at least this fast"}
		pic.Layers = append(pic.Layers, a.frame(true))
		for _, curve := range panel.Curves {
			if !seen[curve.Name] {
				seen[curve.Name] = true
				pic.Legend = append(pic.Legend, Entry{curve.Name, Series(curve.Series), curve.Series})
			}
			pic.Layers = append(pic.Layers, a.layer(fmt.Sprintf("series series-%d", curve.Series), panel.Title+", "+curve.Name+": "+curve.summary(), curve.draw, curve.tips))
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
	p := axes(x, decades(lo, hi, Time))
	p.X.Scale, p.Y.Scale = plot.LogScale{}, plot.LogScale{}
	return ranged(p, 1, rare, lo, hi)
}

func (cv Curve) path(v view) (line []vg.Point) {
	for _, pt := range cv.Points {
		line = append(line, v.at(min(pt.rarity(), v.plot.X.Max), max(pt.MS, v.plot.Y.Min)))
	}
	return line
}

func (cv Curve) tips(v view) []Tip {
	return tipsAt(cv.path(v), func(i int) string {
		pt := cv.Points[i]
		return fmt.Sprintf("%s: %s within %s ms", cv.Name, percentile(pt.rounded()), figure(pt.MS))
	})
}

// rounded is the quantile as precisely as a reader can use it.
func (p Point) rounded() float64 {
	digits := math.Pow(10, math.Ceil(math.Log10(p.rarity()))+1)
	return math.Round(p.Quantile*digits) / digits
}

// marked says whether the point bears a marker.
func (p Point) marked() bool {
	return slices.ContainsFunc(marked, func(q float64) bool { return math.Abs(p.Quantile-q) < 1e-9 })
}

func (cv Curve) draw(v view) {
	line, color := cv.path(v), Series(cv.Series)
	if len(line) > 1 {
		v.StrokeLines(draw.LineStyle{Color: color, Width: 2}, line)
	}
	for i, pt := range cv.Points {
		if pt.marked() {
			marker(&v.Canvas, line[i], color, cv.Series)
		}
	}
}

func (cv Curve) summary() string {
	var parts []string
	for _, pt := range cv.Points {
		if pt.marked() {
			parts = append(parts, fmt.Sprintf("%s %.3g ms", percentile(round(pt.Quantile)), pt.MS))
		}
	}
	if len(parts) == 0 {
		return "too few requests"
	}
	return strings.Join(parts, ", ")
}
