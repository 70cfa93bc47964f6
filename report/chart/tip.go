package chart

import (
	"math"

	"gonum.org/v1/plot/vg"
)

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
