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

func (ch Throttle) Picture(l Layout) Picture {
	pic := Picture{Title: ch.Title, Desc: ch.Desc, Width: l.Width, Height: throttleHeight, Legend: []Entry{
		{"passed", Outcome("ok"), square}, {"refused", Outcome("429"), square},
	}}
	modelled := len(ch.Tokens) > 0
	upper := area{Plot: ch.axes(), unit: "requests/s", caption: "time", part: func(c draw.Canvas) draw.Canvas {
		c.Min.Y = c.Max.Y - throttleHeight
		return c
	}}
	if modelled {
		upper.caption = ""
		pic.Height += throttleGap + tokensHeight
		pic.Legend = append(pic.Legend, Entry{"allowed by the inferred bucket", textColor, dash}, Entry{"tokens in it", Series(0), square})
	}
	pic.Layers = []Layer{
		upper.frame(false),
		upper.layer("outcome outcome-ok", "", func(v view) {
			ch.bars(v, Outcome("ok"), func(b ThrottleBin) (float64, float64) { return 0, b.Passed })
		}, nil),
		upper.layer("outcome outcome-429", "", func(v view) {
			ch.bars(v, Outcome("429"), func(b ThrottleBin) (float64, float64) { return b.Passed, b.Passed + b.Refused })
		}, nil),
		upper.layer("bins", "", nil, ch.tips),
	}
	if modelled {
		pic.Layers = append(pic.Layers, upper.layer("model", "", ch.model, nil))
		pic.Layers = append(pic.Layers, ch.bucket(upper.Plot)...)
	}
	return pic
}

func (ch Throttle) axes() *plot.Plot {
	end, top := 1.0, 1.0
	for _, b := range ch.Bins {
		end, top = max(end, b.To), max(top, b.Passed+b.Refused, b.Model)
	}
	y := scaleOf(0, top, 4)
	return ranged(axes(clock(end, 6), y.ticks), 0, end, y.lo, y.hi)
}

func (ch Throttle) bars(v view, color Color, part func(ThrottleBin) (from, to float64)) {
	var bars []vg.Rectangle
	for _, b := range ch.Bins {
		if from, to := part(b); to > from {
			x0, x1 := v.x(b.From), v.x(b.To)
			bars = append(bars, rectangle(x0, spaced(x0, x1, 3), v.y(from), max(v.y(to), v.y(from)+1)))
		}
	}
	fill(v.Canvas, color, bars...)
}

// model draws what the bucket allows as steps, where there were requests.
func (ch Throttle) model(v view) {
	var line []vg.Point
	stroke := func() {
		for _, sty := range []draw.LineStyle{{Color: paperColor, Width: 3.5}, {Color: textColor, Width: 1.5, Dashes: []vg.Length{5, 3}}} {
			if len(line) > 1 {
				v.StrokeLines(sty, line)
			}
		}
		line = nil
	}
	for _, b := range ch.Bins {
		if b.Passed+b.Refused <= 0 {
			stroke()
			continue
		}
		line = append(line, v.at(b.From, b.Model), v.at(b.To, b.Model))
	}
	stroke()
}

func (ch Throttle) tips(v view) (tips []Tip) {
	label := span(v.plot.X.Max)
	for _, b := range ch.Bins {
		if b.Passed+b.Refused <= 0 {
			continue
		}
		text := fmt.Sprintf("%s to %s: passed %s/s, refused %s/s", label(b.From), label(b.To), figure(b.Passed), figure(b.Refused))
		if len(ch.Tokens) > 0 {
			text += fmt.Sprintf("; the inferred bucket allows %s/s", figure(b.Model))
		}
		tips = append(tips, Tip{v.column(v.x(b.From), v.x(b.To)), text})
	}
	return tips[:min(len(tips), mostTips)]
}

// bucket is the lower panel: the tokens over time.
func (ch Throttle) bucket(above *plot.Plot) []Layer {
	end := above.X.Max
	y := scaleOf(0, max(ch.Burst, 1), 3)
	lower := area{Plot: ranged(axes(clock(end, 6), y.ticks), 0, end, y.lo, y.hi), unit: "tokens in the inferred bucket", caption: "time", part: func(c draw.Canvas) draw.Canvas {
		c.Max.Y = c.Min.Y + tokensHeight
		return c
	}}
	align(above, lower.Plot)
	path := func(v view) (line []vg.Point) {
		for _, pt := range ch.Tokens {
			line = append(line, v.at(pt[0], min(max(pt[1], 0), v.plot.Y.Max)))
		}
		return line
	}
	return []Layer{lower.frame(false), lower.layer("tokens", "", func(v view) {
		v.StrokeLines(draw.LineStyle{Color: Series(0), Width: 2}, path(v))
	}, func(v view) []Tip {
		return tipsAt(path(v), func(i int) string {
			return fmt.Sprintf("%s: %s of %s tokens", span(end)(ch.Tokens[i][0]), figure(ch.Tokens[i][1]), figure(ch.Burst))
		})
	})}
}
