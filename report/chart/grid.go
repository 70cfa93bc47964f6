package chart

import (
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// A grid is the cells of a map in a view. Cells end half-way to their
// neighbours, the outermost at their own values.
type grid struct {
	view
	xs, ys []vg.Length // where cells begin, and where the last one ends
	cells  [][]int
	near   [][]bool
}

func (ch Map) grid(v view) grid {
	return grid{v, bounds(ch.XAt, v.x), bounds(ch.YAt, v.y), ch.Cells, ch.Close}
}

func bounds(at []float64, to func(float64) vg.Length) []vg.Length {
	n := len(at)
	out := make([]vg.Length, n+1)
	out[0], out[n] = to(at[0]), to(at[n-1])
	for i := 1; i < n; i++ {
		out[i] = (to(at[i-1]) + to(at[i])) / 2
	}
	return out
}

// runs calls f for each stretch of a row that want holds for.
func runs(n int, want func(i int) bool, f func(from, to int)) {
	for i := 0; i < n; i++ {
		if !want(i) {
			continue
		}
		from := i
		for i < n && want(i) {
			i++
		}
		f(from, i)
	}
}

// fill fills one area; stretches exactly above each other become one.
func (g grid) fill(area int, color Color) {
	var all []vg.Rectangle
	open := map[[2]int]int{} // by where a stretch begins and ends: its rectangle, if the row below has it, too
	for j, row := range g.cells {
		here := map[[2]int]int{}
		runs(len(row), func(i int) bool { return row[i] == area }, func(from, to int) {
			k, ok := open[[2]int{from, to}]
			if !ok {
				k, all = len(all), append(all, rectangle(g.xs[from], g.xs[to], g.ys[j], 0))
			}
			all[k].Max.Y = g.ys[j+1]
			here[[2]int{from, to}] = k
		})
		open = here
	}
	fill(g.Canvas, color.translucent(), all...)
}

// stripe draws stripes of paper where another area is nearly as good.
func (g grid) stripe() {
	const apart = vg.Length(5)
	last := g.ys[0]
	for j := range g.near {
		y := (g.ys[j] + g.ys[j+1]) / 2
		if y-last < apart {
			continue
		}
		last = y
		runs(len(g.near[j]), func(i int) bool { return g.near[j][i] }, func(from, to int) {
			g.StrokeLine2(draw.LineStyle{Color: paperColor, Width: 1.2}, g.xs[from], y, g.xs[to], y)
		})
	}
}

func (g grid) outline() {
	sty := draw.LineStyle{Color: textColor, Width: 1.5}
	for i := 1; i < len(g.xs)-1; i++ {
		runs(len(g.cells), func(j int) bool { return g.cells[j][i-1] != g.cells[j][i] }, func(from, to int) {
			g.StrokeLine2(sty, g.xs[i], g.ys[from], g.xs[i], g.ys[to])
		})
	}
	for j := 1; j < len(g.ys)-1; j++ {
		runs(len(g.cells[j]), func(i int) bool { return g.cells[j-1][i] != g.cells[j][i] }, func(from, to int) {
			g.StrokeLine2(sty, g.xs[from], g.ys[j], g.xs[to], g.ys[j])
		})
	}
}

// room finds the place for a label in an area that is farthest from its edges,
// clear of what is taken; ok is false where it does not fit.
func (g grid) room(area int, width, height vg.Length, taken []vg.Rectangle) (at vg.Point, ok bool) {
	best := vg.Length(0)
	for j := range g.cells {
		y := (g.ys[j] + g.ys[j+1]) / 2
		if y-height/2 < g.Min.Y || y+height/2 > g.Max.Y {
			continue
		}
		runs(len(g.cells[j]), func(i int) bool { return g.cells[j][i] == area }, func(from, to int) {
			x := (g.xs[from] + g.xs[to]) / 2
			label := box(vg.Point{X: x, Y: y}, width/2, height/2)
			air := min(g.xs[to]-g.xs[from]-width, 3*g.clearance(area, j, from, to, x))
			if air > best && unobstructed(label, taken) {
				best, at, ok = air, vg.Point{X: x, Y: y}, true
			}
		})
	}
	return at, ok
}

// clearance is how far the area goes up and down from a row at x.
func (g grid) clearance(area, row, from, to int, x vg.Length) vg.Length {
	i := from
	for i < to-1 && g.xs[i+1] < x {
		i++
	}
	low, high := row, row
	for low > 0 && g.cells[low-1][i] == area {
		low--
	}
	for high < len(g.cells)-1 && g.cells[high+1][i] == area {
		high++
	}
	y := (g.ys[row] + g.ys[row+1]) / 2
	return min(y-g.ys[low], g.ys[high+1]-y) - 10
}

func unobstructed(r vg.Rectangle, taken []vg.Rectangle) bool {
	for _, t := range taken {
		if r.Min.X < t.Max.X && t.Min.X < r.Max.X && r.Min.Y < t.Max.Y && t.Min.Y < r.Max.Y {
			return false
		}
	}
	return true
}
