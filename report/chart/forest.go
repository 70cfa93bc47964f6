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

// color of a tone: blue and orange, which all eyes distinguish, as the markers do.
func (t Tone) color() Color {
	return map[Tone]Color{Neutral: axisColor, Better: Series(0), Worse: Series(1)}[t]
}

const forestRow = vg.Length(38)

func (ch Forest) Picture(l Layout) Picture {
	pic := Picture{Title: ch.Title, Desc: ch.Desc, Width: l.Width, Height: forestRow*vg.Length(len(ch.Rows)) + 42}
	for i, tone := range []Tone{Better, Worse, Neutral} {
		pic.Legend = append(pic.Legend, Entry{[3]string{"better", "worse", "neither"}[i], tone.color(), int(tone)})
	}
	a := rowed(ch.axes(l), ch.Axis, -24)
	pic.Layers = append(pic.Layers, a.frame(true), a.layer("frame", "", func(v view) {
		v.StrokeLine2(draw.LineStyle{Color: axisColor, Width: 1.5}, v.x(1), v.Min.Y, v.x(1), v.Max.Y)
	}, nil))
	for i, row := range ch.Rows {
		y := pic.Height - forestRow*vg.Length(i+1) + 8
		pic.Layers = append(pic.Layers, Layer{Class: "effect", Tip: row.Label + ": " + row.Note, Draw: func(c draw.Canvas) {
			label, note := 44, ""
			if l.Columns > 1 {
				label, note = 64, row.Note
			}
			heads(c, y+14, Legible(row.Label, label), Legible(note, 28))
			row.draw(a.view(c), y)
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
	return ranged(p, 1/far, far, 0, 1)
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

func (r ForestRow) draw(v view, y vg.Length) {
	color := r.Tone.color()
	if r.Low != nil && r.High != nil {
		sty := draw.LineStyle{Color: color, Width: 2.5}
		lo, hi := v.within(*r.Low), v.within(*r.High)
		v.StrokeLine2(sty, lo, y+4, hi, y+4)
		for _, x := range []vg.Length{lo, hi} {
			v.StrokeLine2(sty, x, y, x, y+8)
		}
	}
	if r.At > 0 {
		marker(&v.Canvas, vg.Point{X: v.within(r.At), Y: y + 4}, color, int(r.Tone))
	}
}
