package report

import (
	"fmt"
	"slices"
	"strings"

	"tollgate/pricing"
	"tollgate/results"
)

// routeRows are the figures of each route of which CloudWatch has metrics.
func (r *Report) routeRows() (rows []partRow) {
	for _, d := range r.Doors {
		for _, of := range d.Routes {
			if of.Figures != nil {
				rows = append(rows, partRow{of.Route, strings.Join(of.Requests, ", "), d.Name, *of.Figures})
			}
		}
	}
	return rows
}

// routeTexts say what CloudWatch counted and timed of each route.
func (r *Report) routeTexts() (texts []string) {
	for _, d := range r.Doors {
		for _, of := range d.Routes {
			texts = append(texts, fmt.Sprintf("%s: %s: %s", d.Name, of.Route, routeCounts(d.Observed.ObservedRoute(of.Route))))
		}
	}
	return texts
}

func routeCounts(o *results.ObservedRoute) string {
	if o == nil {
		return "CloudWatch was not read"
	}
	n, known := o.Requests()
	if !known {
		return "CloudWatch has published nothing of it: are detailed metrics on, and is the route written as the API has it?"
	}
	text := "CloudWatch counts " + pricing.Counted(int64(n), "request")
	for _, class := range []struct {
		name string
		read func() (float64, bool)
	}{{"4xx", o.ClientErrors}, {"5xx", o.ServerErrors}} {
		if n, known := class.read(); known {
			text += fmt.Sprintf(", %s %s", pricing.Count(int64(n)), class.name)
		}
	}
	mean, known := o.Latency()
	if !known {
		return text
	}
	text += fmt.Sprintf("; %s ms on average", digits(mean))
	if behind, known := o.Integration(); known {
		text += fmt.Sprintf(", %s of them behind the API", digits(behind))
	}
	return text
}

// RouteTable has a row for each route at each target; nil where there are none. RouteTexts
// stand below it.
func (p *page) RouteTable() *htmlTable { return partFigures("route", p.routeRows()) }
func (p *page) RouteTexts() []string   { return p.routeTexts() }

// routeCSV has a row for each route of which CloudWatch has metrics.
func (r *Report) routeCSV() NamedTable {
	t := newTable("routes", slices.Concat([]string{"target", "route", "aws_requests", "aws_4xx", "aws_5xx", "aws_latency_mean_ms", "aws_integration_mean_ms"}, partColumns())...)
	for _, d := range r.Doors {
		for _, of := range d.Routes {
			row := []any{d.Name, of.Route, nil, nil, nil, nil, nil}
			if o := d.Observed.ObservedRoute(of.Route); o != nil {
				for i, read := range []func() (float64, bool){o.Requests, o.ClientErrors, o.ServerErrors, o.Latency, o.Integration} {
					if x, known := read(); known {
						row[2+i] = x
					}
				}
			}
			var figures results.Figures
			if of.Figures != nil {
				figures = *of.Figures
			}
			t.add(append(row, partCells(figures)...)...)
		}
	}
	return t
}
