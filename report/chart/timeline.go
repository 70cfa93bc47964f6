package chart

import (
	"fmt"
	"slices"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
)

// Timeline is what came back, by outcome, over the time that was a target's
// own: the turns of other targets are left out, so that they are not mistaken
// for silence.
type Timeline struct {
	Title, Desc string
	Panels      []TimelinePanel   // one for each target; they share their axes
	Codes       map[string]string // what the legend adds to an outcome: ": 404, 405"
}

type TimelinePanel struct {
	Title    string
	Outcomes []string // stacked from below
	Bins     []Bin
}

// A Bin is a stretch of a target's own time, in seconds, with the rate of each
// of the panel's outcomes, per second.
type Bin struct {
	From, To float64
	Rates    []float64
}

func (b Bin) total() float64 {
	t := 0.0
	for _, r := range b.Rates {
		t += r
	}
	return t
}

func (ch Timeline) Picture(l Layout) Picture {
	grid := panels{l.Width, 190, min(l.Columns, max(1, len(ch.Panels))), len(ch.Panels), 22}
	pic := grid.picture(ch.Title, ch.Desc)
	p := ch.axes()
	for _, name := range ch.outcomes() {
		pic.Legend = append(pic.Legend, Entry{name + ch.Codes[name], Outcome(name), square})
	}
	for i, panel := range ch.Panels {
		a := area{Plot: p, part: grid.part(i), title: Legible(panel.Title, 44), unit: "requests/s"}
		pic.Layers = append(pic.Layers, a.frame(false))
		for k, name := range panel.Outcomes {
			pic.Layers = append(pic.Layers, a.layer("outcome outcome-"+name, panel.Title+": "+name, func(v view) { panel.draw(k, Outcome(name), v) }, nil))
		}
		if len(panel.Outcomes) > 0 {
			pic.Layers = append(pic.Layers, a.layer("bins", "", nil, panel.tips))
		}
	}
	return pic
}

func (ch Timeline) axes() *plot.Plot {
	end, top := 1.0, 0.0
	for _, panel := range ch.Panels {
		for _, b := range panel.Bins {
			end, top = max(end, b.To), max(top, b.total())
		}
	}
	if top == 0 {
		top = 1
	}
	ticks, top := stepsOver(top, 3, Short)
	return ranged(axes(clock(end, 6), ticks), 0, end, 0, top)
}

// outcomes are those of all panels, in the order of the first that has them.
func (ch Timeline) outcomes() (names []string) {
	for _, panel := range ch.Panels {
		for _, name := range panel.Outcomes {
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	return names
}

func (t TimelinePanel) tips(v view) (tips []Tip) {
	label := span(v.plot.X.Max)
	for _, b := range t.Bins {
		text := fmt.Sprintf("%s, %s to %s:", t.Title, label(round3(b.From)), label(round3(b.To)))
		for k, name := range t.Outcomes {
			if b.Rates[k] > 0 || k == 0 {
				text += fmt.Sprintf(" %s %s/s,", name, figure(b.Rates[k]))
			}
		}
		tips = append(tips, Tip{v.column(v.x(b.From), v.x(b.To)), strings.TrimSuffix(text, ",")})
	}
	return tips
}

// draw fills the k'th outcome of every bin, on top of those before it.
func (t TimelinePanel) draw(k int, color Color, v view) {
	var bars []vg.Rectangle
	for _, b := range t.Bins {
		if b.Rates[k] <= 0 {
			continue
		}
		base := Bin{Rates: b.Rates[:k]}.total()
		x0, x1, y0 := v.x(b.From), v.x(b.To), v.y(base)
		bars = append(bars, rectangle(x0, spaced(x0, x1, 3), y0, max(v.y(base+b.Rates[k]), y0+1))) // a single failure among thousands is still seen
	}
	fill(v.Canvas, color, bars...)
}
