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
func words(color Color, size vg.Length, how ...wording) text.Style {
	s := text.Style{
		Color:   color,
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
	overhang  = vg.Length(1) // of letters such as w beyond where their text begins
)

// axes returns an empty plot in the house style: a line below, grid lines
// instead of one at the left.
func axes(x, y plot.Ticker) *plot.Plot {
	p := plot.New()
	p.BackgroundColor = nil
	for _, a := range []*plot.Axis{&p.X, &p.Y} {
		a.Padding = 0
		a.Tick.Length = 0
		a.Tick.Width = 0
		a.Tick.Label.Font = words(textColor, textSize).Font
		a.Tick.Label.Color = faintColor
		a.LineStyle = draw.LineStyle{Color: axisColor, Width: 1}
	}
	p.X.Tick.Length, p.X.Tick.LineStyle = 5, p.X.LineStyle
	p.Y.Padding = 5
	p.Y.LineStyle.Width = 0
	p.X.Tick.Marker, p.Y.Tick.Marker = x, y
	return p
}

// align gives plots below each other the same left edge, whatever the width of
// their labels.
func align(plots ...*plot.Plot) {
	widths, most := make([]vg.Length, len(plots)), vg.Length(0)
	for i, p := range plots {
		for _, t := range p.Y.Tick.Marker.Ticks(p.Y.Min, p.Y.Max) {
			widths[i] = max(widths[i], words(textColor, textSize).Width(t.Label))
		}
		most = max(most, widths[i])
	}
	for i, p := range plots {
		p.Y.Padding += most - widths[i]
	}
}

// A setting is what stands around a plot: a title and the unit of y at the top
// left, and what x counts below. gonum's own label of an axis is centred in
// data and not on paper, which goes wrong on log axes.
type setting struct {
	title, unit, caption string
	above                vg.Length // room between the unit and the plot
}

// draw draws p's axes with horizontal, and perhaps vertical, grid lines.
func (s setting) draw(p *plot.Plot, c draw.Canvas, vertical bool) {
	top := c.Max.Y
	if s.title != "" {
		top -= titleSize + 2
		c.FillText(words(textColor, titleSize, left, bold), vg.Point{X: c.Min.X + overhang, Y: top}, Legible(s.title, 60))
	}
	if s.unit != "" {
		top -= textSize + 5
		c.FillText(words(faintColor, textSize, left), vg.Point{X: c.Min.X + overhang, Y: top}, Legible(s.unit, 60))
	}
	data := s.data(p, c)
	if s.caption != "" {
		c.FillText(words(faintColor, textSize, centre), vg.Point{X: data.Center().X, Y: c.Min.Y + 1}, Legible(s.caption, 60))
	}
	gridLines(p, data, vertical)
	p.Draw(s.inside(c))
}

// data is the part of c that data are drawn into.
func (s setting) data(p *plot.Plot, c draw.Canvas) draw.Canvas { return p.DataCanvas(s.inside(c)) }

// inside is the part of c that is the plot's, with air for labels at the ends.
func (s setting) inside(c draw.Canvas) draw.Canvas {
	head, foot := 8+s.above, vg.Length(2)
	if s.title != "" {
		head += titleSize + 2
	}
	if s.unit != "" {
		head += textSize + 5
	}
	if s.caption != "" {
		foot += textSize + 6
	}
	return draw.Crop(c, 0, -6, foot, -head)
}

func gridLines(p *plot.Plot, c draw.Canvas, vertical bool) {
	sty := draw.LineStyle{Color: gridColor, Width: 1}
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

// panels is a grid of equal plots, filled row by row from the top left.
type panels struct {
	width, height vg.Length // of the picture, of one panel
	columns, n    int
	gap           vg.Length
}

func (g panels) picture(title, desc string) Picture {
	rows := vg.Length((g.n + g.columns - 1) / g.columns)
	return Picture{Title: title, Desc: desc, Width: g.width, Height: max(1, rows)*(g.height+g.gap) - g.gap}
}

// area returns a function that cuts the i'th panel out of the picture's canvas.
func (g panels) area(i int) func(draw.Canvas) draw.Canvas {
	w := (g.width - g.gap*vg.Length(g.columns-1)) / vg.Length(g.columns)
	x := vg.Length(i%g.columns) * (w + g.gap)
	y := vg.Length(i/g.columns) * (g.height + g.gap)
	return func(c draw.Canvas) draw.Canvas {
		return draw.Canvas{Canvas: c.Canvas, Rectangle: vg.Rectangle{
			Min: vg.Point{X: c.Min.X + x, Y: c.Max.Y - y - g.height},
			Max: vg.Point{X: c.Min.X + x + w, Y: c.Max.Y - y},
		}}
	}
}
