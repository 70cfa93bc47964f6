package chart

import (
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

type wording func(*text.Style)

func left(s *text.Style)   { s.XAlign, s.YAlign = text.XLeft, text.YBottom }
func right(s *text.Style)  { s.XAlign, s.YAlign = text.XRight, text.YBottom }
func centre(s *text.Style) { s.XAlign, s.YAlign = text.XCenter, text.YBottom }
func bold(s *text.Style)   { s.Font.Weight = 3 } // as golang.org/x/image/font counts weights: 0 is normal

// words is text in Liberation Sans.
func words(ink Ink, size vg.Length, how ...wording) text.Style {
	s := text.Style{
		Color:   ink.Color,
		Font:    font.Font{Typeface: "Liberation", Variant: "Sans", Size: size},
		Handler: plot.DefaultTextHandler,
	}
	for _, h := range how {
		h(&s)
	}
	return s
}

// size of the text in every chart: legible on paper at three quarters, and on a
// phone at 0.85.
const (
	textSize  = vg.Length(12)
	titleSize = vg.Length(13)
)

// axes returns an empty plot in the house style: a line below, grid lines
// instead of one at the left, no ticks.
func axes(x, y plot.Ticker) *plot.Plot {
	p := plot.New()
	p.BackgroundColor = nil
	for _, a := range []*plot.Axis{&p.X, &p.Y} {
		a.Padding = 0
		a.Tick.Length = 0
		a.Tick.Width = 0
		a.Tick.Label.Font = words(textInk, textSize).Font
		a.Tick.Label.Color = faintInk.Color
		a.Label.TextStyle.Font = words(textInk, textSize).Font
		a.Label.TextStyle.Color = faintInk.Color
		a.LineStyle = draw.LineStyle{Color: axisInk.Color, Width: 1}
	}
	p.Y.LineStyle.Width = 0
	p.X.Tick.Marker, p.Y.Tick.Marker = x, y
	return p
}

// frame draws p's axes with horizontal (and perhaps vertical) grid lines, a
// title at the top left and the unit of y beneath it.
func frame(p *plot.Plot, c draw.Canvas, title, unit string, vertical bool) {
	top := c.Max.Y
	if title != "" {
		top -= titleSize + 2
		c.FillText(words(textInk, titleSize, left, bold), vg.Point{X: c.Min.X, Y: top}, title)
	}
	if unit != "" {
		top -= textSize + 5
		c.FillText(words(faintInk, textSize, left), vg.Point{X: c.Min.X, Y: top}, unit)
	}
	in := inside(c, title, unit)
	grid(p, p.DataCanvas(in), vertical)
	p.Draw(in)
}

// inside is the part of c below title and unit, with air for the labels at the ends.
func inside(c draw.Canvas, title, unit string) draw.Canvas {
	head := vg.Length(8)
	if title != "" {
		head += titleSize + 2
	}
	if unit != "" {
		head += textSize + 5
	}
	return draw.Crop(c, 0, -6, 2, -head)
}

func grid(p *plot.Plot, c draw.Canvas, vertical bool) {
	sty := draw.LineStyle{Color: gridInk.Color, Width: 1}
	tx, ty := p.Transforms(&c)
	for _, t := range p.Y.Tick.Marker.Ticks(p.Y.Min, p.Y.Max) {
		if !t.IsMinor() && t.Value >= p.Y.Min && t.Value <= p.Y.Max {
			c.StrokeLine2(sty, c.Min.X, ty(t.Value), c.Max.X, ty(t.Value))
		}
	}
	if !vertical {
		return
	}
	for _, t := range p.X.Tick.Marker.Ticks(p.X.Min, p.X.Max) {
		if !t.IsMinor() && t.Value >= p.X.Min && t.Value <= p.X.Max {
			c.StrokeLine2(sty, tx(t.Value), c.Min.Y, tx(t.Value), c.Max.Y)
		}
	}
}
