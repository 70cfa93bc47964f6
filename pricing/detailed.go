package pricing

// DetailedUse are the routes of an API whose metrics CloudWatch has one by one: each is
// billed as a custom metric, for every resource or route and each of its methods.
type DetailedUse struct {
	Routes  int64 `json:"routes" doc:"need;min=1;max=100000"`
	Methods int64 `json:"methods" doc:"min=1;max=7"` // of each; one where it is not stated
}

// Metrics that CloudWatch has of each route (API Gateway developer guide, "Amazon API
// Gateway dimensions and metrics"). REST: Count, 4XXError, 5XXError, Latency and
// IntegrationLatency, and CacheHitCount and CacheMissCount where there is a cache. HTTP:
// Count, 4xx, 5xx, Latency, IntegrationLatency and DataProcessed.
const (
	restRouteMetrics  = 5
	restCacheMetrics  = 2
	httpRouteMetrics  = 6
	methodsOfOneRoute = 1
)

// detailedMetrics are those of the workload's routes; a front door without routes of its
// own has none.
func (d Door) detailedMetrics(w *Workload) int64 {
	use := w.Watching.Detailed
	return use.Routes * max(use.Methods, methodsOfOneRoute) * d.OfRoute(w.Cache.GB != "")
}

// OfRoute is how many metrics CloudWatch has of a route and method.
func (d Door) OfRoute(cached bool) int64 {
	if cached {
		return d.RouteMetrics + d.CacheMetrics
	}
	return d.RouteMetrics
}
