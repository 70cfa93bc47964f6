package chart

import (
	"image"
	"image/color"
	"math"
	"strings"
	"testing"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
)

func TestTheCanvasDrawsWhatGonumMay(t *testing.T) {
	circle := vg.Path{}
	circle.Move(vg.Point{X: 5})
	circle.Arc(vg.Point{}, 5, 0, 2*math.Pi)
	curve := vg.Path{}
	curve.Move(vg.Point{})
	curve.QuadTo(vg.Point{X: 1, Y: 1}, vg.Point{X: 2})
	curve.CubeTo(vg.Point{X: 3, Y: 1}, vg.Point{X: 4, Y: 1}, vg.Point{X: 5})
	face := plot.DefaultTextHandler.Cache().Lookup(words(textColor, 10).Font, 10)
	for _, row := range []struct {
		name string
		draw func(c *svgCanvas)
		want string
	}{
		{"a circle is two arcs", func(c *svgCanvas) { c.Fill(circle) }, `<path d="M5,0A5,5 0 0 0 -5,0A5,5 0 0 0 5,0" style="fill:#000000"/>`},
		{"curves keep their controls, and y counts downwards", func(c *svgCanvas) { c.Fill(curve) }, `d="M0,0Q1,-1,2,0C3,-1,4,-1,5,0"`},
		{"a line of no width is not drawn", func(c *svgCanvas) { c.SetLineWidth(0); c.Stroke(curve) }, ""},
		{"dashes have an offset", func(c *svgCanvas) {
			c.SetLineWidth(2)
			c.SetLineDash([]vg.Length{4, 2}, 1)
			c.Stroke(curve)
		}, `style="fill:none;stroke:#000000;stroke-width:2;stroke-dasharray:4,2;stroke-dashoffset:1"`},
		{"transforms end with what was pushed", func(c *svgCanvas) {
			c.Push()
			c.Translate(vg.Point{X: 1, Y: 2})
			c.Rotate(math.Pi / 2)
			c.Scale(2, 3)
			c.SetColor(color.White)
			c.Pop()
			c.Fill(circle)
		}, `<g transform="translate(1,-2)"><g transform="rotate(-90)"><g transform="scale(2,3)"></g></g></g><path d="M5,0A5,5 0 0 0 -5,0A5,5 0 0 0 5,0" style="fill:#000000"/>`},
		{"a translucent color keeps its role", func(c *svgCanvas) { c.variables = true; c.SetColor(Series(0).translucent()); c.Fill(curve) }, `style="fill:var(--s1,#0072b2);fill-opacity:0.59"`},
		{"text says how long it is", func(c *svgCanvas) { c.FillString(face, vg.Point{X: 1, Y: 2}, "a<b") }, `<text x="1" y="-2" textLength="17" lengthAdjust="spacingAndGlyphs" style="font-size:10px;fill:#000000">a&lt;b</text>`},
		{"text in a script that the font lacks does not", func(c *svgCanvas) { c.FillString(face, vg.Point{}, "日本") }, `<text x="0" y="0" style=`},
		{"text without a size is not drawn", func(c *svgCanvas) { c.FillString(font.Face{}, vg.Point{}, "a") }, ""},
		{"an image is embedded", func(c *svgCanvas) {
			c.DrawImage(rectangle(1, 3, 1, 2), image.NewGray(image.Rect(0, 0, 1, 1)))
		}, `<image x="1" y="-2" width="2" height="1" href="data:image/png;base64,`},
	} {
		t.Run(row.name, func(t *testing.T) {
			c := &svgCanvas{}
			vg.Initialize(c)
			row.draw(c)
			if got := strings.TrimSpace(c.String()); !strings.Contains(got, row.want) || row.want == "" && got != "" {
				t.Errorf("%s\nwant %s", got, row.want)
			}
		})
	}
}
