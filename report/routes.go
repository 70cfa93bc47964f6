package report

import (
	"fmt"
	"slices"
	"strings"

	"tollgate/pricing"
	"tollgate/results"
	"tollgate/targets"
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
	n, known := o.Sum(targets.RoleCount)
	if !known {
		return "CloudWatch has published nothing of it: are detailed metrics on, and is the route written as the API has it?"
	}
	text := "CloudWatch counts " + pricing.Counted(int64(n), "request")
	for _, class := range []struct {
		role targets.Role
		name string
	}{{targets.RoleClientError, "4xx"}, {targets.RoleServerError, "5xx"}} {
		if n, known := o.Sum(class.role); known {
			text += fmt.Sprintf(", %s %s", pricing.Count(int64(n)), class.name)
		}
	}
	mean, known := o.Mean(targets.RoleLatency)
	if !known {
		return text
	}
	text += fmt.Sprintf("; %s ms on average", digits(mean))
	if behind, known := o.Mean(targets.RoleIntegration); known {
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
				for i, read := range []func() (float64, bool){
					func() (float64, bool) { return o.Sum(targets.RoleCount) },
					func() (float64, bool) { return o.Sum(targets.RoleClientError) },
					func() (float64, bool) { return o.Sum(targets.RoleServerError) },
					func() (float64, bool) { return o.Mean(targets.RoleLatency) },
					func() (float64, bool) { return o.Mean(targets.RoleIntegration) },
				} {
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
