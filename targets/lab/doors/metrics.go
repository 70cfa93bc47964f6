package doors

import (
	"cmp"
	"net/http"
	"time"

	"tollgate/targets"
	"tollgate/targets/lab/aws/cloudwatch"
)

// A metric is one that AWS publishes of a door or of the function behind it.
type metric struct {
	name string
	unit cloudwatch.Unit
	read func(*exchange) (value float64, applies bool) // nil: it is not published by the request
}

// A family is metrics with the same names of what they are about. The first
// dimensions hold the values; every other name of the same thing has them too,
// for a door has one stage, one zone and one target group.
type family struct {
	namespace  string
	dimensions []cloudwatch.Dimensions
	metrics    []metric
	function   bool // values belong to the start of the invocation, not of the request
	nonzero    bool // zeros are not reported

	detail func(*exchange) cloudwatch.Dimensions // of the route; nil: there are no such metrics
}

// families are all that AWS publishes about d.
//
// Sources: API Gateway developer guide, "Amazon API Gateway dimensions and
// metrics" and "Working with metrics for HTTP APIs"; Lambda developer guide,
// "Types of metrics for Lambda functions" and "Monitoring Lambda function URLs";
// Application Load Balancer user guide, "CloudWatch metrics".
//
// What the lab has no occasion for stays without values, as at AWS:
// PostRuntimeExtensionsDuration (no extensions), RejectedConnectionCount (no
// limit of connections), LambdaInternalError (no faults of AWS's own) and the
// dimension ExecutedVersion (no aliases).
func families(d *door) []family {
	if d.FunctionName == "" {
		return nil
	}
	all := []family{functionFamily(d)}
	switch d.kind {
	case &targets.RESTAPI:
		return append(all, restFamily(d))
	case &targets.HTTPAPI:
		return append(all, httpFamily(d))
	case &targets.FunctionURL:
		return append(all, urlFamily(d))
	case &targets.ALB:
		return append(all, albFamilies(d)...)
	}
	return nil
}

const (
	gatewaySpace  = "AWS/ApiGateway"
	functionSpace = "AWS/Lambda"
	balancerSpace = "AWS/ApplicationELB"
)

func restFamily(d *door) family {
	cached := func(use cacheUse) func(*exchange) (float64, bool) {
		return func(x *exchange) (float64, bool) {
			return one(x.cache == use), d.cache != nil && x.cache != notCached
		}
	}
	dims := targets.RESTAPI.Watch[0].Dimensions(d.named(d.kind))
	return family{
		namespace:  gatewaySpace,
		dimensions: []cloudwatch.Dimensions{dims, {"ApiName": dims["ApiName"]}},
		detail: detailed(d, func(r *route, method string) cloudwatch.Dimensions {
			return cloudwatch.Dimensions{"ApiName": dims["ApiName"], "Stage": dims["Stage"], "Method": method, "Resource": r.Path}
		}),
		metrics: []metric{
			{"Count", cloudwatch.Count, always},
			{"4XXError", cloudwatch.Count, statuses(400, 499)},
			{"5XXError", cloudwatch.Count, statuses(500, 599)},
			{"Latency", cloudwatch.Milliseconds, latency},
			{"IntegrationLatency", cloudwatch.Milliseconds, behind(time.Millisecond)},
			{"CacheHitCount", cloudwatch.Count, cached(cacheHit)},
			{"CacheMissCount", cloudwatch.Count, cached(cacheMiss)},
		},
	}
}

func httpFamily(d *door) family {
	dims := targets.HTTPAPI.Watch[0].Dimensions(d.named(d.kind))
	return family{
		namespace:  gatewaySpace,
		dimensions: []cloudwatch.Dimensions{dims, {"ApiId": dims["ApiId"]}},
		detail: detailed(d, func(r *route, method string) cloudwatch.Dimensions {
			name := method + " " + r.Path
			if r.Path == "$default" {
				name = r.Path
			}
			return cloudwatch.Dimensions{"ApiId": dims["ApiId"], "Stage": dims["Stage"], "Route": name}
		}),
		metrics: []metric{
			{"Count", cloudwatch.Count, always},
			{"4xx", cloudwatch.Count, statuses(400, 499)},
			{"5xx", cloudwatch.Count, statuses(500, 599)},
			{"Latency", cloudwatch.Milliseconds, latency},
			{"IntegrationLatency", cloudwatch.Milliseconds, behind(time.Millisecond)},
			{"DataProcessed", cloudwatch.Bytes, nil}, // by the connection
		},
	}
}

// detailed names a request's route, where the door has metrics of each. A
// route's method may be ANY.
func detailed(d *door, name func(r *route, method string) cloudwatch.Dimensions) func(*exchange) cloudwatch.Dimensions {
	if !d.config.Detailed {
		return nil
	}
	return func(x *exchange) cloudwatch.Dimensions {
		if x.route == nil {
			return nil
		}
		return name(x.route, cmp.Or(x.route.Method, anyMethod))
	}
}

func functionDimensions(d *door) []cloudwatch.Dimensions {
	return []cloudwatch.Dimensions{{"FunctionName": d.FunctionName}, {"FunctionName": d.FunctionName, "Resource": d.FunctionName}}
}

func urlFamily(d *door) family {
	return family{
		namespace:  functionSpace,
		dimensions: functionDimensions(d),
		metrics: []metric{
			{"UrlRequestCount", cloudwatch.Count, always},
			{"Url4xxCount", cloudwatch.Count, statuses(400, 499)},
			{"Url5xxCount", cloudwatch.Count, statuses(500, 599)},
			{"UrlRequestLatency", cloudwatch.Milliseconds, latency},
		},
	}
}

func functionFamily(d *door) family {
	invoked := func(x *exchange) bool { return x.called && !x.invocation.ending.refused() }
	provisioned := d.config.Function != nil && d.config.Function.Provisioned > 0
	return family{
		namespace:  functionSpace,
		dimensions: functionDimensions(d),
		function:   true,
		metrics: []metric{
			{"Invocations", cloudwatch.Count, func(x *exchange) (float64, bool) { return 1, invoked(x) }},
			{"Errors", cloudwatch.Count, func(x *exchange) (float64, bool) { return one(x.invocation.ending != returned), invoked(x) }},
			{"Throttles", cloudwatch.Count, func(x *exchange) (float64, bool) { return one(x.invocation.ending.throttled()), x.called }},
			{"Duration", cloudwatch.Milliseconds, func(x *exchange) (float64, bool) { return in(time.Millisecond, x.invocation.duration), invoked(x) }},
			{"ProvisionedConcurrencyInvocations", cloudwatch.Count, func(x *exchange) (float64, bool) {
				return one(x.invocation.where == placedProvisioned), provisioned && invoked(x)
			}},
			{"ProvisionedConcurrencySpilloverInvocations", cloudwatch.Count, func(x *exchange) (float64, bool) {
				return one(x.invocation.spilled), provisioned && invoked(x)
			}},
		},
	}
}

// albFamilies are those of the balancer as a whole and of its target group.
func albFamilies(d *door) []family {
	balancer := cloudwatch.Dimensions{"LoadBalancer": d.Balancer}
	zone := cloudwatch.Dimensions{"LoadBalancer": d.Balancer, "AvailabilityZone": region + "a"}
	group := cloudwatch.Dimensions{"LoadBalancer": d.Balancer, "TargetGroup": groupDimension(d.targetGroup())}
	byDoor := func(x *exchange) bool { return x.fault != "" || x.own }
	codes := func(own bool, from, to int) func(*exchange) (float64, bool) {
		return func(x *exchange) (float64, bool) {
			return one(byDoor(x) == own && x.answer.status >= from && x.answer.status <= to), true
		}
	}
	return []family{
		{
			namespace: balancerSpace, dimensions: []cloudwatch.Dimensions{balancer, zone}, nonzero: true,
			metrics: []metric{
				{"NewConnectionCount", cloudwatch.Count, nil},
				{"ActiveConnectionCount", cloudwatch.Count, nil},
				{"ProcessedBytes", cloudwatch.Bytes, nil},
				{"ConsumedLCUs", cloudwatch.Count, nil},
				{"RuleEvaluations", cloudwatch.Count, func(x *exchange) (float64, bool) { return float64(x.rules), true }},
				{"HTTPCode_ELB_3XX_Count", cloudwatch.Count, codes(true, 300, 399)},
				{"HTTPCode_ELB_4XX_Count", cloudwatch.Count, codes(true, 400, 499)},
				{"HTTPCode_ELB_5XX_Count", cloudwatch.Count, codes(true, 500, 599)},
				{"HTTPCode_ELB_500_Count", cloudwatch.Count, codes(true, http.StatusInternalServerError, http.StatusInternalServerError)},
				{"HTTPCode_ELB_502_Count", cloudwatch.Count, codes(true, http.StatusBadGateway, http.StatusBadGateway)},
				{"HTTPCode_ELB_503_Count", cloudwatch.Count, codes(true, http.StatusServiceUnavailable, http.StatusServiceUnavailable)},
				{"HTTPCode_ELB_504_Count", cloudwatch.Count, codes(true, http.StatusGatewayTimeout, http.StatusGatewayTimeout)},
			},
		},
		{
			namespace: balancerSpace, dimensions: []cloudwatch.Dimensions{balancer, zone, group}, nonzero: true,
			metrics: []metric{
				{"RequestCount", cloudwatch.Count, always},
				{"TargetResponseTime", cloudwatch.Seconds, behind(time.Second)},
				{"HTTPCode_Target_2XX_Count", cloudwatch.Count, codes(false, 200, 299)},
				{"HTTPCode_Target_3XX_Count", cloudwatch.Count, codes(false, 300, 399)},
				{"HTTPCode_Target_4XX_Count", cloudwatch.Count, codes(false, 400, 499)},
				{"HTTPCode_Target_5XX_Count", cloudwatch.Count, codes(false, 500, 599)},
				{"LambdaUserError", cloudwatch.Count, func(x *exchange) (float64, bool) { return one(x.called && x.fault != ""), true }},
				{"LambdaTargetProcessedBytes", cloudwatch.Bytes, func(x *exchange) (float64, bool) {
					if !x.called || x.invocation.ending != returned || x.invocation.answer == nil {
						return float64(x.received), x.called
					}
					return float64(x.received + x.invocation.answer.size()), true
				}},
			},
		},
	}
}
