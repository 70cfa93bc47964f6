package report

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"tollgate/report/chart"
)

// A NamedPicture is a chart of a report, to be laid out and drawn.
type NamedPicture struct {
	Name    string // of its file: "latency"
	Picture func(chart.Layout) chart.Picture
}

// Pictures are the charts that there is data for, in the order of the page.
func (r *Report) Pictures() []NamedPicture {
	ps := slices.Concat(named("latency", r.Percentiles), named("heat", r.Heat), named("timeline", r.Timeline))
	for _, s := range r.Sections {
		for _, f := range s.Findings {
			ps = append(ps, f.Charts...)
		}
	}
	ps = slices.Concat(ps, named("waterfall", r.Waterfall), named("bill", r.Bills), named("costs", r.Costs))
	if r.Map != nil {
		ps = append(ps, NamedPicture{"map", r.Map.Chart.Picture})
	}
	ps = append(ps, named("comparison", r.Forest)...)
	if r.Trend != nil {
		ps = append(ps, r.Trend.Pictures()...)
	}
	return ps
}

// named names a chart that there may be none of.
func named[C interface {
	Picture(chart.Layout) chart.Picture
}](name string, ch *C) []NamedPicture {
	if ch == nil {
		return nil
	}
	return []NamedPicture{{name, (*ch).Picture}}
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
