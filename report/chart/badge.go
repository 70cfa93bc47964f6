package chart

import (
	"math"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// badge is a word on paper of its own, so that it reads on every color.
func badge(c draw.Canvas, at vg.Point, width vg.Length, text string) {
	fill(c, paperColor, box(at, width/2, 10))
	c.FillText(words(textColor, textSize, centre, bold), vg.Point{X: at.X, Y: at.Y - 4}, text)
}

// callout marks a point, with its label on the side where it covers fewer
// edges, and returns what it takes.
func (g grid) callout(at vg.Point, label string) vg.Rectangle {
	c := g.Canvas
	text := Legible(label, 40)
	width := words(textColor, textSize, left, bold).Width(text) + 12
	side := width/2 + 12
	leftFits, rightFits := at.X-2*side > c.Min.X, at.X+2*side < c.Max.X
	if leftFits && (!rightFits || g.changes(at, -2*side) < g.changes(at, 2*side)) {
		side = -side
	}
	y := min(max(at.Y, c.Min.Y+12), c.Max.Y-12)
	badge(c, vg.Point{X: at.X + side, Y: y}, width, text)
	c.DrawGlyphNoClip(draw.GlyphStyle{Color: paperColor, Radius: 8, Shape: diamond{}}, at)
	c.DrawGlyphNoClip(draw.GlyphStyle{Color: textColor, Radius: 5, Shape: diamond{}}, at)
	taken := box(vg.Point{X: at.X + side, Y: y}, width/2+4, 14)
	taken.Min.X, taken.Max.X = min(taken.Min.X, at.X-10), max(taken.Max.X, at.X+10)
	return taken
}

// changes counts the edges that a line to the side of a point meets.
func (g grid) changes(at vg.Point, dx vg.Length) (n int) {
	area := g.area(at)
	for i := range 8 {
		next := g.area(vg.Point{X: at.X + dx*vg.Length(i+1)/8, Y: at.Y})
		if next != area {
			n++
		}
		area = next
	}
	return n
}

func (g grid) area(at vg.Point) int {
	i, j := g.cell(at)
	return g.cells[j][i]
}

// snapped is the place next to a point, in its row or its column, where an edge
// is drawn: edges are drawn between cells, and the point may lie within one.
func (g grid) snapped(at vg.Point) vg.Point {
	i, j := g.cell(at)
	best, far := at, vg.Length(math.Inf(1))
	for x := 1; x < len(g.xs)-1; x++ {
		if d := vg.Length(math.Abs(float64(g.xs[x] - at.X))); g.cells[j][x-1] != g.cells[j][x] && d < far {
			best, far = vg.Point{X: g.xs[x], Y: (g.ys[j] + g.ys[j+1]) / 2}, d
		}
	}
	for y := 1; y < len(g.ys)-1; y++ {
		if d := vg.Length(math.Abs(float64(g.ys[y] - at.Y))); g.cells[y-1][i] != g.cells[y][i] && d < far {
			best, far = vg.Point{X: (g.xs[i] + g.xs[i+1]) / 2, Y: g.ys[y]}, d
		}
	}
	return best
}

func (g grid) cell(at vg.Point) (i, j int) {
	for i < len(g.xs)-2 && g.xs[i+1] < at.X {
		i++
	}
	for j < len(g.ys)-2 && g.ys[j+1] < at.Y {
		j++
	}
	return i, j
}

const ring = vg.Length(9) // radius

// A numbered ring stands at a point, or near it with a thread to it.
type numbered struct {
	point, at vg.Point
	label     string
}

// placed moves rings upwards where they would lie on each other.
func placed(rings []numbered, in vg.Rectangle) []numbered {
	var taken []vg.Point
	for i := range rings {
		rings[i].at = place(rings[i].point, taken, in)
		taken = append(taken, rings[i].at)
	}
	return rings
}

func drawRings(c draw.Canvas, rings []numbered) {
	for _, r := range rings {
		c.StrokeLine2(draw.LineStyle{Color: textColor, Width: 1}, r.point.X, r.point.Y, r.at.X, r.at.Y)
		c.DrawGlyphNoClip(draw.GlyphStyle{Color: textColor, Radius: 2.5, Shape: draw.CircleGlyph{}}, r.point)
		c.DrawGlyphNoClip(draw.GlyphStyle{Color: paperColor, Radius: ring, Shape: draw.CircleGlyph{}}, r.at)
		c.DrawGlyphNoClip(draw.GlyphStyle{Color: textColor, Radius: ring, Shape: draw.RingGlyph{}}, r.at)
		c.FillText(words(textColor, textSize, centre, bold), vg.Point{X: r.at.X, Y: r.at.Y - 4}, r.label)
	}
}

// place finds room for a ring near point: above it, or further along a spiral.
func place(point vg.Point, taken []vg.Point, in vg.Rectangle) vg.Point {
	for i := range 64 {
		turn := math.Pi/2 + float64(i)*math.Pi/4
		away := 20 + 7*vg.Length(i/8)
		at := vg.Point{X: point.X + away*vg.Length(math.Cos(turn)), Y: point.Y + away*vg.Length(math.Sin(turn))}
		if at.X-ring < in.Min.X || at.X+ring > in.Max.X || at.Y-ring < in.Min.Y+18 || at.Y+ring > in.Max.Y {
			continue
		}
		free := true
		for _, t := range taken {
			free = free && math.Hypot(float64(t.X-at.X), float64(t.Y-at.Y)) > float64(2*ring+3)
		}
		if free {
			return at
		}
	}
	return point
}
