package chart

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Lines are series over a common axis: a saturation curve, a trend. A series
// whose points do not go from left to right is a cloud of dots.
type Lines struct {
	Title, Desc string
	X, Y        string    // titles of the axes, with units
	Since       time.Time // where x counts days since then: the axis has dates
	Series      []Line
	Events      []Event
}

type Line struct {
	Name   string
	Series int // chooses color and marker
	Points [][2]float64
	Notes  []string // what else there is to say of each point; nil: nothing
	Dashed bool     // it is a reference, and nothing that was measured
}

// farthest is beyond what any axis of ours counts; points out there are left
// out, and so are those that are no numbers. What is nearer to nothing than
// nearest is nothing.
const (
	farthest = 1e15
	nearest  = 1e-9
)

func (ln Line) sane() Line {
	var points [][2]float64
	var notes []string
	for i, pt := range ln.Points {
		if math.Abs(pt[0]) <= farthest && math.Abs(pt[1]) <= farthest {
			for k, v := range pt {
				if math.Abs(v) < nearest {
					pt[k] = 0
				}
			}
			points = append(points, pt)
			if i < len(ln.Notes) {
				notes = append(notes, ln.Notes[i])
			}
		}
	}
	ln.Points, ln.Notes = points, notes
	return ln
}

func (ch Lines) Picture(l Layout) Picture {
	ch.Series = slices.Clone(ch.Series)
	for i := range ch.Series {
		ch.Series[i] = ch.Series[i].sane()
	}
	pic := Picture{Title: ch.Title, Desc: ch.Desc, Width: l.Width, Height: 300}
	p := ch.axes(l)
	labels := placeLabels(ch.Events, p, l.Width)
	a := area{Plot: p, unit: Legible(ch.Y, 25+15*l.Columns), caption: Legible(ch.X, 25+15*l.Columns), above: labels.height()}
	pic.Height += a.above
	pic.Layers = append(pic.Layers, a.frame(false))
	if len(ch.Events) > 0 {
		pic.Layers = append(pic.Layers, a.layer("event", "", func(v view) {
			labels.shade(v)
			labels.draw(v)
		}, labels.tips))
	}
	for _, line := range ch.Series {
		pic.Legend = append(pic.Legend, Entry{line.Name, Series(line.Series), line.mark()})
		pic.Layers = append(pic.Layers, a.layer(fmt.Sprintf("series series-%d", line.Series), line.Name, line.draw, func(v view) []Tip {
			return tipsAt(line.path(v), func(i int) string { return ch.tip(line, i) })
		}))
	}
	return pic
}

// mark is the shape of the line's marker in a legend.
func (ln Line) mark() int {
	if ln.Dashed {
		return dash
	}
	return ln.Series
}

// tip is the text of the i'th point of a series.
func (ch Lines) tip(line Line, i int) string {
	pt := line.Points[i]
	text := fmt.Sprintf("%s: %s at %s", line.Name, counted(pt[1], ch.Y), counted(pt[0], ch.X))
	if !ch.Since.IsZero() {
		text = fmt.Sprintf("%s: %s on %s", line.Name, counted(pt[1], ch.Y), dayOf(ch.Since, pt[0]).Format("2 January 2006, 15:04"))
	}
	if i < len(line.Notes) && line.Notes[i] != "" {
		text += ", " + line.Notes[i]
	}
	return text
}

// counted prints a value in what the title of its axis says it counts.
func counted(v float64, title string) string {
	unit := title
	if open := strings.LastIndex(title, "("); open >= 0 && strings.HasSuffix(title, ")") {
		unit = title[open+1 : len(title)-1]
	}
	return figure(v) + " " + unit
}

func (ch Lines) axes(l Layout) *plot.Plot {
	x0, x1, y0, y1 := math.Inf(1), math.Inf(-1), math.Inf(1), math.Inf(-1)
	for _, line := range ch.Series {
		for _, pt := range line.Points {
			x0, x1 = min(x0, pt[0]), max(x1, pt[0])
			y0, y1 = min(y0, pt[1]), max(y1, pt[1])
		}
	}
	if x1 < x0 {
		x0, x1, y0, y1 = 0, 1, 0, 1
	}
	x, y := scaleOf(x0, x1, 3+2*l.Columns), scaleOf(y0, y1, 4)
	if !ch.Since.IsZero() {
		x = datesOf(ch.Since, x0, x1, 2+2*l.Columns)
	}
	p := ranged(axes(x.ticks, y.ticks), x.lo, x.hi, y.lo, y.hi)
	if x.log {
		p.X.Scale = plot.LogScale{}
	}
	if y.log {
		p.Y.Scale = plot.LogScale{}
	}
	return p
}

// onward says whether the points go from left to right.
func (ln Line) onward() bool {
	return slices.IsSortedFunc(ln.Points, func(a, b [2]float64) int {
		if a[0] < b[0] {
			return -1
		}
		return 1
	})
}

func (ln Line) path(v view) (path []vg.Point) {
	for _, pt := range ln.Points {
		path = append(path, v.at(max(pt[0], v.plot.X.Min), max(pt[1], v.plot.Y.Min)))
	}
	return path
}

// middles are the points that a line goes through: where several stand above
// each other, because something was tried again, the middle one of them.
func (ln Line) middles(path []vg.Point) (through []vg.Point) {
	for i := 0; i < len(path); {
		n := i
		for n < len(path) && ln.Points[n][0] == ln.Points[i][0] {
			n++
		}
		same := slices.Clone(path[i:n])
		slices.SortFunc(same, func(a, b vg.Point) int { return cmp.Compare(a.Y, b.Y) })
		through = append(through, same[(len(same)-1)/2])
		i = n
	}
	return through
}

func (ln Line) draw(v view) {
	color, onward, path := Series(ln.Series), ln.onward(), ln.path(v)
	sty := draw.LineStyle{Color: color, Width: 2}
	if ln.Dashed {
		sty.Width, sty.Dashes = 1.5, []vg.Length{5, 4}
	}
	if through := ln.middles(path); onward && len(through) > 1 {
		v.StrokeLines(sty, through)
	}
	if ln.Dashed {
		return
	}
	if few := len(ln.Points) <= 40; !onward || few || len(path) == 1 {
		for _, at := range path {
			marker(&v.Canvas, at, color, ln.Series)
		}
	}
}
