package report

import (
	"errors"
	"fmt"
	"html/template"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

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

// Save writes charts as SVG and PNG, wide, and tables as CSV into a folder. It returns their names.
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

// A figure is one chart drawn for a wide page and for a phone.
type figure struct {
	Wide, Narrow template.HTML
	Legend       []legendEntry
}

// A legendEntry explains one color. Where Toggle is set, a check box of that
// class hides what has that color.
type legendEntry struct {
	Name   string
	Mark   template.HTML
	Toggle string
}

// drawn draws a picture in both layouts, as SVG that package chart has escaped.
func drawn(name string, picture func(chart.Layout) chart.Picture) *figure {
	inline := func(p chart.Picture, l chart.Layout) template.HTML {
		return template.HTML(p.Inline(name+"-"+l.Name, "chart "+l.Name))
	}
	wide := picture(chart.Wide)
	f := &figure{Wide: inline(wide, chart.Wide), Narrow: inline(picture(chart.Narrow), chart.Narrow)}
	for _, e := range wide.Legend {
		f.Legend = append(f.Legend, legendEntry{Name: e.Name, Mark: template.HTML(e.Swatch())})
	}
	if len(wide.Legend) > 1 {
		f.toggles(wide)
	}
	return f
}

func figures(pictures []NamedPicture) map[string]*figure {
	all := map[string]*figure{}
	for _, p := range pictures {
		all[p.Name] = drawn(p.Name, p.Picture)
	}
	return all
}

// toggles gives the entries whose layers have a class of their own a check box.
func (f *figure) toggles(p chart.Picture) {
	classes := map[string]bool{}
	for _, l := range p.Layers {
		if _, own, ok := strings.Cut(l.Class, " "); ok {
			classes[own] = true
		}
	}
	for i, e := range p.Legend {
		outcome, _, _ := strings.Cut(e.Name, ":") // "4xx: 404"
		for _, class := range []string{fmt.Sprintf("series-%d", e.Marker), "outcome-" + outcome, fmt.Sprintf("part-%d", i)} {
			if classes[class] {
				f.Legend[i].Toggle = "show-" + class
				break
			}
		}
	}
}

// hiding is the style by which check boxes hide series.
func hiding(charts map[string]*figure) string {
	var b strings.Builder
	done := map[string]bool{}
	for _, name := range slices.Sorted(maps.Keys(charts)) {
		for _, e := range charts[name].Legend {
			if class, ok := strings.CutPrefix(e.Toggle, "show-"); ok && !done[class] {
				done[class] = true
				fmt.Fprintf(&b, "figure:has(.show-%s:not(:checked)) .%s { display: none; }\n", class, class)
			}
		}
	}
	return b.String()
}
