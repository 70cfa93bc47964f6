package pricing

import (
	"slices"
	"time"
)

// RESTStreamUnit is the increment in which a REST API meters streamed responses
// (Amazon API Gateway pricing page: 10 MB of response payload).
const RESTStreamUnit = 10 << 20

// RESTRequests are calls of a REST API. A call is one request whatever its
// size, unless its response is streamed, and AWS does not charge for calls that
// are refused for want of authorization or of a valid API key, or that are
// throttled or over a usage plan's quota (Amazon API Gateway Developer Guide,
// "Pricing for API Gateway", 2020 to 2022; today's pricing page does not repeat it).
var RESTRequests = metered("apigateway.rest.requests", "REST API requests", Requests, func(t Traffic) Reading {
	charged := t.Requests.Quantity.Sub(t.Unbilled.Quantity)
	if charged.Sign() < 0 {
		charged = Quantity{}
	}
	r := Reading{
		Quantity: charged, Basis: weakest(t.Requests.Basis, t.Unbilled.Basis),
		Derivation: derivation("%s requests − %s not charged = %s", t.Requests.Quantity, t.Unbilled.Quantity, charged),
	}
	if t.Streaming && !t.ResponseBytes.Empty() {
		streamed := charged
		for _, o := range t.Others {
			if !o.Refused {
				streamed = streamed.Sub(o.Requests.Quantity)
			}
		}
		each := t.ResponseBytes.Expect(increments(RESTStreamUnit))
		r.Quantity = charged.Add(streamed.Mul(each.Sub(Whole(1))))
		r.Basis = weakest(r.Basis, t.ResponseBytes.Basis)
		r.Derivation += derivation("; %s of them × %s units (each streamed response ÷ 10 MiB, rounded up), in all %s", streamed, each, r.Quantity)
	}
	return r
})

// RESTCacheHours are the hours for which a stage's cache of some size is
// switched on, used or not. The variant is the size in GB.
var RESTCacheHours = Dimension{
	ID:       "apigateway.rest.cache",
	Standing: true,
	Title:    "REST API cache",
	Unit:     Hours,
	Variants: []string{"0.5", "1.6", "6.1", "13.5", "28.4", "58.2", "118", "237"},
	Size:     "GB",
	Meter: func(t Traffic) Reading {
		if t.CacheGB == "" {
			return Reading{}
		}
		hours := t.month()
		return Reading{
			Quantity: hours.Quantity, Basis: hours.Basis, Variant: t.CacheGB,
			Derivation: derivation("a cache of %s GB for %s hours", t.CacheGB, hours.Quantity),
		}
	},
}

// A private API is called through interface endpoints of AWS PrivateLink: they
// cost by the hour in each zone and by what passes through, both ways. In
// exchange nothing goes out to the internet.
var (
	EndpointHours = hourly("privatelink.hours", "PrivateLink endpoint", Hours, "zones", func(t Traffic) Amount { return amount(Whole(t.EndpointZones)) })
	EndpointBytes = metered("privatelink.bytes", "PrivateLink data", GB, func(t Traffic) Reading {
		if t.EndpointZones <= 0 {
			return Reading{}
		}
		in, out := t.size(requestSize), t.size(responseSize)
		size := in.mean.Add(out.mean)
		q := t.Requests.Quantity.Mul(size).Div(Whole(TransferGB))
		return Reading{
			Quantity: q, Basis: asked(t.Requests, in.basis, out.basis),
			Derivation: derivation("%s requests × %s bytes both ways ÷ 1,024³ = %s GB", t.Requests.Quantity, size, q),
		}
	})
)

// restFeatures are the features of a REST API. Sources: API Gateway developer
// guide, "Choose between REST APIs and HTTP APIs" (a REST API checks the tokens
// of Amazon Cognito only, so it has no "jwt") and "Stream the integration
// response for your proxy integrations".
var restFeatures = []string{
	"api-keys", "usage-plans", "throttling", "request-validation", "caching", "transformation", "waf", "iam",
	"lambda-authorizer", "custom-domain", "edge", "streaming", "service-integration", "mutual-tls",
}

// restLimits: API Gateway developer guide, "Amazon API Gateway quotas" (29 s, 10 MB,
// 10,240 bytes of header values, 1 MB of a cached response, 10,000 requests a
// second) and "Stream the integration response" (15 minutes); AWS What's New,
// 4 June 2024 (more than 29 s for Regional and private APIs).
var restLimits = Limits{
	Timeout: 29 * time.Second, StreamTimeout: 15 * time.Minute,
	Longer: Longer{
		Not: "edge",
		How: "raise the quota of the integration timeout with Service Quotas; AWS grants that for Regional and private APIs only, and may lower the account's throttle in return",
	},
	RequestBytes: 10 << 20, ResponseBytes: 10 << 20, HeaderBytes: 10_240, CachedBytes: 1 << 20, Rate: accountRate,
}

// RESTAPI is an Amazon API Gateway REST API (version 1) with a Lambda function
// behind it.
var RESTAPI = Door{
	Links: restLinks, notes: (*Workload).linkNotes,
	Name: "rest-api", Title: "REST API", Features: restFeatures,
	Limits:       restLimits,
	Listener:     restListener,
	Billed:       slices.Concat([]Dimension{RESTRequests, RESTCacheHours}, linkBill, functionBill, calledBill, wafBill, logsBill, watchingBill, socketBill, toViewers),
	FreeRefusals: true,
	RouteMetrics: restRouteMetrics, CacheMetrics: restCacheMetrics,
	Usual: true,
	adapt: (*Workload).atRESTAPI,
}

// PrivateRESTAPI is a REST API that is reachable from within a VPC only, through
// interface endpoints.
var PrivateRESTAPI = Door{
	Links: restLinks, notes: (*Workload).linkNotes,
	Name: "rest-api-private", Title: "Private REST API", Features: append([]string{"private-endpoint"}, restFeatures...),
	Limits:       restLimits,
	Listener:     privateListener,
	Billed:       slices.Concat([]Dimension{RESTRequests, RESTCacheHours, EndpointHours, EndpointBytes}, linkBill, functionBill, calledBill, wafBill, logsBill, watchingBill, socketBill),
	FreeRefusals: true,
	RouteMetrics: restRouteMetrics, CacheMetrics: restCacheMetrics,
	adapt: (*Workload).atRESTAPI,
	ruledOut: func(w *Workload) string {
		if w.Private.Zones == 0 {
			return "the workload states no private_endpoint"
		}
		return ""
	},
}

// atRESTAPI runs the authorizer, answers a share of the requests from the stage's
// cache, and traces requests itself.
func (w *Workload) atRESTAPI(t *Traffic) {
	w.authorize(t)
	t.Watching.Traces = amount(w.Requests.Likely.Mul(w.Watching.TracedShare.Likely))
	t.EndpointZones = w.Private.Zones
	if w.Cache.GB != "" {
		t.CacheGB = w.Cache.GB
		t.Invocations = missed(t.Invocations, w.Cache.Hits)
	}
}
