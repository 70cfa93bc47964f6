package chart

import (
	"fmt"
	"image/color"
	"slices"
)

// An Ink is a colour by role. In a web page it is the CSS variable --Name, with
// the colour as its fallback.
type Ink struct {
	Name  string
	Color color.NRGBA
}

func rgb(name string, hex uint32) Ink {
	return Ink{name, color.NRGBA{uint8(hex >> 16), uint8(hex >> 8), uint8(hex), 255}}
}

// thinned is a colour with paper shining through. It is rounded so that vgsvg,
// which works the colour out again, finds the very one that inks are known by.
type thinned color.NRGBA

func (t thinned) RGBA() (r, g, b, a uint32) {
	a = 0x9696
	of := func(v uint8) uint32 { return min(a, uint32(v)*0x101*a/0xffff+2) }
	return of(t.R), of(t.G), of(t.B), a
}

// Hex prints the colour as CSS does: "#0072b2".
func (i Ink) Hex() string {
	return fmt.Sprintf("#%02x%02x%02x", i.Color.R, i.Color.G, i.Color.B)
}

// The inks of frames. Every ink has a colour of its own, by which the SVG
// writer finds its name again; none is pure black, which vgsvg leaves out.
var (
	textInk  = rgb("chart-text", 0x40464e)
	faintInk = rgb("chart-faint", 0x68707a)
	gridInk  = rgb("chart-grid", 0xdfe3e8)
	axisInk  = rgb("chart-axis", 0x9aa2ac)
	paperInk = rgb("chart-paper", 0xffffff)
)

// The inks of series: Okabe and Ito's hues, darkened where they are too faint
// on white (3:1 at least).
var seriesInks = []Ink{
	rgb("s1", 0x0072b2), rgb("s2", 0xc8500a), rgb("s3", 0x00855f), rgb("s4", 0xa8439a),
	rgb("s5", 0x8f6b00), rgb("s6", 0x3c93c7), rgb("s7", 0x7a4a2b), rgb("s8", 0x5b6770),
}

// Series returns the ink of the i'th series; after eight they come round again,
// with another marker.
func Series(i int) Ink { return seriesInks[i%len(seriesInks)] }

// Outcome inks: a calm one for what went well, loud ones for what did not.
var outcomeInks = map[string]Ink{
	"ok":         rgb("o-ok", 0x7fa8c4),
	"429":        rgb("o-429", 0xe69f00),
	"4xx":        rgb("o-4xx", 0xb0609a),
	"5xx":        rgb("o-5xx", 0xcc3311),
	"unexpected": rgb("o-unexpected", 0x6a51a3),
	"timeout":    rgb("o-timeout", 0x882255),
	"connection": rgb("o-connection", 0x332288),
	"generator":  rgb("o-generator", 0x55595f),
}

// Outcome returns the ink of an outcome.
func Outcome(name string) Ink {
	if ink, ok := outcomeInks[name]; ok {
		return ink
	}
	return outcomeInks["generator"]
}

// The inks of parts of a bar.
var partInks = []Ink{
	rgb("p1", 0x5f86a8), rgb("p2", 0xd9822b), rgb("p3", 0x2f9e83), rgb("p4", 0x8a78b8),
	rgb("p5", 0xb8a03a), rgb("p6", 0xc06c84), rgb("p7", 0x6b7480), rgb("p8", 0x9a6b4f),
}

// Part returns the ink of the i'th part of a bar.
func Part(i int) Ink { return partInks[i%len(partInks)] }

// The inks of a heat map, from little to much: one hue, evenly darker.
var shadeInks = []Ink{
	rgb("h1", 0xdde8f1), rgb("h2", 0xa9c8e0), rgb("h3", 0x6fa3ca), rgb("h4", 0x2f76ab), rgb("h5", 0x0d3f6b),
}

// Shade returns the ink of the k'th shade.
func Shade(k int) Ink { return shadeInks[min(max(k, 0), len(shadeInks)-1)] }

// inkNames finds an ink's name by its colour.
func inkNames() map[string]string {
	names := map[string]string{}
	for _, i := range []Ink{textInk, faintInk, gridInk, axisInk, paperInk} {
		names[i.Hex()] = i.Name
	}
	for _, i := range slices.Concat(seriesInks, partInks, shadeInks) {
		names[i.Hex()] = i.Name
	}
	for _, i := range outcomeInks {
		names[i.Hex()] = i.Name
	}
	return names
}
