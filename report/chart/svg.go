package chart

import (
	"fmt"
	"html"
	"io"
	"math"
	"strings"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// fonts have the widths that gonum lays text out with.
const fonts = `Arial, Helvetica, &quot;Liberation Sans&quot;, &quot;Nimbus Sans&quot;, Arimo, sans-serif`

// SVG writes p as a file of its own: white paper, legend, fixed colors.
func (p Picture) SVG(w io.Writer) error {
	full := p.standalone()
	_, err := fmt.Fprintf(w, `<svg xmlns="http://www.w3.org/2000/svg" width="%g" height="%g" viewBox="0 0 %g %g" role="img" font-family="%s">`+
		"\n<title>%s</title>\n<desc>%s</desc>\n<rect width=\"100%%\" height=\"100%%\" fill=\"#ffffff\"/>\n%s</svg>\n",
		full.Width, full.Height, full.Width, full.Height, fonts, clean(p.Title), clean(p.Desc), full.layers(false))
	return err
}

// Inline returns p as an element for a web page: no legend, since the page has
// its own, and colors as CSS variables. All text in it is escaped. The id must be
// unique in the page.
func (p Picture) Inline(id, class string) string {
	return fmt.Sprintf(`<svg class="%s" viewBox="0 0 %g %g" role="img" aria-labelledby="%s-t %s-d" font-family="%s">`+
		"\n<title id=\"%s-t\">%s</title><desc id=\"%s-d\">%s</desc>\n%s</svg>",
		html.EscapeString(class), p.Width, p.Height, id, id, fonts, id, clean(p.Title), id, clean(p.Desc), p.layers(true))
}

// Swatch returns the mark of e as a small SVG element for the legend of a web page.
func (e Entry) Swatch() string {
	p := Picture{Width: 14, Height: 14, Layers: []Layer{{Class: "swatch", Draw: func(c draw.Canvas) {
		marker(&c, c.Center(), e.Color, e.Marker)
	}}}}
	return `<svg class="swatch" viewBox="0 0 14 14" aria-hidden="true">` + strings.TrimSpace(p.layers(true)) + "</svg>"
}

// layers writes every layer as a group with its tips.
func (p Picture) layers(variables bool) string {
	c := &svgCanvas{variables: variables}
	fmt.Fprintf(c, "<g transform=\"translate(0,%s)\">\n", decimal(p.Height))
	for _, l := range p.Layers {
		fmt.Fprintf(c, "<g class=\"%s\">", html.EscapeString(l.Class))
		if l.Tip != "" {
			fmt.Fprintf(c, "<title>%s</title>", clean(l.Tip))
		}
		c.WriteByte('\n')
		vg.Initialize(c)
		area := draw.NewCanvas(c, p.Width, p.Height)
		l.Draw(area)
		if l.Tips != nil {
			c.tips(l.Tips(area))
		}
		c.WriteString("</g>\n")
	}
	c.WriteString("</g>\n")
	return c.String()
}

// tips writes tips as invisible rectangles.
func (c *svgCanvas) tips(tips []Tip) {
	if len(tips) == 0 {
		return
	}
	c.WriteString(`<g fill="none" pointer-events="all">`)
	for _, t := range tips {
		size := t.Size()
		w := decimal(size.X)
		fmt.Fprintf(c, `<path d="M%s,%sh%sv%sh-%sz"><title>%s</title></path>`,
			decimal(t.Min.X), decimal(-t.Max.Y), w, decimal(size.Y), w, clean(t.Text))
	}
	c.WriteString("</g>")
}

// clean escapes s for an SVG element, without characters that XML refuses.
func clean(s string) string { return html.EscapeString(Legible(s, 2000)) }

// A Tip is a text that appears when a pointer rests on a part of a picture: a
// <title> of SVG, which browsers show without any script.
type Tip struct {
	vg.Rectangle
	Text string
}

const (
	tipReach = vg.Length(6) // from a point, to each side
	tipApart = 6.0          // pixels between points that can be pointed at one by one
	mostTips = 240          // of a layer: it bounds the size of a page
)

// tipsAt returns tips around points. Of points that lie on each other the first
// is kept, so that an extreme, which lies by itself, always is; of too many they
// are kept farther apart.
func tipsAt(points []vg.Point, text func(i int) string) (tips []Tip) {
	kept := sparse(points, tipApart)
	for apart := tipApart; len(kept) > mostTips; {
		apart *= 1.5
		kept = sparse(points, apart)
	}
	for _, i := range kept {
		tips = append(tips, Tip{box(points[i], tipReach, tipReach), text(i)})
	}
	return tips
}

// sparse chooses points that are so many pixels from the one chosen before.
func sparse(points []vg.Point, apart float64) (kept []int) {
	for i, at := range points {
		if n := len(kept); n > 0 {
			last := points[kept[n-1]]
			if math.Hypot(float64(at.X-last.X), float64(at.Y-last.Y)) < apart {
				continue
			}
		}
		kept = append(kept, i)
	}
	return kept
}
