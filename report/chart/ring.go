package chart

import (
	"math"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

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
		c.StrokeLine2(draw.LineStyle{Color: textInk.Color, Width: 1}, r.point.X, r.point.Y, r.at.X, r.at.Y)
		c.DrawGlyphNoClip(draw.GlyphStyle{Color: textInk.Color, Radius: 2.5, Shape: draw.CircleGlyph{}}, r.point)
		c.DrawGlyphNoClip(draw.GlyphStyle{Color: paperInk.Color, Radius: ring, Shape: draw.CircleGlyph{}}, r.at)
		c.DrawGlyphNoClip(draw.GlyphStyle{Color: textInk.Color, Radius: ring, Shape: draw.RingGlyph{}}, r.at)
		c.FillText(words(textInk, textSize, centre, bold), vg.Point{X: r.at.X, Y: r.at.Y - 4}, r.label)
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
