package chart

import (
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
	Label       func(float64) string // prints a value; nil prints it plainly
}

// A Bar is one row; its values are in the order of the parts. Negative values
// are drawn as none.
type Bar struct {
	Label  string
	Values []float64
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
)

// Picture lays the chart out: each row has its label above its bar, so that
// long names need no margin of their own.
func (ch Bars) Picture(l Layout) Picture {
	if ch.Label == nil {
		ch.Label = plain
	}
	foot := vg.Length(38)
	pic := Picture{Title: ch.Title, Desc: ch.Desc, Width: l.Width, Height: barRow*vg.Length(len(ch.Rows)) + foot}
	for i, part := range ch.Parts {
		pic.Legend = append(pic.Legend, Entry{part, Part(i), -1})
	}
	p := ch.axes(l)
	body := func(c draw.Canvas) draw.Canvas { return draw.Crop(c, 6, -24, 0, 0) }
	pic.Layers = append(pic.Layers, Layer{Class: "frame", Draw: func(c draw.Canvas) {
		in := body(c)
		data := p.DataCanvas(in)
		tx, _ := p.Transforms(&data)
		for _, t := range p.X.Tick.Marker.Ticks(p.X.Min, p.X.Max) {
			c.StrokeLine2(draw.LineStyle{Color: gridInk.Color, Width: 1}, tx(t.Value), data.Min.Y, tx(t.Value), data.Max.Y)
		}
		p.Draw(in)
	}})
	for i, row := range ch.Rows {
		pic.Layers = append(pic.Layers, ch.layers(i, row, p, body)...)
	}
	return pic
}

func (ch Bars) axes(l Layout) *plot.Plot {
	top := 0.0
	for _, r := range ch.Rows {
		top = max(top, r.total())
	}
	if top <= 0 || math.IsInf(top, 0) {
		top = 1
	}
	p := axes(steps(top, 2+2*l.Columns, ch.Label), plot.ConstantTicks{})
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = 0, top, 0, 1
	p.X.Label.Text = ch.Axis
	return p
}

// layers are one row's label and parts.
func (ch Bars) layers(i int, row Bar, p *plot.Plot, body func(draw.Canvas) draw.Canvas) []Layer {
	y := func(c draw.Canvas) vg.Length { return c.Max.Y - barRow*vg.Length(i+1) + 6 }
	total := ch.Label(row.total())
	out := []Layer{{Class: "label", Draw: func(c draw.Canvas) {
		c.FillText(words(textInk, textSize, left, bold), vg.Point{X: c.Min.X + 6, Y: y(c) + barThick + 4}, Legible(row.Label, 34))
		c.FillText(words(textInk, textSize, right), vg.Point{X: c.Max.X - 24, Y: y(c) + barThick + 4}, total)
	}}}
	from := 0.0
	for k, v := range row.Values {
		if v <= 0 {
			continue
		}
		lo, hi := from, from+v
		from = hi
		out = append(out, Layer{Class: "part", Tip: row.Label + ", " + ch.Parts[k] + ": " + ch.Label(v), Draw: func(c draw.Canvas) {
			data := p.DataCanvas(body(c))
			tx, _ := p.Transforms(&data)
			c.FillPolygon(Part(k).Color, []vg.Point{
				{X: tx(lo), Y: y(c)}, {X: max(tx(hi), tx(lo)+0.5), Y: y(c)},
				{X: max(tx(hi), tx(lo)+0.5), Y: y(c) + barThick}, {X: tx(lo), Y: y(c) + barThick},
			})
		}})
	}
	return out
}
