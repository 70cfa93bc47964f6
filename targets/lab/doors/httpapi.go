package doors

import (
	"cmp"
	"net/http"
	"slices"
	"time"

	"tollgate/pricing"
	"tollgate/targets"
	"tollgate/targets/lab/function/event"
)

var httpAPI = kind{
	Kind:         &targets.HTTPAPI,
	overhead:     LogNormal{Median: Duration(3 * time.Millisecond), Sigma: 0.3},
	keys:         []string{"api", "disable_default_endpoint", "stage", "variables", "throttle", "routes", "cors", "detailed_metrics", "payload_format", "access_log"},
	integrations: slices.Concat([]string{"lambda"}, targets.HTTPAPI.Integrations),
	endings:      gatewayEndings,
	noEndpoint:   targets.FaultNoRoute,
	fill: func(d *DoorConfig) {
		d.Stage = cmp.Or(d.Stage, defaultStage)
		d.Timeout = cmp.Or(d.Timeout, Duration(targets.HTTPAPI.Limits.Timeout))
		d.fillRoutes()
	},
	check: func(k *kind, d DoorConfig, at string, p *problems) {
		if d.Stage != defaultStage {
			checkREST(k, d, at, p)
		}
		p.oneOf(at+".payload_format", d.Payload, payload1, payload2)
	},
	open: openHTTP,
	id:   apiID,
	format: func(d DoorConfig) event.Format {
		if d.Payload == payload1 {
			return event.HTTP1
		}
		return event.HTTP2
	},
	billable:      httpBillable,
	challenges:    true,
	allowsOrigins: true,
	forwards:      forwardedByHTTP,
	traced:        true,
	largestEvent:  largestPayload,
	accessLog:     httpLog,
	details: func(r *route) map[string]string {
		return map[string]string{"Route": r.key()}
	},
	renames: drop,
}

// defaultStage is the stage of an HTTP API that has no part in its paths, and the
// path of the route that takes what no other takes.
const defaultStage = "$default"

// The payload formats of an HTTP API.
const (
	payload1 = "1.0"
	payload2 = "2.0"
)

func openHTTP(d *door) []stage {
	d.API, d.Stage = apiID(d.apiName()), d.config.Stage
	stages := []stage{limits(httpHead(int(d.kind.Limits.HeaderBytes))), d.defaultEndpoint}
	if d.Stage != defaultStage {
		d.URL += "/" + d.Stage
		stages = append(stages, stripStage(d.Stage))
	}
	return append(stages,
		d.config.CORS.answerPreflights(d.kind.PreflightStatus),
		d.config.CORS.allowOrigins,
		newRouter(d, d.config.Routes).find,
		throttleMethod,
		throttle(d.account, byAccount),
		authenticate(ofRoute),
		integrate,
	)
}

// httpHead counts the request line, too.
// Source: API Gateway developer guide, "Amazon API Gateway quotas".
func httpHead(most int) func(*http.Request) targets.Fault {
	return func(r *http.Request) targets.Fault {
		if lines, _ := headerBytes(r); requestLine(r)+lines > most {
			return targets.FaultHeaders
		}
		return ""
	}
}

// httpBillable counts a request for each 512 KB of request or response, whichever
// is larger (assumed; AWS does not say which).
// Source: API Gateway pricing page, "metered in 512 KB increments".
func httpBillable(x *exchange) int64 {
	const unit = int64(pricing.HTTPUnit)
	return max(1, (max(x.received, x.response.size())+unit-1)/unit)
}

// httpLog is the access log of an HTTP API, with what tollgate whatif can use.
var httpLog = gatewayLog(
	`{"requestId":"$context.requestId","ip":"$context.identity.sourceIp","requestTimeEpoch":"$context.requestTimeEpoch","httpMethod":"$context.httpMethod","routeKey":"$context.routeKey",`+
		`"path":"$context.path","domainName":"$context.domainName","protocol":"$context.protocol","status":"$context.status","responseLength":"$context.responseLength",`+
		`"responseLatency":"$context.responseLatency","integrationLatency":"$context.integration.latency","integrationStatus":"$context.integration.status"}`,
	logsRequests,
	withRequests(map[string]logField{
		"$context.routeKey": func(_ *accessLog, x *exchange) string {
			if x.route == nil {
				return ""
			}
			return x.route.key()
		},
	}),
)
