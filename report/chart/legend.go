package chart

import (
	"slices"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

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
