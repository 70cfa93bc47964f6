package chart

import (
	"fmt"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Bars are horizontal bars of stacked parts, one for each target.
type Bars struct {
	Title, Desc string
	Parts       []string
	Rows        []Bar
	Axis        string               // what the axis counts
	Sign        string               // before a number: "$"
	Label       func(float64) string // prints the value of a part or a row
}

// A Bar is one row; its values are in the order of the parts. Negative values
// are drawn as none. Low and High are the interval of the sum; nil: none. An
// interval whose ends print alike is not drawn.
type Bar struct {
	Label     string
	Values    []float64
	Low, High *float64
}

func (b Bar) total() float64 {
	t := 0.0
	for _, v := range b.Values {
		t += max(0, v)
	}
	return t
}

const (
	barRow    = vg.Length(44) // a label with its bar below
	barThick  = vg.Length(16)
	barMargin = vg.Length(12) // half of the first label of the axis
)

// rowed is an area whose rows have their words above them, so that long names fit.
func rowed(p *plot.Plot, caption string, margin vg.Length) area {
	return area{Plot: p, caption: caption, part: func(c draw.Canvas) draw.Canvas { return draw.Crop(c, barMargin, margin, 0, 8) }}
}

// heads writes the words above a row: its name at the left, its value at the right.
func heads(c draw.Canvas, y vg.Length, name, value string) {
	c.FillText(words(textColor, textSize, left, bold), vg.Point{X: c.Min.X + barMargin, Y: y}, name)
	c.FillText(words(textColor, textSize, right), vg.Point{X: c.Max.X - 24, Y: y}, value)
}

func (ch Bars) Picture(l Layout) Picture {
	pic := Picture{Title: ch.Title, Desc: ch.Desc, Width: l.Width, Height: barRow*vg.Length(len(ch.Rows)) + 42}
	for i, part := range ch.Parts {
		pic.Legend = append(pic.Legend, Entry{part, Part(i), square})
	}
	a := rowed(ch.axes(l), ch.Axis, -18)
	pic.Layers = append(pic.Layers, a.frame(true))
	for i, row := range ch.Rows {
		pic.Layers = append(pic.Layers, ch.layers(i, row, a, pic.Height)...)
	}
	return pic
}

func (ch Bars) axes(l Layout) *plot.Plot {
	top := 0.0
	for _, r := range ch.Rows {
		top = max(top, r.total())
		if r.High != nil {
			top = max(top, *r.High)
		}
	}
	if top <= 0 || math.IsInf(top, 0) {
		top = 1
	}
	ticks, top := stepsOver(top, 2+2*l.Columns, func(v float64) string { return ch.Sign + plain(v) })
	return ranged(axes(ticks, plot.ConstantTicks{}), 0, top, 0, 1)
}

func (ch Bars) layers(i int, row Bar, a area, height vg.Length) []Layer {
	y := height - barRow*vg.Length(i+1) + 6
	total := ch.Label(row.total())
	varies := row.Low != nil && row.High != nil && ch.Label(*row.Low) != ch.Label(*row.High)
	if varies {
		total += " (" + ch.Label(*row.Low) + " to " + ch.Label(*row.High) + ")"
	}
	out := []Layer{{Class: "label", Draw: func(c draw.Canvas) { heads(c, y+barThick+4, Legible(row.Label, 34), total) }}}
	from := 0.0
	for k, value := range row.Values {
		if value <= 0 {
			continue
		}
		lo, hi := from, from+value
		from = hi
		out = append(out, a.layer(fmt.Sprintf("part part-%d", k), row.Label+", "+ch.Parts[k]+": "+ch.Label(value), func(v view) {
			fill(v.Canvas, Part(k), rectangle(v.x(lo), max(v.x(hi), v.x(lo)+0.5), y, y+barThick))
		}, nil))
	}
	if varies {
		out = append(out, a.layer("interval", row.Label+": "+total, func(v view) {
			whiskers(&v.Canvas, v.x(max(0, *row.Low)), v.x(*row.High), y+barThick/2)
		}, nil))
	}
	return out
}

// whiskers draw an interval over a bar, on paper, so that they show on every color.
func whiskers(c *draw.Canvas, lo, hi, y vg.Length) {
	for _, sty := range []draw.LineStyle{{Color: paperColor, Width: 4.5}, {Color: textColor, Width: 1.5}} {
		c.StrokeLine2(sty, lo, y, hi, y)
		c.StrokeLine2(sty, lo, y-5, lo, y+5)
		c.StrokeLine2(sty, hi, y-5, hi, y+5)
	}
}

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

// thread leads from the end of a part's bar down to the next one, unless words are in its way.
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
