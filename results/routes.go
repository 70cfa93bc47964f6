package results

import (
	"slices"

	"tollgate/targets"
)

// A RouteDoc is a route of a target of which CloudWatch has metrics.
type RouteDoc struct {
	Route    string   `json:"route" text:"name"`
	Requests []string `json:"requests,omitempty" text:"name"` // names of those that it takes
	Figures  *Figures `json:"figures,omitempty"`              // of these; nil: none were sent
}

// ObservedRoute is what CloudWatch says of one route.
type ObservedRoute struct {
	Route   string           `json:"route" text:"name"`
	Metrics []ObservedMetric `json:"metrics"`
}

// Requests are what CloudWatch counted over the window; false: it is not known.
func (o *ObservedRoute) Requests() (float64, bool) {
	return totalOf(o.Metrics, targets.RoleCount, "Sum")
}

// ClientErrors are the 4xx of them.
func (o *ObservedRoute) ClientErrors() (float64, bool) {
	return totalOf(o.Metrics, targets.RoleClientError, "Sum")
}

// ServerErrors are the 5xx of them.
func (o *ObservedRoute) ServerErrors() (float64, bool) {
	return totalOf(o.Metrics, targets.RoleServerError, "Sum")
}

// Latency is the mean that CloudWatch timed, in milliseconds.
func (o *ObservedRoute) Latency() (float64, bool) {
	return totalOf(o.Metrics, targets.RoleLatency, "Average")
}

// Integration is the mean of what the API waited for what is behind it, in milliseconds.
func (o *ObservedRoute) Integration() (float64, bool) {
	return totalOf(o.Metrics, targets.RoleIntegration, "Average")
}

// ObservedRoute finds what CloudWatch says of a route; nil: nothing.
func (o *ObservedDoc) ObservedRoute(route string) *ObservedRoute {
	if o == nil {
		return nil
	}
	if i := slices.IndexFunc(o.Routes, func(r ObservedRoute) bool { return r.Route == route }); i >= 0 {
		return &o.Routes[i]
	}
	return nil
}

// byRoute fills in the figures of what each route got.
func (d *Document) byRoute(all *totals, target int) []RouteDoc {
	docs := slices.Clone(d.Targets[target].Routes)
	for i := range docs {
		docs[i].Figures = d.figuresOf(all, target, docs[i].Requests)
	}
	return docs
}
