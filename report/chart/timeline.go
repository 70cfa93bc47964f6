package chart

import (
	"fmt"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Timeline is what came back, by outcome, over the time that was a target's
// own: the turns of other targets are left out, so that they are not mistaken
// for silence.
type Timeline struct {
	Title, Desc string
	Panels      []TimelinePanel   // one for each target; they share their axes
	Codes       map[string]string // what the legend adds to an outcome: ": 404, 405"
}

// A TimelinePanel is one target's.
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

// Picture lays the chart out.
func (ch Timeline) Picture(l Layout) Picture {
	grid := panels{l.Width, 190, min(l.Columns, max(1, len(ch.Panels))), len(ch.Panels), 22}
	pic := grid.picture(ch.Title, ch.Desc)
	p := ch.axes()
	for _, name := range ch.outcomes() {
		pic.Legend = append(pic.Legend, Entry{name + ch.Codes[name], Outcome(name), -1})
	}
	for i, panel := range ch.Panels {
		area, around := grid.area(i), setting{title: Legible(panel.Title, 44), unit: "requests/s"}
		pic.Layers = append(pic.Layers, Layer{Class: "frame", Draw: func(c draw.Canvas) {
			around.draw(p, area(c), false)
		}})
		for k, name := range panel.Outcomes {
			pic.Layers = append(pic.Layers, Layer{
				Class: "outcome outcome-" + name, Tip: panel.Title + ": " + name,
				Draw: func(c draw.Canvas) {
					panel.draw(k, Outcome(name), p, around.data(p, area(c)))
				},
			})
		}
		if n := len(panel.Outcomes); n > 0 {
			pic.Layers = append(pic.Layers, Layer{
				Class: "bins", Draw: func(draw.Canvas) {},
				Tips: func(c draw.Canvas) []Tip { return panel.tips(p, around.data(p, area(c))) },
			})
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
	ticks := steps(top, 3, short)
	if last := ticks[len(ticks)-1].Value; last < top {
		top = last + ticks[1].Value
		ticks = append(ticks, plot.Tick{Value: round(top), Label: short(round(top))})
	}
	p := axes(clock(end, 6), ticks)
	p.X.Max, p.Y.Max = end, top
	p.X.Min, p.Y.Min = 0, 0
	return p
}

// outcomes are those of all panels, in the order of the first that has them.
func (ch Timeline) outcomes() []string {
	var names []string
	seen := map[string]bool{}
	for _, panel := range ch.Panels {
		for _, name := range panel.Outcomes {
			if !seen[name] {
				seen[name] = true
				names = append(names, name)
			}
		}
	}
	return names
}

// tips tell of each bin what came back in it.
func (t TimelinePanel) tips(p *plot.Plot, c draw.Canvas) (tips []Tip) {
	tx, _ := p.Transforms(&c)
	label := span(p.X.Max)
	for _, b := range t.Bins {
		text := fmt.Sprintf("%s, %s to %s:", t.Title, label(round3(b.From)), label(round3(b.To)))
		for k, name := range t.Outcomes {
			if b.Rates[k] > 0 || k == 0 {
				text += fmt.Sprintf(" %s %s/s,", name, figure(b.Rates[k]))
			}
		}
		tips = append(tips, Tip{columnOf(c, tx(b.From), tx(b.To)), strings.TrimSuffix(text, ",")})
	}
	return tips
}

// draw fills the k'th outcome of every bin, on top of those before it, with a
// hair of paper between bins that are wide enough to show it.
func (t TimelinePanel) draw(k int, color Color, p *plot.Plot, c draw.Canvas) {
	tx, ty := p.Transforms(&c)
	var path vg.Path
	for _, b := range t.Bins {
		if b.Rates[k] <= 0 {
			continue
		}
		base := 0.0
		for _, r := range b.Rates[:k] {
			base += r
		}
		x0, x1, y0, y1 := tx(b.From), tx(b.To), ty(base), ty(base+b.Rates[k])
		if x1-x0 > 3 {
			x1--
		}
		if y1-y0 < 1 {
			y1 = y0 + 1 // a single failure among thousands is still seen
		}
		path.Move(vg.Point{X: x0, Y: y0})
		path.Line(vg.Point{X: x1, Y: y0})
		path.Line(vg.Point{X: x1, Y: y1})
		path.Line(vg.Point{X: x0, Y: y1})
		path.Close()
	}
	if path != nil {
		c.SetColor(color)
		c.Fill(path)
	}
}
