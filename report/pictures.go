package report

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"tollgate/report/chart"
)

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

// Save writes what is not in one file into a folder, which it makes: every
// chart as SVG and PNG, wide, and every table as CSV. It returns the names.
func Save(dir string, pictures []NamedPicture, tables []NamedTable) (names []string, err error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("cannot make the folder %s: %w", dir, err)
	}
	var errs []error
	save := func(name string, write func(io.Writer) error) {
		names = append(names, name)
		f, err := os.Create(filepath.Join(dir, name))
		if err == nil {
			err = errors.Join(write(f), f.Close())
		}
		errs = append(errs, err)
	}
	for _, p := range pictures {
		pic := p.Picture(chart.Wide)
		save(p.Name+".svg", pic.SVG)
		save(p.Name+".png", pic.PNG)
	}
	for _, t := range tables {
		save(t.Name+".csv", t.Write)
	}
	return names, errors.Join(errs...)
}
