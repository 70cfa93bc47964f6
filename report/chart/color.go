package chart

import "image/color"

// A Color has a role. In a web page it is the CSS variable of that name, with the
// color itself as its fallback.
type Color struct {
	Role string
	color.NRGBA
}

func rgb(role string, hex uint32) Color {
	return Color{role, color.NRGBA{uint8(hex >> 16), uint8(hex >> 8), uint8(hex), 255}}
}

// translucent lets the paper shine through large areas.
func (c Color) translucent() Color {
	c.A = 0x96
	return c
}

// The colors of frames.
var (
	textColor  = rgb("chart-text", 0x40464e)
	faintColor = rgb("chart-faint", 0x68707a)
	gridColor  = rgb("chart-grid", 0xdfe3e8)
	axisColor  = rgb("chart-axis", 0x9aa2ac)
	paperColor = rgb("chart-paper", 0xffffff)
)

// The colors of series: Okabe and Ito's hues, darkened where they are too faint
// on white (3:1 at least).
var seriesColors = []Color{
	rgb("s1", 0x0072b2), rgb("s2", 0xc8500a), rgb("s3", 0x00855f), rgb("s4", 0xa8439a),
	rgb("s5", 0x8f6b00), rgb("s6", 0x3c93c7), rgb("s7", 0x7a4a2b), rgb("s8", 0x5b6770),
}

// Series returns the color of the i'th series, of eight that differ.
func Series(i int) Color { return seriesColors[i%len(seriesColors)] }

// The colors of outcomes: a calm one for what went well, loud ones for what did not.
var outcomeColors = map[string]Color{
	"ok":         rgb("o-ok", 0x7fa8c4),
	"429":        rgb("o-429", 0xe69f00),
	"4xx":        rgb("o-4xx", 0xb0609a),
	"5xx":        rgb("o-5xx", 0xcc3311),
	"unexpected": rgb("o-unexpected", 0x6a51a3),
	"timeout":    rgb("o-timeout", 0x882255),
	"connection": rgb("o-connection", 0x332288),
	"generator":  rgb("o-generator", 0x55595f),
}

// Outcome returns the color of an outcome.
func Outcome(name string) Color {
	if color, ok := outcomeColors[name]; ok {
		return color
	}
	return outcomeColors["generator"]
}

// The colors of parts of a bar: eight hues, and each again paler, since bills of several
// front doors side by side have more lines than there are hues that one can tell apart.
var partColors = []Color{
	rgb("p1", 0x5f86a8), rgb("p2", 0xd9822b), rgb("p3", 0x2f9e83), rgb("p4", 0x8a78b8),
	rgb("p5", 0xb8a03a), rgb("p6", 0xc06c84), rgb("p7", 0x6b7480), rgb("p8", 0x9a6b4f),
	rgb("p9", 0xa7bccf), rgb("p10", 0xeaba8a), rgb("p11", 0x8dcabb), rgb("p12", 0xbfb5d8),
	rgb("p13", 0xd8cb93), rgb("p14", 0xdcaebb), rgb("p15", 0xaeb3b9), rgb("p16", 0xc7ae9e),
}

// Part returns the color of the i'th part of a bar, of sixteen that differ.
func Part(i int) Color { return partColors[i%len(partColors)] }

// The colors of a heat map, from little to much: one hue, evenly darker.
var shadeColors = []Color{
	rgb("h1", 0xdde8f1), rgb("h2", 0xa9c8e0), rgb("h3", 0x6fa3ca), rgb("h4", 0x2f76ab), rgb("h5", 0x0d3f6b),
}

// Shade returns the color of the k'th shade.
func Shade(k int) Color { return shadeColors[min(max(k, 0), len(shadeColors)-1)] }
