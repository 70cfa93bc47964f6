package chart

import (
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Forest is effects with their intervals below each other, around the line of
// no effect. It counts in ratios, on a log axis.
type Forest struct {
	Title, Desc string
	Axis        string // what the axis counts
	Rows        []ForestRow
}

// A ForestRow is one effect. An effect without an interval has no whiskers.
type ForestRow struct {
	Label, Note string // before and after the effect
	At          float64
	Low, High   *float64
	Tone        Tone
}

// A Tone is how an effect is meant.
type Tone int

// The tones.
const (
	Neutral Tone = iota
	Better
	Worse
)

// color of a tone: blue and orange, which all eyes tell apart, as do the markers.
func (t Tone) color() Color {
	return map[Tone]Color{Neutral: axisColor, Better: Series(0), Worse: Series(1)}[t]
}

const forestRow = vg.Length(38)

// Picture lays the chart out: like bars, each row has its words above it.
func (ch Forest) Picture(l Layout) Picture {
	pic := Picture{Title: ch.Title, Desc: ch.Desc, Width: l.Width, Height: forestRow*vg.Length(len(ch.Rows)) + 42}
	for _, e := range []struct {
		name string
		tone Tone
	}{{"better", Better}, {"worse", Worse}, {"not told apart", Neutral}} {
		pic.Legend = append(pic.Legend, Entry{e.name, e.tone.color(), int(e.tone)})
	}
	p := ch.axes(l)
	around := setting{caption: ch.Axis}
	body := func(c draw.Canvas) draw.Canvas { return draw.Crop(c, barMargin, -24, 0, 8) }
	pic.Layers = append(pic.Layers, Layer{Class: "frame", Draw: func(c draw.Canvas) {
		around.draw(p, body(c), true)
		data := around.data(p, body(c))
		tx, _ := p.Transforms(&data)
		c.StrokeLine2(draw.LineStyle{Color: axisColor, Width: 1.5}, tx(1), data.Min.Y, tx(1), data.Max.Y)
	}})
	data := func(c draw.Canvas) draw.Canvas { return around.data(p, body(c)) }
	for i, row := range ch.Rows {
		pic.Layers = append(pic.Layers, Layer{Class: "effect", Tip: row.Label + ": " + row.Note, Draw: func(c draw.Canvas) {
			row.draw(p, data(c), c, c.Max.Y-forestRow*vg.Length(i+1)+8, l.Columns > 1)
		}})
	}
	return pic
}

func (ch Forest) axes(l Layout) *plot.Plot {
	far := 1.1
	reach := func(v float64) {
		if v > 0 && !math.IsInf(v, 0) {
			far = max(far, v, 1/v)
		}
	}
	for _, r := range ch.Rows {
		reach(r.At)
		for _, end := range []*float64{r.Low, r.High} {
			if end != nil {
				reach(*end)
			}
		}
	}
	far = min(far*1.02, 1000)
	p := axes(ratios(far, 1+l.Columns), plot.ConstantTicks{})
	p.X.Scale = plot.LogScale{}
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = 1/far, far, 0, 1
	return p
}

// ratios labels ×1 and up to n round ratios on each side of it.
func ratios(far float64, n int) plot.ConstantTicks {
	step := niceStep((far - 1) / float64(2*n))
	ts := plot.ConstantTicks{{Value: 1, Label: "×1"}}
	if far > 3 {
		for v := 2.0; v <= far; v *= 2 {
			if steps := math.Log2(far); steps > float64(2*n) && math.Mod(math.Log2(v), math.Ceil(steps/float64(n))) != 0 {
				continue
			}
			ts = append(ts, plot.Tick{Value: v, Label: "×" + plain(v)}, plot.Tick{Value: 1 / v, Label: "×1/" + plain(v)})
		}
		return ts
	}
	for v := 1 + step; v <= far; v += step {
		v = round(v)
		ts = append(ts, plot.Tick{Value: v, Label: "×" + plain(v)})
		if low := round(2 - v); low >= 1/far {
			ts = append(ts, plot.Tick{Value: low, Label: "×" + plain(low)})
		}
	}
	return ts
}

// draw draws the row's words at y, with its note where there is room, and its
// effect beneath them.
func (r ForestRow) draw(p *plot.Plot, data, c draw.Canvas, y vg.Length, noted bool) {
	label := 44
	if noted {
		label = 64
		c.FillText(words(faintColor, textSize, right), vg.Point{X: c.Max.X - 24, Y: y + 14}, Legible(r.Note, 28))
	}
	c.FillText(words(textColor, textSize, left, bold), vg.Point{X: c.Min.X + barMargin, Y: y + 14}, Legible(r.Label, label))
	tx, _ := p.Transforms(&data)
	within := func(v float64) vg.Length { return tx(min(max(v, p.X.Min), p.X.Max)) }
	color := r.Tone.color()
	if r.Low != nil && r.High != nil {
		sty := draw.LineStyle{Color: color, Width: 2.5}
		lo, hi := within(*r.Low), within(*r.High)
		c.StrokeLine2(sty, lo, y+4, hi, y+4)
		for _, x := range []vg.Length{lo, hi} {
			c.StrokeLine2(sty, x, y, x, y+8)
		}
	}
	if r.At > 0 {
		marker(&c, vg.Point{X: within(r.At), Y: y + 4}, color, int(r.Tone))
	}
}
