package chart

import (
	"fmt"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
)

// Map is which of several areas each point of two variables belongs to, such
// as the door that is cheapest there.
type Map struct {
	Title, Desc string
	X, Y        string // captions of the axes
	XAt, YAt    []float64
	LogX, LogY  bool
	XLabel      func(float64) string // print a value
	YLabel      func(float64) string
	Areas       []MapArea
	Cells       [][]int  // [y][x]: index into areas; −1: none
	None        string   // what none means
	Close       [][]bool // [y][x]: another area is nearly as good
	CloseNote   string   // what near means
	Edges       []MapPoint
	Own         *MapPoint // where the reader stands
}

// none is the area of cells that belong to none.
const none = -1

type MapArea struct {
	Name   string
	Series int
}

// A MapPoint is a place with a label: of an edge a number that a table explains.
type MapPoint struct {
	X, Y  float64
	Label string
}

func (ch Map) Picture(l Layout) Picture {
	pic := Picture{Title: ch.Title, Desc: ch.Desc, Width: l.Width, Height: 400}
	a := area{Plot: ch.axes(l), unit: Legible(ch.Y, 60), caption: Legible(ch.X, 60)}
	pic.Layers = append(pic.Layers, a.frame(true))
	for k, each := range ch.Areas {
		pic.Legend = append(pic.Legend, Entry{each.Name, Series(each.Series), square})
		pic.Layers = append(pic.Layers, a.layer(fmt.Sprintf("area series-%d", each.Series), "", func(v view) { ch.grid(v).fill(k, Series(each.Series)) }, nil))
	}
	if slices.ContainsFunc(ch.Cells, func(row []int) bool { return slices.Contains(row, none) }) {
		pic.Legend = append(pic.Legend, Entry{ch.None, axisColor, square})
		pic.Layers = append(pic.Layers, a.layer("area none", "", func(v view) { ch.grid(v).fill(none, axisColor) }, nil))
	}
	if slices.ContainsFunc(ch.Close, func(row []bool) bool { return slices.Contains(row, true) }) {
		pic.Legend = append(pic.Legend, Entry{ch.CloseNote, axisColor, stripes})
	}
	pic.Layers = append(pic.Layers, a.layer("edges", "", func(v view) {
		g := ch.grid(v)
		g.stripe()
		g.outline()
		ch.label(g)
	}, func(v view) []Tip { return ch.tips(ch.grid(v)) }))
	return pic
}

func (ch Map) axes(l Layout) *plot.Plot {
	x0, x1 := ch.XAt[0], ch.XAt[len(ch.XAt)-1]
	y0, y1 := ch.YAt[0], ch.YAt[len(ch.YAt)-1]
	ticks := func(log bool, lo, hi float64, label func(float64) string) plot.ConstantTicks {
		if log {
			return decades(lo, hi, label)
		}
		return steps(hi, 5, label)
	}
	x := ticks(ch.LogX, x0, x1, ch.XLabel)
	if l.Columns == 1 && len(x) > 7 {
		x = everySecond(x)
	}
	p := axes(x, ticks(ch.LogY, y0, y1, ch.YLabel))
	if ch.LogX {
		p.X.Scale = plot.LogScale{}
	}
	if ch.LogY {
		p.Y.Scale = plot.LogScale{}
	}
	return ranged(p, x0, x1, y0, y1)
}

// label names the areas where they are widest, numbers the edges, and marks
// where the reader stands.
func (ch Map) label(g grid) {
	var rings []numbered
	for _, e := range ch.Edges {
		rings = append(rings, numbered{point: g.snapped(g.at(e.X, e.Y)), label: e.Label})
	}
	rings = placed(rings, g.Rectangle)
	taken := make([]vg.Rectangle, 0, len(rings)+1)
	for _, r := range rings {
		taken = append(taken, box(r.at, 2*ring, 2*ring))
	}
	if own := ch.Own; own != nil {
		taken = append(taken, g.callout(g.at(min(max(own.X, g.plot.X.Min), g.plot.X.Max), min(max(own.Y, g.plot.Y.Min), g.plot.Y.Max)), own.Label))
	}
	for k, area := range ch.Areas {
		name := Legible(area.Name, 20)
		width := words(textColor, textSize, left, bold).Width(name) + 12
		if at, ok := g.room(k, width, 20, taken); ok {
			badge(g.Canvas, at, width, name)
		}
	}
	drawRings(g.Canvas, rings)
}

// tips say for each part of the map which area its middle belongs to.
func (ch Map) tips(g grid) (tips []Tip) {
	const across, up = 20, 12 // fewer than a layer may have
	nx, ny := len(ch.XAt), len(ch.YAt)
	for j := range min(up, ny) {
		for i := range min(across, nx) {
			x0, x1 := i*nx/min(across, nx), (i+1)*nx/min(across, nx)
			y0, y1 := j*ny/min(up, ny), (j+1)*ny/min(up, ny)
			x, y := (x0+x1)/2, (y0+y1)/2
			name := ch.None
			if area := ch.Cells[y][x]; area >= 0 {
				name = ch.Areas[area].Name
			}
			text := fmt.Sprintf("%s and %s: %s", ch.XLabel(figureOf(ch.XAt[x])), ch.YLabel(ch.YAt[y]), name)
			if ch.Close[y][x] {
				text += ", " + ch.CloseNote
			}
			tips = append(tips, Tip{rectangle(g.xs[x0], g.xs[x1], g.ys[y0], g.ys[y1]), text})
		}
	}
	return tips
}
