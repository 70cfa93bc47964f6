package chart

import (
	"cmp"
	"fmt"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// An Event is a place on the axis where something changed, such as a knee or a
// release. Low and High are its interval; nil: none.
type Event struct {
	At        float64
	Label     string
	Low, High *float64
}

const (
	labelRow  = vg.Length(15)
	mostRows  = 5 // of labels; labels without room are only in tips
	labelSize = 30
)

// A labelled event has its label in a row above the plot.
type labelled struct {
	Event
	row   int
	right bool // the label stands at the left of its line
}

type labels []labelled

// placeLabels gives every event a row so that no label lies on another, nor on
// the line of another. Lines go up to their labels: of labels that stand at the
// right of their lines the last is lowest, and the other way round.
func placeLabels(events []Event, p *plot.Plot, width vg.Length) labels {
	var all labels
	for _, e := range events {
		if e.At >= p.X.Min && e.At <= p.X.Max {
			all = append(all, labelled{Event: e})
		}
	}
	slices.SortStableFunc(all, func(a, b labelled) int { return cmp.Compare(a.At, b.At) })
	spans := make([][2]vg.Length, len(all))
	for i := range all {
		const sides = vg.Length(50) // that the labels of y take
		x := sides + vg.Length(p.X.Norm(all[i].At))*(width-sides)
		w := words(textColor, textSize, left).Width(all[i].text()) + 12
		spans[i] = [2]vg.Length{x, x + w}
		if all[i].right = x+w > width; all[i].right {
			spans[i] = [2]vg.Length{x - w, x}
		}
	}
	settle := func(i int, done []int) {
		for _, j := range done {
			if spans[i][0] < spans[j][1] && spans[j][0] < spans[i][1] {
				all[i].row = max(all[i].row, all[j].row+1)
			}
		}
	}
	var done []int
	for i := range all {
		if all[i].right {
			settle(i, done)
			done = append(done, i)
		}
	}
	for i := len(all) - 1; i >= 0; i-- {
		if !all[i].right {
			settle(i, done)
			done = append(done, i)
		}
	}
	return all
}

func (e Event) text() string { return Legible(e.Label, labelSize) }

// height is what the labels take above a plot.
func (ls labels) height() vg.Length {
	rows := 0
	for _, e := range ls {
		rows = max(rows, min(e.row+1, mostRows))
	}
	if rows == 0 {
		return 0
	}
	return labelRow*vg.Length(rows) + 4 // a marker at the very top reaches so far
}

func (ls labels) shade(v view) {
	for _, e := range ls {
		if e.Low != nil && e.High != nil && *e.Low < *e.High {
			fill(v.Canvas, gridColor, v.column(v.within(*e.Low), v.within(*e.High)))
		}
	}
}

func (ls labels) draw(v view) {
	for _, e := range ls {
		x, top, text := v.x(e.At), v.Max.Y, ""
		if e.row < mostRows {
			top += labelRow*vg.Length(e.row+1) + 1
			text = e.text()
		}
		v.marked(x, top, top-9, text, e.right)
	}
}

// marked draws a dashed line up to top, with a label next to it.
func (v view) marked(x, top, y vg.Length, label string, atLeft bool) {
	align, dx := left, vg.Length(5)
	if atLeft {
		align, dx = right, -5
	}
	v.FillText(words(textColor, textSize, align), vg.Point{X: x + dx, Y: y}, label)
	v.StrokeLine2(draw.LineStyle{Color: axisColor, Width: 1.5, Dashes: []vg.Length{4, 3}}, x, v.Min.Y, x, top)
}

func (ls labels) tips(v view) (tips []Tip) {
	for _, e := range ls {
		text := e.Label
		if e.Low != nil && e.High != nil {
			text += fmt.Sprintf(", from %s to %s", figure(*e.Low), figure(*e.High))
		}
		tips = append(tips, Tip{v.column(v.x(e.At)-tipReach, v.x(e.At)+tipReach), text})
	}
	return tips
}
