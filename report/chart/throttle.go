package chart

import (
	"fmt"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Throttle is what passed and what was refused over time, with the token bucket
// that was inferred from it drawn over both: what such a bucket lets pass, and
// beneath it the tokens that it holds.
type Throttle struct {
	Title, Desc string
	Bins        []ThrottleBin
	Tokens      [][2]float64 // seconds, tokens; none: no bucket was found
	Burst       float64      // tokens of the full bucket
}

// A ThrottleBin is a stretch of time, in seconds, with rates per second. Model
// is what the inferred bucket would have let pass.
type ThrottleBin struct{ From, To, Passed, Refused, Model float64 }

const (
	throttleHeight = vg.Length(230)
	tokensHeight   = vg.Length(130)
	throttleGap    = vg.Length(14)
)

// Picture lays the chart out.
func (ch Throttle) Picture(l Layout) Picture {
	pic := Picture{Title: ch.Title, Desc: ch.Desc, Width: l.Width, Height: throttleHeight, Legend: []Entry{
		{"passed", Outcome("ok"), square}, {"refused", Outcome("429"), square},
	}}
	p, around := ch.axes(), setting{unit: "requests/s"}
	upper := func(c draw.Canvas) draw.Canvas {
		c.Min.Y = c.Max.Y - throttleHeight
		return c
	}
	modelled := len(ch.Tokens) > 0
	if modelled {
		pic.Height += throttleGap + tokensHeight
		pic.Legend = append(pic.Legend, Entry{"what the inferred bucket lets pass", textColor, dash}, Entry{"tokens in it", Series(0), square})
	} else {
		around.caption = "time"
	}
	data := func(c draw.Canvas) draw.Canvas { return around.data(p, upper(c)) }
	pic.Layers = []Layer{
		{Class: "frame", Draw: func(c draw.Canvas) { around.draw(p, upper(c), false) }},
		{Class: "outcome outcome-ok", Draw: func(c draw.Canvas) { ch.bars(p, data(c), false) }},
		{Class: "outcome outcome-429", Draw: func(c draw.Canvas) { ch.bars(p, data(c), true) }},
		{Class: "bins", Draw: func(draw.Canvas) {}, Tips: func(c draw.Canvas) []Tip { return ch.tips(p, data(c)) }},
	}
	if modelled {
		pic.Layers = append(pic.Layers, Layer{Class: "model", Draw: func(c draw.Canvas) { ch.model(p, data(c)) }})
		pic.Layers = append(pic.Layers, ch.bucket(p)...)
	}
	return pic
}

func (ch Throttle) axes() *plot.Plot {
	end, top := 1.0, 1.0
	for _, b := range ch.Bins {
		end, top = max(end, b.To), max(top, b.Passed+b.Refused, b.Model)
	}
	y := scaleOf(0, top, 4)
	p := axes(clock(end, 6), y.ticks)
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = 0, end, y.lo, y.hi
	return p
}

// bars fills what passed, or what was refused, on top of it.
func (ch Throttle) bars(p *plot.Plot, c draw.Canvas, refused bool) {
	tx, ty := p.Transforms(&c)
	var path vg.Path
	for _, b := range ch.Bins {
		from, to, color := 0.0, b.Passed, b.Passed
		if refused {
			from, to, color = b.Passed, b.Passed+b.Refused, b.Refused
		}
		if color <= 0 {
			continue
		}
		x0, x1 := tenth(tx(b.From)), tenth(tx(b.To))
		if x1-x0 > 3 {
			x1--
		}
		rectangle(&path, x0, x1, tenth(ty(from)), tenth(max(ty(to), ty(from)+1)))
	}
	if path == nil {
		return
	}
	c.SetColor(Outcome("ok"))
	if refused {
		c.SetColor(Outcome("429"))
	}
	c.Fill(path)
}

// model draws what the bucket lets pass as steps, where there were requests.
func (ch Throttle) model(p *plot.Plot, c draw.Canvas) {
	tx, ty := p.Transforms(&c)
	var line []vg.Point
	stroke := func() {
		for _, sty := range []draw.LineStyle{{Color: paperColor, Width: 3.5}, {Color: textColor, Width: 1.5, Dashes: []vg.Length{5, 3}}} {
			if len(line) > 1 {
				c.StrokeLines(sty, line)
			}
		}
		line = nil
	}
	for _, b := range ch.Bins {
		if b.Passed+b.Refused <= 0 {
			stroke()
			continue
		}
		y := tenth(ty(b.Model))
		line = append(line, vg.Point{X: tenth(tx(b.From)), Y: y}, vg.Point{X: tenth(tx(b.To)), Y: y})
	}
	stroke()
}

func (ch Throttle) tips(p *plot.Plot, c draw.Canvas) (tips []Tip) {
	tx, _ := p.Transforms(&c)
	label := span(p.X.Max)
	for _, b := range ch.Bins {
		if b.Passed+b.Refused <= 0 {
			continue
		}
		text := fmt.Sprintf("%s to %s: passed %s/s, refused %s/s", label(b.From), label(b.To), figure(b.Passed), figure(b.Refused))
		if len(ch.Tokens) > 0 {
			text += fmt.Sprintf("; the inferred bucket lets %s/s pass", figure(b.Model))
		}
		tips = append(tips, Tip{columnOf(c, tx(b.From), tx(b.To)), text})
	}
	return tips[:min(len(tips), mostTips)]
}

// bucket is the lower panel: the tokens over time.
func (ch Throttle) bucket(above *plot.Plot) []Layer {
	end := above.X.Max
	y := scaleOf(0, max(ch.Burst, 1), 3)
	p := axes(clock(end, 6), y.ticks)
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = 0, end, y.lo, y.hi
	align(above, p)
	around := setting{unit: "tokens in the inferred bucket", caption: "time"}
	lower := func(c draw.Canvas) draw.Canvas {
		c.Max.Y = c.Max.Y - throttleHeight - throttleGap
		return c
	}
	data := func(c draw.Canvas) draw.Canvas { return around.data(p, lower(c)) }
	path := func(c draw.Canvas) (line []vg.Point) {
		tx, ty := p.Transforms(&c)
		for _, pt := range ch.Tokens {
			line = append(line, vg.Point{X: tenth(tx(pt[0])), Y: tenth(ty(min(max(pt[1], 0), p.Y.Max)))})
		}
		return line
	}
	return []Layer{
		{Class: "frame", Draw: func(c draw.Canvas) { around.draw(p, lower(c), false) }},
		{
			Class: "tokens", Draw: func(c draw.Canvas) {
				c.StrokeLines(draw.LineStyle{Color: Series(0), Width: 2}, path(data(c)))
			},
			Tips: func(c draw.Canvas) []Tip {
				return tipsAt(path(data(c)), func(i int) string {
					return fmt.Sprintf("%s: %s of %s tokens", span(end)(ch.Tokens[i][0]), figure(ch.Tokens[i][1]), figure(ch.Burst))
				})
			},
		},
	}
}
