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

// rowed is an area whose rows have their words above them, so that long names need
// no margin of their own.
func rowed(p *plot.Plot, caption string, margin vg.Length) area {
	return area{Plot: p, caption: caption, part: func(c draw.Canvas) draw.Canvas { return draw.Crop(c, barMargin, margin, 0, 8) }}
}

// heads writes the words above a row: its name at the left, its value at the right.
func heads(c draw.Canvas, y vg.Length, name, value string) {
	c.FillText(words(textColor, textSize, left, bold), vg.Point{X: c.Min.X + barMargin, Y: y}, name)
	c.FillText(words(textColor, textSize, right), vg.Point{X: c.Max.X - 24, Y: y}, value)
}

// Picture lays the chart out.
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

// layers are one row's label and parts.
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

// whiskers draw an interval over a bar, with paper around them so that they
// show on every color.
func whiskers(c *draw.Canvas, lo, hi, y vg.Length) {
	for _, sty := range []draw.LineStyle{{Color: paperColor, Width: 4.5}, {Color: textColor, Width: 1.5}} {
		c.StrokeLine2(sty, lo, y, hi, y)
		c.StrokeLine2(sty, lo, y-5, lo, y+5)
		c.StrokeLine2(sty, hi, y-5, hi, y+5)
	}
}
