package report

import "tollgate/report/chart"

// A NamedPicture is a chart of a report, to be laid out and drawn.
type NamedPicture struct {
	Name    string // of its file: "latency"
	Picture func(chart.Layout) chart.Picture
}

// Pictures are the charts that there is data for, in the order of the page.
func (r *Report) Pictures() []NamedPicture {
	var ps []NamedPicture
	if r.Percentiles != nil {
		ps = append(ps, NamedPicture{"latency", r.Percentiles.Picture})
	}
	if r.Heat != nil {
		ps = append(ps, NamedPicture{"heat", r.Heat.Picture})
	}
	if r.Timeline != nil {
		ps = append(ps, NamedPicture{"timeline", r.Timeline.Picture})
	}
	for _, s := range r.Sections {
		for _, f := range s.Findings {
			ps = append(ps, f.Charts...)
		}
	}
	if r.Waterfall != nil {
		ps = append(ps, NamedPicture{"waterfall", r.Waterfall.Picture})
	}
	if r.Bills != nil {
		ps = append(ps, NamedPicture{"bill", r.Bills.Picture})
	}
	if r.Costs != nil {
		ps = append(ps, NamedPicture{"costs", r.Costs.Picture})
	}
	if r.Map != nil {
		ps = append(ps, NamedPicture{"map", r.Map.Chart.Picture})
	}
	if r.Forest != nil {
		ps = append(ps, NamedPicture{"comparison", r.Forest.Picture})
	}
	if r.Trend != nil {
		ps = append(ps, r.Trend.Pictures()...)
	}
	return ps
}
