package chart

import (
	"io"
	"slices"
	"strings"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"

	"tollgate/pricing/escape"
)

// A Layout is the room that a picture is made for, in CSS pixels.
type Layout struct {
	Name    string
	Width   vg.Length
	Columns int // of panels
}

// The layouts: of a page and of a phone.
var (
	Wide   = Layout{"wide", 960, 2}
	Narrow = Layout{"narrow", 380, 1}
)

// A Picture is a chart laid out: layers to be drawn over each other.
type Picture struct {
	Title  string // what is shown, in a few words
	Desc   string // what it says, for those who cannot see it
	Width  vg.Length
	Height vg.Length
	Layers []Layer
	Legend []Entry
}

// A Layer is one part of a picture, such as the frame or one series.
type Layer struct {
	Class string // of its SVG group
	Tip   string // the tooltip of all of it; "": none
	Draw  func(draw.Canvas)
	Tips  func(draw.Canvas) []Tip // the tooltips of parts of it; nil: none
}

// within is the layer on a part of the canvas.
func (l Layer) within(part func(draw.Canvas) draw.Canvas) Layer {
	inner := l
	inner.Draw = func(c draw.Canvas) { l.Draw(part(c)) }
	if l.Tips != nil {
		inner.Tips = func(c draw.Canvas) []Tip { return l.Tips(part(c)) }
	}
	return inner
}

// An Entry explains one color of a picture.
type Entry struct {
	Name   string
	Color  Color
	Marker int // shape of the marker; −1: a filled square
}

// Legible makes one line of s that every format can show: no control or
// direction-changing characters, and at most limit characters.
func Legible(s string, limit int) string {
	runes := []rune(escape.Text(s))
	if len(runes) > limit {
		return strings.TrimSpace(string(runes[:limit-1])) + "…"
	}
	return string(runes)
}

// PNG writes p in pixels, two for each of CSS.
func (p Picture) PNG(w io.Writer) error {
	full := p.standalone()
	c := vgimg.NewWith(vgimg.UseWH(full.Width, full.Height), vgimg.UseDPI(2*int(vg.Inch.Points())))
	for _, l := range full.Layers {
		l.Draw(draw.New(c))
	}
	_, err := vgimg.PngCanvas{Canvas: c}.WriteTo(w)
	return err
}

const legendRow = vg.Length(20)

// standalone returns p with its title and legend drawn above it.
func (p Picture) standalone() Picture {
	rows := p.rows()
	head := vg.Length(30) + legendRow*vg.Length(len(rows))
	full := p
	full.Height = p.Height + head
	full.Layers = slices.Clone(p.Layers) // they draw from the bottom left, below the head
	for i, l := range full.Layers {
		full.Layers[i] = l.within(func(c draw.Canvas) draw.Canvas { return draw.Crop(c, 0, 0, 0, -head) })
	}
	full.Layers = append(full.Layers, Layer{Class: "legend", Draw: func(c draw.Canvas) {
		y := c.Max.Y - 18
		c.FillText(words(textColor, 15, left, bold), vg.Point{X: 6, Y: y}, Legible(p.Title, 80))
		for _, row := range rows {
			y -= legendRow
			x := vg.Length(6)
			for _, e := range row {
				marker(&c, vg.Point{X: x + 5, Y: y + 4}, e.Color, e.Marker)
				c.FillText(words(textColor, 12, left), vg.Point{X: x + 14, Y: y}, Legible(e.Name, 40))
				x += e.width()
			}
		}
	}})
	return full
}

func (e Entry) width() vg.Length { return words(textColor, 12, left).Width(Legible(e.Name, 40)) + 32 }

// rows breaks the legend into lines that fit.
func (p Picture) rows() [][]Entry {
	var rows [][]Entry
	x := p.Width
	for _, e := range p.Legend {
		if w := e.width(); x+w > p.Width {
			rows, x = append(rows, nil), 6
		}
		rows[len(rows)-1] = append(rows[len(rows)-1], e)
		x += e.width()
	}
	return rows
}

// The markers that are no glyphs.
const (
	square  = -1
	dash    = -2 // of a dashed line
	stripes = -3 // of an area that is striped
)

// marker draws a series' mark around at.
func marker(c *draw.Canvas, at vg.Point, color Color, shape int) {
	var g draw.GlyphDrawer = draw.CircleGlyph{}
	r := vg.Length(4)
	switch {
	case shape == dash:
		c.StrokeLine2(draw.LineStyle{Color: color, Width: 2, Dashes: []vg.Length{4, 2}}, at.X-6, at.Y, at.X+6, at.Y)
		return
	case shape == stripes:
		for y := at.Y - 4; y < at.Y+5; y += 3 {
			c.StrokeLine2(draw.LineStyle{Color: color, Width: 1.2}, at.X-5, y, at.X+5, y)
		}
		return
	case shape < 0:
		g, r = draw.BoxGlyph{}, 5
	default:
		shapes := []draw.GlyphDrawer{draw.CircleGlyph{}, draw.BoxGlyph{}, draw.PyramidGlyph{}, diamond{}}
		g = shapes[shape%len(shapes)]
	}
	c.DrawGlyphNoClip(draw.GlyphStyle{Color: color, Radius: r, Shape: g}, at)
}

// diamond is a square on its corner, which gonum does not have.
type diamond struct{}

func (diamond) DrawGlyph(c *draw.Canvas, sty draw.GlyphStyle, pt vg.Point) {
	r := sty.Radius * 1.25
	c.FillPolygon(sty.Color, []vg.Point{{X: pt.X - r, Y: pt.Y}, {X: pt.X, Y: pt.Y + r}, {X: pt.X + r, Y: pt.Y}, {X: pt.X, Y: pt.Y - r}})
}
