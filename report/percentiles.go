package report

import (
	"math"
	"slices"
	"time"

	"tollgate/report/chart"
	"tollgate/results"
)

// percentiles draws the curves of response and service time over good
// responses, as far as each sample is large enough; nil if none is.
func percentiles(run *results.Run, doors []Door) *chart.Percentiles {
	ch := &chart.Percentiles{Title: "Latency by percentile"}
	for _, c := range []struct {
		clock results.Clock
		title string
	}{
		{results.Response, "Response time: from when a request was due"},
		{results.Service, "Service time: from its first byte sent"},
	} {
		panel := chart.PercentilePanel{Title: c.title}
		for _, d := range doors {
			h := run.Histogram(func(k results.Key) bool {
				return int(k.Target) == d.Index && k.Outcome == results.OK && k.Clock == c.clock && !run.Document.Posted(k.Target, k.Request)
			})
			if points := quantiles(h); len(points) > 1 {
				panel.Curves = append(panel.Curves, chart.Curve{Name: d.Name, Series: d.Index, Points: points})
			}
		}
		if len(panel.Curves) > 0 {
			ch.Panels = append(ch.Panels, panel)
		}
	}
	ch.Desc = "Latency of good responses in milliseconds on a log axis, against the share of requests that were at least as fast; one curve for each target. The figures are in the table of targets."
	if len(ch.Panels) == 0 {
		return nil
	}
	return ch
}

// quantiles samples h evenly on the axis of the chart, 1/(1−q), as far as there are requests for it.
func quantiles(h *results.Histogram) []chart.Point {
	if h == nil || h.Count() == 0 {
		return nil
	}
	carried := sampled()
	if end := slices.IndexFunc(carried, func(q float64) bool { return !h.Carries(q) }); end >= 0 {
		carried = carried[:end]
	}
	var points []chart.Point
	for i, d := range h.Quantiles(carried...) {
		points = append(points, chart.Point{Quantile: carried[i], MS: milliseconds(d)})
	}
	return points
}

const (
	perDecade   = 24 // points between 90 % and 99 %, and so on
	mostDecades = 7
)

func sampled() []float64 {
	qs := []float64{0.5}
	for i := range perDecade * mostDecades {
		if i%perDecade == 0 && i > 0 {
			qs = append(qs, 1-1/math.Pow(10, float64(i/perDecade))) // exactly 0.9, 0.99, …
			continue
		}
		qs = append(qs, 1-math.Pow(10, -float64(i)/perDecade))
	}
	slices.Sort(qs)
	return qs
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
