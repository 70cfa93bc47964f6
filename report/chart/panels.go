package chart

import (
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// panels is a grid of equal plots, filled row by row from the top left.
type panels struct {
	width, height vg.Length // of the picture, of one panel
	columns, n    int
	gap           vg.Length
}

func (g panels) picture(title, desc string) Picture {
	rows := vg.Length((g.n + g.columns - 1) / g.columns)
	return Picture{Title: title, Desc: desc, Width: g.width, Height: max(1, rows)*(g.height+g.gap) - g.gap}
}

// area returns a function that cuts the i'th panel out of the picture's canvas.
func (g panels) area(i int) func(draw.Canvas) draw.Canvas {
	w := (g.width - g.gap*vg.Length(g.columns-1)) / vg.Length(g.columns)
	x := vg.Length(i%g.columns) * (w + g.gap)
	y := vg.Length(i/g.columns) * (g.height + g.gap)
	return func(c draw.Canvas) draw.Canvas {
		return draw.Canvas{Canvas: c.Canvas, Rectangle: vg.Rectangle{
			Min: vg.Point{X: c.Min.X + x, Y: c.Max.Y - y - g.height},
			Max: vg.Point{X: c.Min.X + x + w, Y: c.Max.Y - y},
		}}
	}
}
