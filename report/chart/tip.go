package chart

import (
	"math"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// A Tip is what a pointer is told that rests on a part of a picture. It is a
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

// box is the rectangle around a point.
func box(at vg.Point, dx, dy vg.Length) vg.Rectangle {
	return vg.Rectangle{Min: vg.Point{X: at.X - dx, Y: at.Y - dy}, Max: vg.Point{X: at.X + dx, Y: at.Y + dy}}
}

// columnOf is the part of a canvas between two values of x.
func columnOf(c draw.Canvas, x0, x1 vg.Length) vg.Rectangle {
	return vg.Rectangle{Min: vg.Point{X: x0, Y: c.Min.Y}, Max: vg.Point{X: x1, Y: c.Max.Y}}
}
