package chart

import (
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Waterfall is a sum taken apart: each part begins where the one before it
// ends, and the last bar is all of them.
type Waterfall struct {
	Title, Desc string
	Axis        string // what the axis counts
	Parts       []WaterfallPart
	Label       func(float64) string // prints a value
}

// A WaterfallPart is one part, or the total, which begins at nothing. Low and
// High are the part's interval; nil: none. An interval that goes below nothing
// is cut there.
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
	p := ch.axes(begins, l)
	around := setting{caption: Legible(ch.Axis, 60)}
	body := func(c draw.Canvas) draw.Canvas { return draw.Crop(c, barMargin, -18, 0, 8) }
	data := func(c draw.Canvas) draw.Canvas { return around.data(p, body(c)) }
	pic.Layers = append(pic.Layers, Layer{Class: "frame", Draw: func(c draw.Canvas) { around.draw(p, body(c), true) }})
	for i, part := range ch.Parts {
		text := ch.Label(part.Value)
		if part.Low != nil && part.High != nil {
			text += " (" + ch.Label(*part.Low) + " to " + ch.Label(*part.High) + ")"
		}
		pic.Layers = append(pic.Layers, Layer{Class: "part", Tip: part.Name + ": " + text, Draw: func(c draw.Canvas) {
			y := c.Max.Y - barRow*vg.Length(i+1) + 6
			c.FillText(words(textColor, textSize, left, bold), vg.Point{X: c.Min.X + barMargin, Y: y + barThick + 4}, Legible(part.Name, 34))
			c.FillText(words(textColor, textSize, right), vg.Point{X: c.Max.X - 24, Y: y + barThick + 4}, text)
			part.draw(begins[i], y, p, data(c))
			if i+1 < len(ch.Parts) {
				ch.thread(begins[i]+part.Value, i+1, y, p, data(c))
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
	if lo == 0 && x.log { // a bar has its foot at nothing
		x = scaleOf(0, hi, 2+2*l.Columns)
	}
	p := axes(x.ticks, plot.ConstantTicks{})
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = x.lo, x.hi, 0, 1
	return p
}

// thread leads from the end of a part's bar down to the next one, as far as no
// words are in its way.
func (ch Waterfall) thread(at float64, next int, y vg.Length, p *plot.Plot, c draw.Canvas) {
	tx, _ := p.Transforms(&c)
	x, down := tx(min(max(at, p.X.Min), p.X.Max)), barRow-barThick
	name := words(textColor, textSize, left, bold).Width(Legible(ch.Parts[next].Name, 34))
	if x < c.Min.X+name+8 || x > c.Max.X-0.4*(c.Max.X-c.Min.X) {
		down = 8
	}
	c.StrokeLine2(draw.LineStyle{Color: axisColor, Width: 1, Dashes: []vg.Length{2, 2}}, x, y, x, y-down)
}

// draw draws the part's bar. A part that is less than nothing goes back, in
// another color.
func (part WaterfallPart) draw(from float64, y vg.Length, p *plot.Plot, c draw.Canvas) {
	tx, _ := p.Transforms(&c)
	within := func(v float64) vg.Length { return tx(min(max(v, p.X.Min), p.X.Max)) }
	color := Part(0)
	switch {
	case part.Total:
		color = axisColor
	case part.Value < 0:
		color = Part(1)
	}
	x0, x1 := within(from), within(from+part.Value)
	if part.Value != 0 && math.Abs(float64(x1-x0)) < 1 {
		x1 = x0 + 1 // so short that it is hardly seen, but it is there
	}
	c.FillPolygon(color, []vg.Point{{X: x0, Y: y}, {X: x1, Y: y}, {X: x1, Y: y + barThick}, {X: x0, Y: y + barThick}})
	if part.Low != nil && part.High != nil {
		whiskers(&c, within(from+*part.Low), within(from+*part.High), y+barThick/2)
	}
}
