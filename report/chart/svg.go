package chart

import (
	"bytes"
	"fmt"
	"html"
	"io"
	"regexp"
	"strconv"
	"strings"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgsvg"
)

// fonts have the widths that gonum lays text out with.
const fonts = `Arial, Helvetica, &quot;Liberation Sans&quot;, &quot;Nimbus Sans&quot;, Arimo, sans-serif`

// SVG writes p as a file of its own: white paper, legend, fixed colours.
func (p Picture) SVG(w io.Writer) error {
	body, height, err := p.withLegend()
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, `<svg xmlns="http://www.w3.org/2000/svg" width="%g" height="%g" viewBox="0 0 %g %g" role="img" font-family="%s">`+
		"\n<title>%s</title>\n<desc>%s</desc>\n<rect width=\"100%%\" height=\"100%%\" fill=\"#ffffff\"/>\n%s</svg>\n",
		p.Width.Points(), height, p.Width.Points(), height, fonts, clean(p.Title), clean(p.Desc), body)
	return err
}

func (p Picture) withLegend() (body string, height float64, err error) {
	full := p.standalone()
	body, err = full.groups(func(s string) string { return s })
	return body, full.Height.Points(), err
}

// Inline returns p as an element for a web page: no legend, since the page has
// its own, and inks as CSS variables. All text in it is escaped. The id must be
// unique in the page.
func (p Picture) Inline(id, class string) (string, error) {
	body, err := p.groups(variables(inkNames()))
	if err != nil {
		return "", err
	}
	return fmt.Sprintf(`<svg class="%s" viewBox="0 0 %g %g" role="img" aria-labelledby="%s-t %s-d" font-family="%s">`+
		"\n<title id=\"%s-t\">%s</title><desc id=\"%s-d\">%s</desc>\n%s</svg>",
		html.EscapeString(class), p.Width.Points(), p.Height.Points(), id, id, fonts, id, clean(p.Title), id, clean(p.Desc), body), nil
}

// Swatch returns the mark of e as a small SVG element for a legend in a web
// page. It says nothing by itself.
func (e Entry) Swatch() (string, error) {
	p := Picture{Width: 14, Height: 14, Layers: []Layer{{Class: "swatch", Draw: func(c draw.Canvas) {
		marker(&c, c.Center(), e.Ink, e.Marker)
	}}}}
	body, err := p.groups(variables(inkNames()))
	return `<svg class="swatch" viewBox="0 0 14 14" aria-hidden="true">` + strings.TrimSpace(body) + "</svg>", err
}

// groups draws every layer on its own canvas and returns them as SVG groups.
func (p Picture) groups(paint func(string) string) (string, error) {
	var b strings.Builder
	for _, l := range p.Layers {
		c := vgsvg.New(p.Width, p.Height)
		l.Draw(draw.New(c))
		body, err := inner(c)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(&b, "<g class=\"%s\">", html.EscapeString(l.Class))
		if l.Tip != "" {
			fmt.Fprintf(&b, "<title>%s</title>", clean(l.Tip))
		}
		b.WriteString(tidy(paint(fitted(body))))
		if l.Tips != nil {
			writeTips(&b, l.Tips(draw.New(c)), p.Height)
		}
		b.WriteString("</g>\n")
	}
	return b.String(), nil
}

// inner returns what vgsvg wrote between <svg …> and </svg>.
func inner(c *vgsvg.Canvas) (string, error) {
	var buf bytes.Buffer
	if _, err := c.WriteTo(&buf); err != nil {
		return "", err
	}
	s := buf.String()
	i := strings.Index(s, "<svg")
	from := i + strings.Index(s[i:], ">") + 1
	to := strings.LastIndex(s, "</svg>")
	if i < 0 || to < from {
		return "", fmt.Errorf("the SVG canvas wrote no <svg> element")
	}
	return strings.TrimSpace(s[from:to]), nil
}

var (
	colour = regexp.MustCompile(`(fill|stroke):(#[0-9A-Fa-f]{6})`)
	family = regexp.MustCompile(`font-family:[^;"]*;font-variant:[^;"]*;font-weight:(\w+);font-style:[^;"]*;`)
	breaks = regexp.MustCompile(`\n\s*style=`)
)

// variables replaces colours by CSS variables. Text cannot be hit: vgsvg
// escapes quotes, and the patterns are looked for inside style="…" only.
func variables(names map[string]string) func(string) string {
	return inStyles(func(style string) string {
		return colour.ReplaceAllStringFunc(style, func(m string) string {
			property, hex, _ := strings.Cut(m, ":")
			name, ok := names[strings.ToLower(hex)]
			if !ok {
				return m
			}
			return property + ":var(--" + name + "," + strings.ToLower(hex) + ")"
		})
	})
}

// tidy leaves the font's family to the element around it and keeps the weight
// where it is not the normal one.
func tidy(svg string) string {
	svg = breaks.ReplaceAllString(svg, " style=")
	return inStyles(func(style string) string {
		return family.ReplaceAllStringFunc(style, func(m string) string {
			if w := family.FindStringSubmatch(m)[1]; w != "normal" {
				return "font-weight:" + w + ";"
			}
			return ""
		})
	})(svg)
}

var styles = regexp.MustCompile(`style="[^"]*"`)

func inStyles(change func(string) string) func(string) string {
	return func(svg string) string { return styles.ReplaceAllStringFunc(svg, change) }
}

var texts = regexp.MustCompile(`(?s)<text x="[^"]*" y="[^"]*" transform="[^"]*"(\s*)style="([^"]*)">([^<]*)</text>`)

// fitted tells each text how long it was taken to be, so that it neither
// collides nor is cut where the reader's machine has none of the fonts. Scripts
// that the measuring font lacks keep their own length.
func fitted(svg string) string {
	return texts.ReplaceAllStringFunc(svg, func(m string) string {
		parts := texts.FindStringSubmatch(m)
		text := html.UnescapeString(parts[3])
		if strings.TrimSpace(text) == "" || strings.ContainsFunc(text, func(r rune) bool { return r > 0x24f && r != '−' && (r < 0x2010 || r > 0x2122) }) {
			return m
		}
		how := []wording{left}
		if strings.Contains(parts[2], "font-weight:bold") {
			how = append(how, bold)
		}
		length := words(textInk, fontSize(parts[2]), how...).Width(text)
		return strings.Replace(m, "<text ", fmt.Sprintf(`<text textLength="%.1f" lengthAdjust="spacingAndGlyphs" `, length.Points()), 1)
	})
}

var sizes = regexp.MustCompile(`font-size:([0-9.]+)px`)

// fontSize reads the size off a style; vgsvg leaves out what CSS takes anyway,
// which no text of ours is set in.
func fontSize(style string) vg.Length {
	m := sizes.FindStringSubmatch(style)
	if m == nil {
		return textSize
	}
	v, err := strconv.ParseFloat(m[1], 64)
	if err != nil {
		return textSize
	}
	return vg.Length(v)
}

// clean escapes s for an SVG element, without characters that XML refuses.
func clean(s string) string { return html.EscapeString(Legible(s, 2000)) }
