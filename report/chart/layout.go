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

// axes returns an empty plot: a line below, grid lines instead of one at the left.
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

// ranged sets the ranges of p's axes.
func ranged(p *plot.Plot, x0, x1, y0, y1 float64) *plot.Plot {
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = x0, x1, y0, y1
	return p
}

// align gives plots below each other the same left edge.
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

// An area is a plot in a part of a picture, with what stands around it: a title
// and the unit of y at the top left, and what x counts below. gonum's own label of
// an axis is centred in data and not on paper, which goes wrong on log axes.
type area struct {
	*plot.Plot
	title, unit, caption string
	above                vg.Length                     // room between the unit and the plot
	part                 func(draw.Canvas) draw.Canvas // of the picture; nil: all of it
}

// A view is the part of a plot that data are drawn into.
type view struct {
	draw.Canvas
	plot *plot.Plot
	x, y func(float64) vg.Length // the places of values
}

// within is the place of a value of x, or the end of the axis beyond it.
func (v view) within(x float64) vg.Length { return v.x(min(max(x, v.plot.X.Min), v.plot.X.Max)) }

func (v view) at(x, y float64) vg.Point { return vg.Point{X: v.x(x), Y: v.y(y)} }

// column is the part of the view between two places.
func (v view) column(x0, x1 vg.Length) vg.Rectangle { return rectangle(x0, x1, v.Min.Y, v.Max.Y) }

func (a area) canvas(c draw.Canvas) draw.Canvas {
	if a.part == nil {
		return c
	}
	return a.part(c)
}

func (a area) view(c draw.Canvas) view {
	v := view{Canvas: a.DataCanvas(a.inside(a.canvas(c))), plot: a.Plot}
	v.x, v.y = a.Transforms(&v.Canvas)
	return v
}

// layer is one part of what is drawn into the area. Both functions may be nil.
func (a area) layer(class, tip string, drawing func(view), tips func(view) []Tip) Layer {
	l := Layer{Class: class, Tip: tip, Draw: func(draw.Canvas) {}}
	if drawing != nil {
		l.Draw = func(c draw.Canvas) { drawing(a.view(c)) }
	}
	if tips != nil {
		l.Tips = func(c draw.Canvas) []Tip { return tips(a.view(c)) }
	}
	return l
}

// frame draws the axes with horizontal, and perhaps vertical, grid lines.
func (a area) frame(vertical bool) Layer {
	return Layer{Class: "frame", Draw: func(c draw.Canvas) {
		v := a.view(c)
		c = a.canvas(c)
		top := c.Max.Y
		if a.title != "" {
			top -= titleSize + 2
			c.FillText(words(textColor, titleSize, left, bold), vg.Point{X: c.Min.X + overhang, Y: top}, Legible(a.title, 60))
		}
		if a.unit != "" {
			top -= textSize + 5
			c.FillText(words(faintColor, textSize, left), vg.Point{X: c.Min.X + overhang, Y: top}, Legible(a.unit, 60))
		}
		if a.caption != "" {
			c.FillText(words(faintColor, textSize, centre), vg.Point{X: v.Center().X, Y: c.Min.Y + 1}, Legible(a.caption, 60))
		}
		sty := draw.LineStyle{Color: gridColor, Width: 1}
		for _, t := range a.Y.Tick.Marker.Ticks(a.Y.Min, a.Y.Max) {
			if !t.IsMinor() && t.Value >= a.Y.Min && t.Value <= a.Y.Max {
				c.StrokeLine2(sty, v.Min.X, v.y(t.Value), v.Max.X, v.y(t.Value))
			}
		}
		for _, t := range a.X.Tick.Marker.Ticks(a.X.Min, a.X.Max) {
			if vertical && !t.IsMinor() && t.Value >= a.X.Min && t.Value <= a.X.Max {
				c.StrokeLine2(sty, v.x(t.Value), v.Min.Y, v.x(t.Value), v.Max.Y)
			}
		}
		a.Plot.Draw(a.inside(c))
	}}
}

// inside is the part of c that is the plot's, with air for labels at the ends.
func (a area) inside(c draw.Canvas) draw.Canvas {
	head, foot := 8+a.above, vg.Length(2)
	if a.title != "" {
		head += titleSize + 2
	}
	if a.unit != "" {
		head += textSize + 5
	}
	if a.caption != "" {
		foot += textSize + 6
	}
	return draw.Crop(c, 0, -6, foot, -head)
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

// part returns a function that cuts the i'th panel out of the picture's canvas.
func (g panels) part(i int) func(draw.Canvas) draw.Canvas {
	w := (g.width - g.gap*vg.Length(g.columns-1)) / vg.Length(g.columns)
	x := vg.Length(i%g.columns) * (w + g.gap)
	y := vg.Length(i/g.columns) * (g.height + g.gap)
	return func(c draw.Canvas) draw.Canvas {
		return draw.Canvas{Canvas: c.Canvas, Rectangle: rectangle(c.Min.X+x, c.Min.X+x+w, c.Max.Y-y-g.height, c.Max.Y-y)}
	}
}

func rectangle(x0, x1, y0, y1 vg.Length) vg.Rectangle {
	return vg.Rectangle{Min: vg.Point{X: x0, Y: y0}, Max: vg.Point{X: x1, Y: y1}}
}

func box(at vg.Point, dx, dy vg.Length) vg.Rectangle {
	return rectangle(at.X-dx, at.X+dx, at.Y-dy, at.Y+dy)
}

// fill fills rectangles in one path.
func fill(c draw.Canvas, color Color, all ...vg.Rectangle) {
	if len(all) == 0 {
		return
	}
	c.SetColor(color)
	var path vg.Path
	for _, r := range all {
		path.Move(r.Min)
		path.Line(vg.Point{X: r.Max.X, Y: r.Min.Y})
		path.Line(r.Max)
		path.Line(vg.Point{X: r.Min.X, Y: r.Max.Y})
		path.Close()
	}
	c.Fill(path)
}

// spaced is where a bar ends: a hair before the next one, if it is wide enough.
func spaced(x0, x1, wide vg.Length) vg.Length {
	if x1-x0 > wide {
		return x1 - 1
	}
	return x1
}
