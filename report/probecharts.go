package report

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"tollgate/report/chart"
	"tollgate/results"
)

// pictured draws a finding: what was refused with the bucket that was inferred,
// histograms, parts of a sum, and whatever else it has as lines.
func pictured(id string, f results.Finding) (out []NamedPicture) {
	add := func(picture func(chart.Layout) chart.Picture) {
		out = append(out, NamedPicture{fmt.Sprintf("%s-%d", id, len(out)+1), picture})
	}
	left := slices.DeleteFunc(slices.Clone(f.Series), func(s results.Series) bool { return len(s.Points) == 0 })
	left = throttles(f, left, add)
	left = histograms(f, left, add)
	if ch, ok := overhead(f); ok {
		add(ch.Picture)
	}
	for _, ch := range lines(f, left) {
		add(ch.Picture)
	}
	return out
}

// about begins every chart of a finding.
func about(f results.Finding) string { return titleOf(f) + ": " + f.Target }

// histograms draws the series that count responses by milliseconds, and returns the others.
func histograms(f results.Finding, all []results.Series, add func(func(chart.Layout) chart.Picture)) (left []results.Series) {
	var counts []results.Series
	for _, s := range all {
		if s.Y == "responses" && strings.HasSuffix(s.X, "(ms)") {
			counts = append(counts, s)
		} else {
			left = append(left, s)
		}
	}
	if len(counts) == 0 {
		return left
	}
	ch := chart.Histogram{
		Title: about(f), X: counts[0].X, Y: counts[0].Y,
		Desc: fmt.Sprintf("How many responses took how long at %s, on a log axis; each sort has a panel of its own. %s", f.Target, f.Conclusion),
	}
	half := math.Sqrt(binRatio(counts))
	for _, s := range counts {
		panel := chart.HistogramPanel{Title: s.Name}
		for _, pt := range s.Points {
			panel.Bins = append(panel.Bins, chart.HistogramBin{From: pt[0] / half, To: pt[0] * half, Count: pt[1]})
		}
		for _, q := range []string{"p50", "p99"} {
			if v, ok := f.Values[s.Name+"_"+q]; ok && v.Unit == "ms" {
				panel.Marks = append(panel.Marks, chart.Event{At: v.Value, Label: q + " " + digits(v.Value) + " ms", Low: v.Low, High: v.High})
			}
		}
		ch.Panels = append(ch.Panels, panel)
	}
	add(ch.Picture)
	return left
}

// binRatio is the ratio of neighboring bins: probes count in equal steps of a logarithm.
func binRatio(all []results.Series) float64 {
	ratio := math.Pow(10, 1.0/20) // what they use, where no two bins are neighbours
	for _, s := range all {
		for i := 1; i < len(s.Points); i++ {
			if r := s.Points[i][0] / s.Points[i-1][0]; r > 1+1e-6 {
				ratio = min(ratio, r)
			}
		}
	}
	return ratio
}

// lines draws series as lines; those with the same axes share a chart.
func lines(f results.Finding, all []results.Series) (out []*chart.Lines) {
	type axes struct{ x, y string }
	grouped := map[axes]*chart.Lines{}
	for _, s := range all {
		a := axes{s.X, s.Y}
		ch := grouped[a]
		if ch == nil {
			ch = &chart.Lines{
				Title: about(f), X: s.X, Y: s.Y, Events: events(f, s),
				Desc: fmt.Sprintf("%s against %s at %s. %s", capital(s.Y), s.X, f.Target, f.Conclusion),
			}
			grouped[a] = ch
			out = append(out, ch)
		}
		ch.Series = append(ch.Series, chart.Line{Name: s.Name, Series: len(ch.Series), Points: s.Points})
		if s.Name == "goodput" && strings.HasPrefix(s.X, offered) {
			x := s.Points[len(s.Points)-1][0]
			ch.Series = append(ch.Series, chart.Line{Name: "as much as was offered", Series: 7, Points: [][2]float64{{s.Points[0][0], s.Points[0][0]}, {x, x}}, Dashed: true})
		}
	}
	return out
}

// offered begins the title of the axis of a saturation curve.
const offered = "offered rate"

// events are the points on the axis of a saturation curve: the knee, and where limits still hold.
func events(f results.Finding, s results.Series) (es []chart.Event) {
	if !strings.HasPrefix(s.X, offered) {
		return nil
	}
	for _, e := range []struct{ value, words string }{{"knee", "knee"}, {"highest_rate", "limits hold to"}} {
		if v, ok := f.Values[e.value]; ok {
			es = append(es, chart.Event{At: v.Value, Label: e.words + " " + inUnit(v.Value, v.Unit), Low: v.Low, High: v.High})
		}
	}
	return es
}

// overheadParts are the parts of a request's mean time in the order in which a
// request meets them, as the probe names them.
var overheadParts = []struct{ name, title string }{
	{"dns", "name resolution"},
	{"connect", "TCP handshake"},
	{"tls", "TLS handshake"},
	{"network", "network and client"},
	{"network_and_gateway", "network, client and door"},
	{"gateway", "gateway"},
	{"to_function", "door to function, unexplained"},
	{"function", "function"},
	{"unexplained", "unexplained"},
}

// overhead takes a request's mean time apart.
func overhead(f results.Finding) (ch chart.Waterfall, ok bool) {
	total, ok := f.Values["total"]
	if !ok || f.Probe != "overhead" || !(total.Value > 0 && plausible(total)) {
		return ch, false
	}
	ch = chart.Waterfall{
		Title: about(f), Axis: "mean milliseconds of a request",
		Desc:  fmt.Sprintf("The mean time of a request at %s, part by part: each begins where the one before it ends. Whiskers are intervals. The values beneath are the same.", f.Target),
		Label: func(v float64) string { return digits(v) + " ms" },
	}
	sum := 0.0
	for _, part := range overheadParts {
		if v, ok := f.Values[part.name]; ok && v.Unit == "ms" && plausible(v) {
			sum += v.Value
			ch.Parts = append(ch.Parts, chart.WaterfallPart{Name: part.title, Value: v.Value, Low: v.Low, High: v.High})
		}
	}
	if rest := total.Value - sum; math.Abs(rest) > 0.005*total.Value {
		ch.Parts = append(ch.Parts, chart.WaterfallPart{Name: "unattributed", Value: rest})
	}
	ch.Parts = append(ch.Parts, chart.WaterfallPart{Name: "all together", Value: total.Value, Low: total.Low, High: total.High, Total: true})
	return ch, true
}

// plausible says whether a time in milliseconds is at most a week; longer ones are mistakes.
func plausible(v results.Value) bool {
	for _, ms := range []*float64{&v.Value, v.Low, v.High} {
		if ms != nil && !(math.Abs(*ms) < 7*24*3600*1000) {
			return false
		}
	}
	return true
}
