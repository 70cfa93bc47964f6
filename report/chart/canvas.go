package chart

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"html"
	"image"
	"image/color"
	"image/png"
	"math"
	"strconv"
	"strings"

	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
)

// An svgCanvas writes what gonum draws on it as SVG. Its origin is the bottom
// left corner, as vg wants it: everything must stand within a group that moves
// the origin there, and y counts downwards from it.
type svgCanvas struct {
	strings.Builder
	variables bool // colors by role, as CSS variables
	pen
	saved []pen
}

// A pen is what Push saves and Pop restores.
type pen struct {
	color  color.Color
	width  vg.Length
	dashes []vg.Length
	offset vg.Length
	moved  int // groups to close that transform what is in them
}

func (c *svgCanvas) SetLineWidth(w vg.Length) { c.width = w }
func (c *svgCanvas) SetLineDash(dashes []vg.Length, offset vg.Length) {
	c.dashes, c.offset = dashes, offset
}
func (c *svgCanvas) SetColor(clr color.Color) { c.color = clr }

func (c *svgCanvas) Rotate(rad float64)    { c.transform("rotate(%s)", vg.Length(-rad*180/math.Pi)) }
func (c *svgCanvas) Translate(pt vg.Point) { c.transform("translate(%s,%s)", pt.X, -pt.Y) }
func (c *svgCanvas) Scale(x, y float64)    { c.transform("scale(%s,%s)", vg.Length(x), vg.Length(y)) }

func (c *svgCanvas) transform(how string, by ...vg.Length) {
	args := make([]any, len(by))
	for i, v := range by {
		args[i] = decimal(v)
	}
	fmt.Fprintf(c, `<g transform="`+how+`">`, args...)
	c.moved++
}

func (c *svgCanvas) Push() {
	c.saved = append(c.saved, c.pen)
	c.moved = 0
}

func (c *svgCanvas) Pop() {
	c.WriteString(strings.Repeat("</g>", c.moved))
	last := len(c.saved) - 1
	c.pen, c.saved = c.saved[last], c.saved[:last]
}

func (c *svgCanvas) Stroke(path vg.Path) {
	if c.width <= 0 {
		return
	}
	style := "fill:none;" + c.paint("stroke")
	if c.width != 1 {
		style += ";stroke-width:" + decimal(c.width)
	}
	if len(c.dashes) > 0 {
		style += ";stroke-dasharray:" + decimals(c.dashes...)
	}
	if c.offset != 0 {
		style += ";stroke-dashoffset:" + decimal(c.offset)
	}
	fmt.Fprintf(c, "<path d=\"%s\" style=\"%s\"/>\n", pathData(path), style)
}

func (c *svgCanvas) Fill(path vg.Path) {
	fmt.Fprintf(c, "<path d=\"%s\" style=\"%s\"/>\n", pathData(path), c.paint("fill"))
}

// FillString writes a text, and how long it was taken to be, so that it neither
// collides nor is cut where the reader's machine has none of the fonts.
func (c *svgCanvas) FillString(f font.Face, pt vg.Point, text string) {
	if f.Font.Size == 0 {
		return
	}
	length := ""
	if measurable(text) {
		length = fmt.Sprintf(` textLength="%s" lengthAdjust="spacingAndGlyphs"`, decimal(f.Width(text)))
	}
	style := c.paint("fill")
	if f.Font.Weight > 0 {
		style = "font-weight:bold;" + style
	}
	fmt.Fprintf(c, "<text x=\"%s\" y=\"%s\"%s style=\"font-size:%spx;%s\">%s</text>\n",
		decimal(pt.X), decimal(-pt.Y), length, decimal(f.Font.Size), style, html.EscapeString(text))
}

// measurable says whether the measuring font has the characters of a text.
func measurable(text string) bool {
	return strings.TrimSpace(text) != "" && !strings.ContainsFunc(text, func(r rune) bool {
		return r > 0x24f && r != '−' && (r < 0x2010 || r > 0x2122)
	})
}

// DrawImage writes an image, which can only fail to be encoded without pixels.
func (c *svgCanvas) DrawImage(r vg.Rectangle, img image.Image) {
	var b bytes.Buffer
	if png.Encode(&b, img) != nil {
		return
	}
	size := r.Size()
	fmt.Fprintf(c, "<image x=\"%s\" y=\"%s\" width=\"%s\" height=\"%s\" href=\"data:image/png;base64,%s\"/>\n",
		decimal(r.Min.X), decimal(-r.Max.Y), decimal(size.X), decimal(size.Y), base64.StdEncoding.EncodeToString(b.Bytes()))
}

// paint sets a property of a style to the pen's color. A color that has a role is
// that role's variable in a page.
func (c *svgCanvas) paint(property string) string {
	clr := c.color
	if clr == nil {
		clr = color.Black
	}
	at := color.NRGBAModel.Convert(clr).(color.NRGBA)
	value := fmt.Sprintf("#%02x%02x%02x", at.R, at.G, at.B)
	if role, ok := clr.(Color); ok && c.variables {
		value = "var(--" + role.Role + "," + value + ")"
	}
	style := property + ":" + value
	if at.A < 255 {
		style += ";" + property + "-opacity:" + strconv.FormatFloat(float64(at.A)/255, 'f', 2, 64)
	}
	return style
}

func pathData(path vg.Path) string {
	var b strings.Builder
	var at vg.Point
	for _, p := range path {
		switch p.Type {
		case vg.MoveComp:
			b.WriteString("M" + point(p.Pos))
		case vg.LineComp:
			b.WriteString("L" + point(p.Pos))
		case vg.CurveComp:
			b.WriteString(map[int]string{1: "Q", 2: "C"}[len(p.Control)])
			for _, control := range p.Control {
				b.WriteString(point(control) + ",")
			}
			b.WriteString(point(p.Pos))
		case vg.ArcComp:
			p.Pos = arc(&b, at, p)
		case vg.CloseComp:
			b.WriteString("Z")
			continue
		}
		at = p.Pos
	}
	return b.String()
}

// arc writes an arc as two halves, since SVG draws no circle in one, and returns
// where it ends.
func arc(b *strings.Builder, from vg.Point, p vg.PathComp) vg.Point {
	on := func(angle float64) vg.Point {
		sin, cos := math.Sincos(angle)
		return p.Pos.Add(vg.Point{X: p.Radius * vg.Length(cos), Y: p.Radius * vg.Length(sin)})
	}
	if start := on(p.Start); start != from {
		b.WriteString("L" + point(start))
	}
	sweep := 0
	if p.Angle < 0 { // y counts downwards
		sweep = 1
	}
	for _, part := range []float64{0.5, 1} {
		fmt.Fprintf(b, "A%s 0 0 %d %s", decimals(p.Radius, p.Radius), sweep, point(on(p.Start+part*p.Angle)))
	}
	return on(p.Start + p.Angle)
}

func point(p vg.Point) string { return decimals(p.X, -p.Y) }

func decimals(vs ...vg.Length) string {
	parts := make([]string, len(vs))
	for i, v := range vs {
		parts[i] = decimal(v)
	}
	return strings.Join(parts, ",")
}

// decimal prints a length to a tenth of a pixel.
func decimal(v vg.Length) string {
	return strconv.FormatFloat(math.Round(float64(v)*10)/10+0, 'f', -1, 64)
}
