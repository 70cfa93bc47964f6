package chart

import (
	"io"
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
	Columns int // of panels beside each other
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
	Tip   string // what a pointer resting on it is told; "" for nothing
	Draw  func(draw.Canvas)
	Tips  func(draw.Canvas) []Tip // what it is told on single points of it; nil: no more than Tip
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
