package chart

import (
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Waterfall is a sum in parts: each part begins where the one before it ends, and
// the last bar is the sum.
type Waterfall struct {
	Title, Desc string
	Axis        string // what the axis counts
	Parts       []WaterfallPart
	Label       func(float64) string // prints a value
}

// A WaterfallPart is one part, or the total, which begins at zero. Low and High
// are the part's interval; nil: none. An interval that goes below zero is cut there.
type WaterfallPart struct {
	Name      string
	Value     float64
	Low, High *float64
	Total     bool
}

// begins are where the parts begin.
func (ch Waterfall) begins() []float64 {
	at, sum := make([]float64, len(ch.Parts)), 0.0
	for i, part := range ch.Parts {
		if !part.Total {
			at[i] = sum
			sum += part.Value
		}
	}
	return at
}

// Picture lays the chart out: like bars, each part has its words above it.
func (ch Waterfall) Picture(l Layout) Picture {
	pic := Picture{Title: ch.Title, Desc: ch.Desc, Width: l.Width, Height: barRow*vg.Length(len(ch.Parts)) + 42}
	begins := ch.begins()
	a := rowed(ch.axes(begins, l), Legible(ch.Axis, 60), -18)
	pic.Layers = append(pic.Layers, a.frame(true))
	for i, part := range ch.Parts {
		text := ch.Label(part.Value)
		if part.Low != nil && part.High != nil {
			text += " (" + ch.Label(*part.Low) + " to " + ch.Label(*part.High) + ")"
		}
		y := pic.Height - barRow*vg.Length(i+1) + 6
		pic.Layers = append(pic.Layers, Layer{Class: "part", Tip: part.Name + ": " + text, Draw: func(c draw.Canvas) {
			heads(c, y+barThick+4, Legible(part.Name, 34), text)
			v := a.view(c)
			part.draw(begins[i], y, v)
			if i+1 < len(ch.Parts) {
				ch.thread(begins[i]+part.Value, i+1, y, v)
			}
		}})
	}
	return pic
}

func (ch Waterfall) axes(begins []float64, l Layout) *plot.Plot {
	lo, hi := 0.0, 0.0
	reach := func(v float64) {
		if math.Abs(v) <= farthest {
			lo, hi = min(lo, v), max(hi, v)
		}
	}
	for i, part := range ch.Parts {
		reach(begins[i] + part.Value)
		if part.High != nil {
			reach(begins[i] + *part.High)
		}
	}
	x := scaleOf(lo, max(hi, 1e-6), 2+2*l.Columns)
	if lo == 0 && x.log { // a bar begins at zero
		x = scaleOf(0, hi, 2+2*l.Columns)
	}
	return ranged(axes(x.ticks, plot.ConstantTicks{}), x.lo, x.hi, 0, 1)
}

// thread leads from the end of a part's bar down to the next one, as far as no
// words are in its way.
func (ch Waterfall) thread(at float64, next int, y vg.Length, v view) {
	x, down := v.within(at), barRow-barThick
	name := words(textColor, textSize, left, bold).Width(Legible(ch.Parts[next].Name, 34))
	if x < v.Min.X+name+8 || x > v.Max.X-0.4*(v.Max.X-v.Min.X) {
		down = 8
	}
	v.StrokeLine2(draw.LineStyle{Color: axisColor, Width: 1, Dashes: []vg.Length{2, 2}}, x, y, x, y-down)
}

// draw draws the part's bar. A negative part goes back, in another color.
func (part WaterfallPart) draw(from float64, y vg.Length, v view) {
	color := Part(0)
	switch {
	case part.Total:
		color = axisColor
	case part.Value < 0:
		color = Part(1)
	}
	x0, x1 := v.within(from), v.within(from+part.Value)
	if part.Value != 0 && math.Abs(float64(x1-x0)) < 1 {
		x1 = x0 + 1 // so short that it is hardly seen, but it is there
	}
	fill(v.Canvas, color, rectangle(x0, x1, y, y+barThick))
	if part.Low != nil && part.High != nil {
		whiskers(&v.Canvas, v.within(from+*part.Low), v.within(from+*part.High), y+barThick/2)
	}
}
