package doors

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"time"

	"tollgate/pricing"
	"tollgate/targets"
	"tollgate/targets/lab/function/event"
)

var restAPI = kind{
	Kind:     &targets.RESTAPI,
	overhead: LogNormal{Median: Duration(6 * time.Millisecond), Sigma: 0.3},
	keys: []string{
		"api", "disable_default_endpoint", "stage", "variables", "canary", "throttle", "routes", "cors", "edge", "private", "web_acl", "resource_policy", "vpc_endpoint", "detailed_metrics", "usage_plan", "more_usage_plans", "cache", "binary_media_types",
		"access_log", "stream_first_byte", "response_stream", "stream_idle_timeout",
	},
	integrations: slices.Concat([]string{"lambda", "lambda-custom"}, targets.RESTAPI.Integrations),
	endings:      gatewayEndings,
	noEndpoint:   targets.FaultForbidden,
	fill: func(d *DoorConfig) {
		d.Stage = cmp.Or(d.Stage, "prod")
		d.fillStreamLimits(targets.RESTAPI.Limits.StreamTimeout)
		d.Timeout = cmp.Or(d.Timeout, Duration(targets.RESTAPI.Limits.Timeout))
		d.fillRoutes()
	},
	check:        checkREST,
	open:         openREST,
	id:           apiID,
	format:       func(DoorConfig) event.Format { return event.REST },
	billable:     restBillable,
	requestID:    func(*exchange) string { return requestID() },
	traced:       true,
	largestEvent: largestPayload,
	mapsServices: true,
	accessLog:    restLog,
	forwards:     forwardedByREST,
	details: func(r *route) map[string]string {
		return map[string]string{"Method": r.Method, "Resource": r.Path}
	},
	renames: func(header string) string {
		if slices.Contains(dropped, header) {
			return "x-amzn-Remapped-" + header
		}
		return header
	},
}

func checkREST(_ *kind, d DoorConfig, at string, p *problems) {
	if !plainStage().MatchString(d.Stage) {
		p.add("%s.stage: %q must be 1 to 128 letters, digits, - or _", at, d.Stage)
	}
	if d.Edge && d.Private {
		p.add("%s.private: an API is edge-optimised or private, not both", at)
	}
	d.checkStream(at, p)
}

// openREST applies the limits in the order of API Gateway: usage plan, the stage's
// method, account. Source: API Gateway developer guide, "Throttle requests to your
// REST APIs".
func openREST(d *door) []stage {
	d.API, d.Stage = d.apiName(), d.config.Stage
	d.URL += "/" + d.Stage
	if plans := d.config.plans(); len(plans) > 0 {
		d.APIKey = plans[0].Keys[0]
		d.counters.truth.Plans = make([]PlanTruth, len(plans))
	}
	d.cache = newResponseCache(d.config.Cache)
	permission := newResourcePolicy(d)
	return slices.Concat([]stage{
		limits(restHead(int(d.kind.Limits.HeaderBytes), d.config.Edge)),
		d.defaultEndpoint,
		d.throughEndpoint(),
		d.inspect(),
		stripStage(d.Stage),
		permission.deny,
		d.config.CORS.answerPreflights(d.kind.PreflightStatus), // by the MOCK integration that enabling CORS makes
	}, d.routed(), []stage{
		authenticate(ofRoute),
		permission.allow,
		checkKeys(d.config.plans(), d.started, func(x *exchange) (string, bool) { return x.route.Path, x.route.keyed }),
		throttleMethod,
		throttle(d.account, byAccount),
		validate,
		d.cache.look,
		integrate,
	})
}

// The longest URL, in characters. Source: API Gateway developer guide, "Amazon API
// Gateway quotas"; that the response is 414 is from general knowledge.
const (
	longestURL    = 10_240
	longestAtEdge = 8_192
)

// restHead counts the values of headers alone. Source: as above.
func restHead(most int, edge bool) func(*http.Request) targets.Fault {
	return func(r *http.Request) targets.Fault {
		if n := len(r.Host) + len(r.RequestURI); n > longestURL || edge && n > longestAtEdge {
			return targets.FaultURL
		}
		if _, values := headerBytes(r); values > most {
			return targets.FaultHeaders
		}
		return ""
	}
}

// restBillable charges for nothing that was refused for its proof, its key or its
// rate, and for each 10 MB of a streamed response. Source: API Gateway developer guide, "API Gateway
// pricing"; the pricing page for streamed responses.
func restBillable(x *exchange) int64 {
	if s := x.response.status; x.fault != "" && (s == 401 || s == 403 || s == 429) {
		return 0
	}
	return max(1, (x.streamed+pricing.RESTStreamUnit-1)/pricing.RESTStreamUnit)
}

// addCloudFront adds what CloudFront adds to the responses of an edge-optimised API.
// Source: as recorded in LocalStack's snapshots; the location is made up.
func addCloudFront(h http.Header, status int) {
	h["Via"] = []string{"1.1 0123456789abcdef0123456789abcdef.cloudfront.net (CloudFront)"}
	h["X-Amz-Cf-Pop"] = []string{"FRA00-P1"}
	h["X-Amz-Cf-Id"] = []string{gatewayID() + gatewayID()}
	h["X-Cache"] = []string{"Miss from cloudfront"}
	if status >= 400 {
		h["X-Cache"] = []string{"Error from cloudfront"}
	}
}

// restLog is the access log of a REST API. The format is not the console's, which has neither
// the path nor milliseconds: it has what tollgate whatif can use.
var restLog = gatewayLog(
	`{"requestId":"$context.requestId","extendedRequestId":"$context.extendedRequestId","ip":"$context.identity.sourceIp","apiKeyId":"$context.identity.apiKeyId",`+
		`"requestTimeEpoch":"$context.requestTimeEpoch","httpMethod":"$context.httpMethod","resourcePath":"$context.resourcePath","path":"$context.path","domainName":"$context.domainName",`+
		`"protocol":"$context.protocol","status":"$context.status","responseLength":"$context.responseLength","responseLatency":"$context.responseLatency",`+
		`"integrationLatency":"$context.integration.latency","integrationStatus":"$context.integration.status"}`,
	logsRequests,
	withRequests(map[string]logField{
		"$context.extendedRequestId": func(l *accessLog, x *exchange) string { ids := x.idsOf(l.door); return ids[len(ids)-1] },
		"$context.identity.apiKeyId": func(_ *accessLog, x *exchange) string { return x.keyID },
		"$context.isCanaryRequest":   func(_ *accessLog, x *exchange) string { return strconv.FormatBool(x.canary) },
		"$context.resourcePath":      func(_ *accessLog, x *exchange) string { return x.resource() },
	}),
)

// resource is the path of the resource that a request found; "" if it found none.
func (x *exchange) resource() string {
	if x.route == nil {
		return ""
	}
	return x.route.Path
}
