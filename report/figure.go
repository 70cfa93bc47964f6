package report

import (
	"fmt"
	"html/template"
	"maps"
	"slices"
	"strings"

	"tollgate/report/chart"
)

// A figure is one chart drawn for a wide page and for a phone.
type figure struct {
	Title, Desc  string
	Wide, Narrow template.HTML
	Legend       []legendEntry
}

// A legendEntry explains one ink. Where Toggle is set, a check box of that
// class hides what the ink has drawn.
type legendEntry struct {
	Name   string
	Mark   template.HTML
	Toggle string
}

// drawn draws a picture in both layouts. What the chart package writes is
// escaped there, so it goes into the page as it is.
func drawn(name string, picture func(chart.Layout) chart.Picture) (*figure, error) {
	wide := picture(chart.Wide)
	f := &figure{Title: wide.Title, Desc: wide.Desc}
	for _, l := range []chart.Layout{chart.Wide, chart.Narrow} {
		svg, err := picture(l).Inline(name+"-"+l.Name, "chart "+l.Name)
		if err != nil {
			return nil, err
		}
		if l.Name == chart.Wide.Name {
			f.Wide = template.HTML(svg)
		} else {
			f.Narrow = template.HTML(svg)
		}
	}
	for _, e := range wide.Legend {
		mark, err := e.Swatch()
		if err != nil {
			return nil, err
		}
		f.Legend = append(f.Legend, legendEntry{e.Name, template.HTML(mark), ""})
	}
	if len(wide.Legend) > 1 {
		f.toggles(wide)
	}
	return f, nil
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

// hiding is the style by which check boxes hide series: the page needs no
// script for it.
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
