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
	barRow   = vg.Length(44) // a label with its bar beneath
	barThick = vg.Length(16)

	barMargin = vg.Length(12) // half of the first label of the axis
)

// Picture lays the chart out: each row has its label above its bar, so that
// long names need no margin of their own.
func (ch Bars) Picture(l Layout) Picture {
	foot := vg.Length(42)
	pic := Picture{Title: ch.Title, Desc: ch.Desc, Width: l.Width, Height: barRow*vg.Length(len(ch.Rows)) + foot}
	for i, part := range ch.Parts {
		pic.Legend = append(pic.Legend, Entry{part, Part(i), -1})
	}
	p := ch.axes(l)
	around := setting{caption: ch.Axis}
	body := func(c draw.Canvas) draw.Canvas { return draw.Crop(c, barMargin, -18, 0, 8) }
	pic.Layers = append(pic.Layers, Layer{Class: "frame", Draw: func(c draw.Canvas) { around.draw(p, body(c), true) }})
	data := func(c draw.Canvas) draw.Canvas { return around.data(p, body(c)) }
	for i, row := range ch.Rows {
		pic.Layers = append(pic.Layers, ch.layers(i, row, p, data)...)
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
	label := func(v float64) string { return ch.Sign + plain(v) }
	ticks := steps(top, 2+2*l.Columns, label)
	if last := ticks[len(ticks)-1].Value; last < top*(1-1e-9) && len(ticks) > 1 {
		top = round(last + ticks[1].Value)
		ticks = append(ticks, plot.Tick{Value: top, Label: label(top)})
	}
	p := axes(ticks, plot.ConstantTicks{})
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = 0, top, 0, 1
	return p
}

// layers are one row's label and parts.
func (ch Bars) layers(i int, row Bar, p *plot.Plot, inside func(draw.Canvas) draw.Canvas) []Layer {
	y := func(c draw.Canvas) vg.Length { return c.Max.Y - barRow*vg.Length(i+1) + 6 }
	total := ch.Label(row.total())
	varies := row.Low != nil && row.High != nil && ch.Label(*row.Low) != ch.Label(*row.High)
	if varies {
		total += " (" + ch.Label(*row.Low) + " to " + ch.Label(*row.High) + ")"
	}
	out := []Layer{{Class: "label", Draw: func(c draw.Canvas) {
		c.FillText(words(textColor, textSize, left, bold), vg.Point{X: c.Min.X + barMargin, Y: y(c) + barThick + 4}, Legible(row.Label, 34))
		c.FillText(words(textColor, textSize, right), vg.Point{X: c.Max.X - 24, Y: y(c) + barThick + 4}, total)
	}}}
	from := 0.0
	for k, v := range row.Values {
		if v <= 0 {
			continue
		}
		lo, hi := from, from+v
		from = hi
		out = append(out, Layer{Class: fmt.Sprintf("part part-%d", k), Tip: row.Label + ", " + ch.Parts[k] + ": " + ch.Label(v), Draw: func(c draw.Canvas) {
			data := inside(c)
			tx, _ := p.Transforms(&data)
			c.FillPolygon(Part(k), []vg.Point{
				{X: tx(lo), Y: y(c)},
				{X: max(tx(hi), tx(lo)+0.5), Y: y(c)},
				{X: max(tx(hi), tx(lo)+0.5), Y: y(c) + barThick},
				{X: tx(lo), Y: y(c) + barThick},
			})
		}})
	}
	if varies {
		out = append(out, Layer{Class: "interval", Tip: row.Label + ": " + total, Draw: func(c draw.Canvas) {
			data := inside(c)
			tx, _ := p.Transforms(&data)
			whiskers(&c, tx(max(0, *row.Low)), tx(*row.High), y(c)+barThick/2)
		}})
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
