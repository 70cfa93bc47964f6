package doors

import (
	"maps"
	"net/http"
	"time"

	"tollgate/targets/lab/edge"
)

// An edgeVisit is what became of a request at a distribution.
type edgeVisit struct {
	location         *location
	result           edge.Result
	asked            bool          // it asked the origin
	waited           bool          // for what another request asked for
	shield           bool          // the shield's cache answered
	function, lambda bool          // ran
	origin           time.Duration // that the origin took
}

// DistributionTruth is what really happened at a distribution.
type DistributionTruth struct {
	Results   map[string]int64 `json:"results"`         // viewer requests, by what X-Cache says
	Origin    int64            `json:"origin_requests"` // of these, those that asked the origin
	Collapsed int64            `json:"collapsed"`       // that waited for what another one asked for
	Shield    int64            `json:"shield_hits,omitempty"`
	Functions int64            `json:"function_runs,omitempty"`
	Lambdas   int64            `json:"lambda_edge_invocations,omitempty"`
	Locations map[string]int64 `json:"requests_by_location"`
}

func newDistributionTruth() *DistributionTruth {
	return &DistributionTruth{Results: map[string]int64{}, Locations: map[string]int64{}}
}

// count adds a request; nil is the truth of what is no distribution.
func (t *DistributionTruth) count(v *edgeVisit) {
	if t == nil || v == nil {
		return
	}
	t.Results[string(v.result)]++
	t.Locations[v.location.Name]++
	addIf(&t.Origin, v.asked)
	addIf(&t.Collapsed, v.waited)
	addIf(&t.Shield, v.shield)
	addIf(&t.Functions, v.function)
	addIf(&t.Lambdas, v.lambda)
}

func (t *DistributionTruth) clone() *DistributionTruth {
	if t == nil {
		return nil
	}
	own := *t
	own.Results, own.Locations = maps.Clone(t.Results), maps.Clone(t.Locations)
	return &own
}

// downloaded is what a viewer got, of requests that download.
func (x *exchange) downloaded() (float64, bool) {
	is := x.request.Method == http.MethodGet || x.request.Method == http.MethodHead
	return float64(x.response.size() + x.passed), is
}

func (x *exchange) uploaded() (float64, bool) {
	is := x.request.Method == http.MethodPost || x.request.Method == http.MethodPut
	return float64(x.received), is
}
