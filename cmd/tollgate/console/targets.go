package console

import (
	"fmt"
	"slices"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"tollgate/pricing/escape"
	"tollgate/scenarios/session"
)

// shown are the percentiles of the table.
var shown = [len(Latencies{})]struct {
	name string
	q    float64
}{{"p50", 0.5}, {"p90", 0.9}, {"p99", 0.99}}

const (
	cellWidth  = 8
	countWidth = 11
	nameMost   = 24

	corner = "response, ms"
)

// latencies is the table of targets: response time over the last seconds and
// over the whole run. On a narrow terminal only the latter is shown.
func (d *drawing) latencies(most int) []string {
	name := ansi.StringWidth(corner)
	for _, t := range d.Targets {
		name = max(name, min(nameMost, ansi.StringWidth(escape.Text(t.Name))))
	}
	sets := []struct {
		title string
		of    func(Target) Latencies
	}{
		{fmt.Sprintf("last %d s", window), func(t Target) Latencies { return t.Recent }},
		{"whole run", func(t Target) Latencies { return t.Overall }},
	}
	set := cellWidth*len(shown) + 2
	if name+2*set+countWidth > d.width {
		sets = sets[1:]
	}
	counts := right("requests", countWidth)
	if name+len(sets)*set+countWidth > d.width {
		counts = ""
	}
	head, sub := left(corner, name), left("target", name)
	for _, s := range sets {
		head += "  " + right(s.title, set-2)
		sub += "  "
		for _, p := range shown {
			sub += right(p.name, cellWidth)
		}
	}
	lines := []string{d.pen.faint(head), d.pen.faint(sub + counts)}
	rows := min(len(d.Targets), max(1, most))
	for _, t := range d.Targets[:rows] {
		line := left(escape.Text(t.Name), name)
		for _, s := range sets {
			line += "  " + percentiles(s.of(t))
		}
		if counts != "" {
			line += right(whole(t.ended()), countWidth)
		}
		if slices.ContainsFunc(d.Under, func(u session.Underway) bool { return u.Target == t.Name }) {
			line = d.pen.good(line)
		}
		lines = append(lines, line)
	}
	if more := len(d.Targets) - rows; more > 0 {
		lines = append(lines, d.pen.faint(fmt.Sprintf("and %d more", more)))
	}
	return lines
}

func percentiles(l Latencies) string {
	var b strings.Builder
	for _, v := range l {
		text := "–"
		if v >= 0 {
			text = millis(v)
		}
		b.WriteString(right(text, cellWidth))
	}
	return b.String()
}

// sparks are the eighths of a bar.
var sparks = []rune("▁▂▃▄▅▆▇█")

// sparkline draws the rates of the last minute, the highest as a full bar.
func (d *drawing) sparkline() string {
	rates := d.Rates
	if room := d.width - 13; len(rates) > room {
		rates = rates[len(rates)-max(0, room):]
	}
	top := 0.0
	for _, r := range rates {
		top = max(top, r)
	}
	var b strings.Builder
	for _, r := range rates {
		if r <= 0 || top <= 0 {
			b.WriteRune(' ')
			continue
		}
		b.WriteRune(sparks[min(len(sparks)-1, int(r/top*float64(len(sparks))))])
	}
	return d.pen.good(b.String())
}
