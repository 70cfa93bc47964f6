package chart

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Lines are series over a common axis: a saturation curve, a token bucket over
// what was throttled, a trend. A series whose points do not go from left to
// right is a cloud of dots.
type Lines struct {
	Title, Desc string
	X, Y        string // titles of the axes, with units
	Series      []Line
	Events      []Event
}

// A Line is one series.
type Line struct {
	Name   string
	Series int // chooses ink and marker
	Points [][2]float64
	Step   bool // the value holds until the next point
}

// An Event is a moment on the axis that something changed at.
type Event struct {
	At    float64
	Label string
}

// farthest is beyond what any axis of ours counts; points out there are left
// out, and so are those that are no numbers.
const farthest = 1e15

func (ln Line) sane() Line {
	ln.Points = slices.DeleteFunc(slices.Clone(ln.Points), func(pt [2]float64) bool {
		return !(math.Abs(pt[0]) <= farthest && math.Abs(pt[1]) <= farthest)
	})
	return ln
}

// Picture lays the chart out.
func (ch Lines) Picture(l Layout) Picture {
	ch.Series = slices.Clone(ch.Series)
	for i := range ch.Series {
		ch.Series[i] = ch.Series[i].sane()
	}
	pic := Picture{Title: ch.Title, Desc: ch.Desc, Width: l.Width, Height: 300}
	p := ch.axes(l)
	around := setting{unit: Legible(ch.Y, 25+15*l.Columns), caption: Legible(ch.X, 25+15*l.Columns)}
	data := func(c draw.Canvas) draw.Canvas { return around.data(p, c) }
	pic.Layers = append(pic.Layers, Layer{Class: "frame", Draw: func(c draw.Canvas) { around.draw(p, c, false) }})
	for _, e := range ch.Events {
		pic.Layers = append(pic.Layers, Layer{Class: "event", Tip: e.Label, Draw: func(c draw.Canvas) { e.draw(p, data(c)) }})
	}
	for _, line := range ch.Series {
		pic.Legend = append(pic.Legend, Entry{line.Name, Series(line.Series), line.Series})
		pic.Layers = append(pic.Layers, Layer{
			Class: fmt.Sprintf("series series-%d", line.Series), Tip: line.Name,
			Draw: func(c draw.Canvas) { line.draw(p, data(c)) },
		})
	}
	return pic
}

func (ch Lines) axes(l Layout) *plot.Plot {
	x0, x1, y0, y1 := math.Inf(1), math.Inf(-1), math.Inf(1), math.Inf(-1)
	for _, line := range ch.Series {
		for _, pt := range line.Points {
			x0, x1 = min(x0, pt[0]), max(x1, pt[0])
			y0, y1 = min(y0, pt[1]), max(y1, pt[1])
		}
	}
	if x1 < x0 {
		x0, x1, y0, y1 = 0, 1, 0, 1
	}
	x, y := scaleOf(x0, x1, 3+2*l.Columns), scaleOf(y0, y1, 4)
	p := axes(x.ticks, y.ticks)
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = x.lo, x.hi, y.lo, y.hi
	if x.log {
		p.X.Scale = plot.LogScale{}
	}
	if y.log {
		p.Y.Scale = plot.LogScale{}
	}
	return p
}

// A scale is an axis' range and ticks.
type scale struct {
	lo, hi float64
	log    bool
	ticks  plot.ConstantTicks
}

// scaleOf chooses an axis for values between lo and hi: a log axis where they
// span two decades or more, else one from zero, or from near lo if zero is far.
func scaleOf(lo, hi float64, n int) scale {
	if lo > 0 && hi/lo >= 100 {
		lo, hi = logRange(lo, hi)
		return scale{lo, hi, true, decades(lo, hi, short)}
	}
	if lo > 0 && lo < 0.7*hi || lo == hi && lo > 0 {
		lo = 0
	}
	step := niceStep((hi - lo) / float64(n))
	if hi == lo {
		step, hi = 1, lo+1
	}
	s := scale{lo: round(math.Floor(lo/step+1e-9) * step), hi: round(math.Ceil(hi/step-1e-9) * step)}
	for i := range 4*n + 4 {
		v := round(s.lo + float64(i)*step)
		if v > s.hi+step/2 {
			break
		}
		label := short(math.Abs(v))
		if v < 0 {
			label = "−" + label
		}
		s.ticks = append(s.ticks, plot.Tick{Value: v, Label: label})
	}
	return s
}

func (ln Line) draw(p *plot.Plot, c draw.Canvas) {
	tx, ty := p.Transforms(&c)
	ink := Series(ln.Series)
	onward := slices.IsSortedFunc(ln.Points, func(a, b [2]float64) int {
		if a[0] < b[0] {
			return -1
		}
		return 1
	})
	var path []vg.Point
	for i, pt := range ln.Points {
		at := vg.Point{X: tenth(tx(max(pt[0], p.X.Min))), Y: tenth(ty(max(pt[1], p.Y.Min)))}
		if ln.Step && i > 0 {
			path = append(path, vg.Point{X: at.X, Y: path[len(path)-1].Y})
		}
		path = append(path, at)
	}
	few := len(ln.Points) <= 40
	if onward && len(path) > 1 {
		c.StrokeLines(draw.LineStyle{Color: ink.Color, Width: 2}, path)
	}
	if !onward || few && !ln.Step || len(path) == 1 {
		for _, at := range path {
			marker(&c, at, ink, ln.Series)
		}
	}
}

func (e Event) draw(p *plot.Plot, c draw.Canvas) {
	if e.At < p.X.Min || e.At > p.X.Max {
		return
	}
	tx, _ := p.Transforms(&c)
	x := tx(e.At)
	c.StrokeLine2(draw.LineStyle{Color: axisInk.Color, Width: 1.5, Dashes: []vg.Length{4, 3}}, x, c.Min.Y, x, c.Max.Y)
	align, dx := left, vg.Length(5)
	if x > c.Center().X {
		align, dx = right, -5
	}
	c.FillText(words(textInk, textSize, align), vg.Point{X: x + dx, Y: c.Max.Y - 12}, Legible(e.Label, 30))
}
