package chart

import (
	"fmt"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Heat is where latencies lay over time: a column is a stretch of time, a row a
// range of latency, and the stronger a cell's colour, the more of its column's requests
// are in it. Averages and percentiles hide two humps; this does not.
type Heat struct {
	Title, Desc string
	Edges       []float64 // of the rows, in milliseconds, rising; one more than rows
	Panels      []HeatPanel
}

// A HeatPanel is one target's.
type HeatPanel struct {
	Title   string
	Columns []HeatColumn
}

// A HeatColumn is a stretch of a target's own time, in seconds, with the share
// of its requests in each row.
type HeatColumn struct {
	From, To float64
	Shares   []float64
}

// shades are where one shade of a heat map ends and the next begins: each is
// about three times the share of the one before.
var shades = []struct {
	from  float64
	label string
}{{0, "below 1%"}, {0.01, "1% to 3%"}, {0.03, "3% to 10%"}, {0.1, "10% to 30%"}, {0.3, "30% and more"}}

// shade returns which one a share has.
func shade(share float64) int {
	k := 0
	for i, s := range shades {
		if share >= s.from {
			k = i
		}
	}
	return k
}

// Picture lays the chart out.
func (ch Heat) Picture(l Layout) Picture {
	grid := panels{l.Width, 220, min(l.Columns, max(1, len(ch.Panels))), len(ch.Panels), 22}
	pic := grid.picture(ch.Title, ch.Desc)
	p := ch.axes()
	for k, s := range shades {
		pic.Legend = append(pic.Legend, Entry{s.label, Shade(k), -1})
	}
	for i, panel := range ch.Panels {
		area, around := grid.area(i), setting{title: Legible(panel.Title, 44)}
		pic.Layers = append(pic.Layers, Layer{Class: "frame", Draw: func(c draw.Canvas) {
			around.draw(p, area(c), false)
		}})
		for k := range shades {
			pic.Layers = append(pic.Layers, Layer{
				Class: "heat", Tip: panel.Title + ": " + shades[k].label + " of the requests of that time",
				Draw: func(c draw.Canvas) { ch.draw(panel, k, p, around.data(p, area(c))) },
			})
		}
		pic.Layers[len(pic.Layers)-1].Tips = func(c draw.Canvas) []Tip { return ch.tips(panel, p, around.data(p, area(c))) }
	}
	return pic
}

func (ch Heat) axes() *plot.Plot {
	end := 1.0
	for _, panel := range ch.Panels {
		for _, c := range panel.Columns {
			end = max(end, c.To)
		}
	}
	lo, hi := 1.0, 10.0
	if n := len(ch.Edges); n > 1 {
		lo, hi = ch.Edges[0], ch.Edges[n-1]
	}
	p := axes(clock(end, 6), decades(lo, hi, ms))
	p.Y.Scale = plot.LogScale{}
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = 0, end, lo, hi
	return p
}

// draw fills the cells of one shade; those above each other become one.
func (ch Heat) draw(panel HeatPanel, k int, p *plot.Plot, c draw.Canvas) {
	tx, ty := p.Transforms(&c)
	var path vg.Path
	for _, column := range panel.Columns {
		x0, x1 := tenth(tx(column.From)), tenth(tx(column.To))
		if x1-x0 > 5 {
			x1--
		}
		for row := 0; row < len(column.Shares); row++ {
			if column.Shares[row] <= 0 || shade(column.Shares[row]) != k {
				continue
			}
			last := row
			for last+1 < len(column.Shares) && column.Shares[last+1] > 0 && shade(column.Shares[last+1]) == k {
				last++
			}
			y0, y1 := tenth(ty(ch.Edges[row])), tenth(ty(ch.Edges[last+1]))
			path.Move(vg.Point{X: x0, Y: y0})
			path.Line(vg.Point{X: x1, Y: y0})
			path.Line(vg.Point{X: x1, Y: y1})
			path.Line(vg.Point{X: x0, Y: y1})
			path.Close()
			row = last
		}
	}
	if path != nil {
		c.SetColor(Shade(k))
		c.Fill(path)
	}
}

// tips tell of each column where most of it is.
func (ch Heat) tips(panel HeatPanel, p *plot.Plot, c draw.Canvas) (tips []Tip) {
	tx, _ := p.Transforms(&c)
	label := span(p.X.Max)
	for _, column := range panel.Columns {
		middle, top, sum := -1, -1, 0.0
		for row, share := range column.Shares {
			sum += share
			if share > 0 {
				top = row
			}
			if middle < 0 && sum >= 0.5 {
				middle = row
			}
		}
		if middle < 0 {
			continue
		}
		tips = append(tips, Tip{columnOf(c, tx(column.From), tx(column.To)), fmt.Sprintf("%s, %s to %s: median %s to %s ms, slowest %s to %s ms", panel.Title,
			label(round3(column.From)), label(round3(column.To)), figure(ch.Edges[middle]), figure(ch.Edges[middle+1]), figure(ch.Edges[top]), figure(ch.Edges[top+1]))})
	}
	return tips
}

// tenth rounds to a tenth of a pixel, for shorter files.
func tenth(x vg.Length) vg.Length { return vg.Length(math.Round(float64(x)*10) / 10) }
