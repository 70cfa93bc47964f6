package claims

import (
	"fmt"
	"slices"
	"strings"

	"tollgate/pricing"
	"tollgate/targets"
)

// features are what guides recommend a front door for, and what they say that it
// lacks. The table of front doors holds what AWS documents.
var features = []claim{
	offers("rest", "a REST API has API keys, usage plans, validation, caching and transformation, and an edge endpoint", pricing.RESTAPI, "api-keys", "usage-plans", "request-validation", "caching", "transformation", "edge"),
	offers("private", "a REST API may be private", pricing.PrivateRESTAPI, "private-endpoint"),
	offers("websocket", "a WebSocket API sends messages in both directions", pricing.WebSocketAPI, "websocket"),
	offers("url", "a Function URL has IAM or no authentication", pricing.FunctionURL, "iam"),
	offers("balancer", "a load balancer serves containers with sticky sessions", pricing.ContainerALB, "containers", "sticky-sessions"),
	offers("cdn", "CloudFront caches for users all over the world", pricing.CloudFront, "cdn", "caching"),
	{name: "feature-balancer-none", says: "a load balancer has no API keys, usage plans, validation, caching or transformation, and limits rates by AWS WAF only", basis: documents, decide: lacksAPI},
	{name: "feature-balancer-websocket", says: "a load balancer supports no WebSocket", basis: documents, decide: balancerWebSocket},
	{name: "feature-url-free", says: "a Function URL costs nothing beyond its function", basis: listPrices, decide: urlAddsNothing},
	{name: "feature-cache-sizes", says: "a cache has 0.5 to 237 GB", basis: listPrices, decide: cacheSizes},
	{name: "feature-preflights", says: "CORS preflights are billed as requests", basis: listPrices, decide: preflightsBilled},
	{name: "feature-metrics", says: "CloudWatch counts a REST API's requests, latency, integration latency, 4XX, 5XX, cache hits and misses, and its function's throttles", basis: documents, decide: restMetrics},
}

const byDoors = "the table of front doors, from AWS's documents"

func offers(name, says string, d pricing.Door, needs ...string) claim {
	return claim{name: "feature-" + name, says: says, basis: documents, decide: func(*evidence) answer {
		a := answer{about: byDoors, measured: d.Title + " has " + strings.Join(d.Features, ", "), holds: "yes"}
		if lacking := pricing.Lacking(needs, d); len(lacking) > 0 {
			a.holds, a.why = "no", "it lacks "+strings.Join(lacking, ", ")
		}
		return a
	}}
}

func lacksAPI(*evidence) answer {
	a := answer{about: byDoors, measured: pricing.ContainerALB.Title + " has " + strings.Join(pricing.ContainerALB.Features, ", "), holds: "yes"}
	for _, f := range []string{"api-keys", "usage-plans", "request-validation", "caching", "transformation", "throttling"} {
		if slices.Contains(pricing.ContainerALB.Features, f) {
			a.holds, a.why = "no", "it has "+f
		}
	}
	if !slices.Contains(pricing.ContainerALB.Features, "waf") {
		a.holds, a.why = "no", "AWS WAF cannot stand in front"
	}
	return a
}

func balancerWebSocket(*evidence) answer {
	a := answer{about: byDoors, measured: "in front of a function " + has(pricing.ALB) + ", in front of containers " + has(pricing.ContainerALB), holds: "yes"}
	if has(pricing.ContainerALB) == "WebSocket" {
		a.holds, a.why = "no", "instances, IP addresses and containers get WebSocket; functions do not"
	}
	return a
}

func has(d pricing.Door) string {
	if slices.Contains(d.Features, "websocket") {
		return "WebSocket"
	}
	return "none"
}

// urlAddsNothing bills a month behind a Function URL.
func urlAddsNothing(e *evidence) answer {
	b, missing, ok := e.book()
	if !ok {
		return missing
	}
	bill, err := b.Bill(monthOf(million), pricing.FunctionURL)
	if err != nil {
		return unmet(err.Error())
	}
	a := answer{about: about(b), measured: sum(bill), holds: "yes", why: "data out to the internet is charged as behind any other front door"}
	for _, l := range bill.Lines {
		if !strings.HasPrefix(l.Dimension, "lambda.") {
			a.holds, a.why = "no", l.Title+" is on the bill"
		}
	}
	return a
}

func cacheSizes(e *evidence) answer {
	b, missing, ok := e.book()
	if !ok {
		return missing
	}
	sizes := pricing.RESTCacheHours.Variants
	for _, size := range sizes {
		if _, err := b.Rate(guidesRegion, pricing.RESTCacheHours.Key(size)); err != nil {
			return unmet(err.Error())
		}
	}
	a := answer{about: about(b), measured: "list prices for " + strings.Join(sizes, ", ") + " GB", holds: "no"}
	if sizes[0] == "0.5" && sizes[len(sizes)-1] == "237" {
		a.holds = "yes"
	}
	return a
}

// preflightsBilled bills a month with a preflight for each request.
func preflightsBilled(e *evidence) answer {
	b, missing, ok := e.book()
	if !ok {
		return missing
	}
	plain, asked := monthOf(million), monthOf(million)
	asked.Preflights = pricing.Range{Low: pricing.Whole(1), Likely: pricing.Whole(1), High: pricing.Whole(1)}
	rate, err := b.Rate(guidesRegion, pricing.RESTRequests.ID)
	if err != nil {
		return unmet(err.Error())
	}
	cost := func(w *pricing.Workload) pricing.Money {
		return rate.Cost(pricing.RESTAPI.Traffic(w).Requests.Quantity)
	}
	without, with := cost(plain), cost(asked)
	a := answer{about: about(b), measured: fmt.Sprintf("a million requests cost $%s, with a preflight each $%s", trimmed(without), trimmed(with)), holds: "no"}
	if with.Cmp(without) > 0 {
		a.holds = "yes"
	}
	return a
}

func restMetrics(*evidence) answer {
	a := answer{about: "the metrics of a REST API and its function, from AWS's documents", holds: "yes"}
	var names []string
	for _, w := range targets.RESTAPI.Watch {
		names = append(names, w.Metric)
	}
	a.measured = strings.Join(names, ", ")
	for _, name := range []string{"Count", "Latency", "IntegrationLatency", "4XXError", "5XXError", "CacheHitCount", "CacheMissCount", "Throttles"} {
		if !slices.Contains(names, name) {
			a.holds, a.why = "no", name+" is not among them"
		}
	}
	return a
}
