package pricing

import (
	"cmp"
	"slices"
	"time"
)

// HTTPUnit is the increment in which HTTP API payloads are metered (Amazon API
// Gateway pricing page: "metered in 512 KB increments").
const HTTPUnit = 512 << 10

// HTTPRequests are calls of an HTTP API, counted in increments of 512 KiB.
//
// AWS does not say whether the increments are taken of the request, of the
// response or of both together. The rule here is ceil(max(request, response) ÷
// 512 KiB), at least 1, for every single call. No text says that refused calls
// are free, so none are subtracted.
var HTTPRequests = metered("apigateway.http.requests", "HTTP API requests", Requests, func(t Traffic) Reading {
	per := httpUnits(t)
	q := t.Requests.Quantity.Mul(per.mean)
	return Reading{
		Quantity: q, Basis: weakest(t.Requests.Basis, per.basis), Caveat: per.caveat,
		Derivation: derivation("%s requests × %s units (%s) = %s", t.Requests.Quantity, per.mean, per.how, q),
	}
})

// perCall is a mean number of increments, with its pedigree.
type perCall struct {
	mean   Quantity
	basis  Basis
	how    string
	caveat string
}

// httpUnits returns how many increments a call has in the mean of all outcomes.
func httpUnits(t Traffic) perCall {
	outcomes := t.outcomes()
	m := outcomes[0].httpUnits()
	if len(outcomes) == 1 || t.Requests.Quantity.Sign() <= 0 {
		return m
	}
	all := outcomes[0].Requests.Quantity.Mul(m.mean)
	for _, o := range t.Others {
		units := o.httpUnits()
		all = all.Add(o.Requests.Quantity.Mul(units.mean))
		m.basis = weakest(m.basis, units.basis)
		m.caveat = cmp.Or(m.caveat, units.caveat)
	}
	m.mean = all.Div(t.Requests.Quantity)
	return m
}

// httpUnits: how the sizes of requests and responses go together is not known;
// where both vary over more than one increment they are taken as independent.
func (o Outcome) httpUnits() perCall {
	const rule = "each larger payload ÷ 512 KiB, rounded up"
	request, response := o.RequestBytes.Map(increments(HTTPUnit)), o.ResponseBytes.Map(increments(HTTPUnit))
	m := perCall{mean: Whole(1), how: rule, basis: weakest(request.Basis, response.Basis)}
	switch {
	case request.Empty() && response.Empty():
		m.basis, m.how = Assumed, "payloads taken to fit in 512 KiB"
	case request.Empty():
		m.mean = response.Mean()
	case response.Empty():
		m.mean = request.Mean()
	default:
		m.mean = meanLarger(request, response)
		if len(request.Buckets) > 1 && len(response.Buckets) > 1 {
			m.basis, m.how = Assumed, rule+", the two sizes taken as independent"
		}
	}
	if m.mean.Cmp(Whole(1)) > 0 {
		m.caveat = "AWS does not say whether an HTTP API's 512 KB increments are taken of the request, the response or both; the larger of the two is metered here"
	}
	return m
}

// HTTPAPI is an Amazon API Gateway HTTP API (version 2) with a Lambda function
// behind it. Sources: API Gateway developer guide, "Amazon API Gateway quotas"
// (30 s, 10 MB, 10,240 bytes of request line and headers) and "Choose between
// REST APIs and HTTP APIs".
var HTTPAPI = Door{
	Links: httpLinks, notes: (*Workload).linkNotes,
	Name: "http-api", Title: "HTTP API",
	Features:     []string{"throttling", "jwt", "iam", "lambda-authorizer", "custom-domain", "service-integration", "mutual-tls"},
	Limits:       Limits{Timeout: 30 * time.Second, RequestBytes: 10 << 20, ResponseBytes: 10 << 20, HeaderBytes: 10_240, Rate: accountRate},
	Listener:     httpAPIListener,
	RouteMetrics: httpRouteMetrics,
	Billed:       slices.Concat([]Dimension{HTTPRequests}, linkBill, functionBill, calledBill, logsBill, watchingBill, socketBill, toViewers),
	Usual:        true,
	adapt:        (*Workload).authorize,
}
