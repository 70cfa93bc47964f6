package targets

import (
	"time"

	"tollgate/pricing"
)

// HTTPAPI is an Amazon API Gateway HTTP API (version 2) in front of a Lambda
// function. It counts 4xx and 5xx where a REST API counts 4XXError and
// 5XXError, and writes "Internal Server Error" where a REST API writes
// "Internal server error".
//
// Sources: API Gateway developer guide, "Amazon API Gateway quotas" (30 s
// fixed, 10 MB, 10,240 bytes of request line and headers), "Working with
// metrics for HTTP APIs" and the troubleshooting pages for HTTP APIs; bodies
// that those pages do not show are marked unsourced.
var HTTPAPI = Kind{
	Name:    "http-api",
	Title:   "HTTP API",
	Service: "execute-api",
	Signing: "execute-api",
	Limits:  Limits{Timeout: 30 * time.Second, RequestBytes: 10 << 20, ResponseBytes: 10 << 20, HeaderBytes: 10_240},
	Manners: Manners{RequestID: []string{"apigw-requestid"}, Faults: httpFaults},
	Watch: append([]Watch{
		watchCount(RoleCount, apiGateway, "Count", httpDimensions),
		watchCount(RoleClientError, apiGateway, "4xx", httpDimensions),
		watchCount(RoleServerError, apiGateway, "5xx", httpDimensions),
		watchLatency(RoleLatency, apiGateway, "Latency", httpDimensions),
		watchLatency(RoleIntegration, apiGateway, "IntegrationLatency", httpDimensions),
		watchCount(RoleBytes, apiGateway, "DataProcessed", httpDimensions),
	}, functionWatch()...),
	Billed: []pricing.Dimension{pricing.HTTPRequests, pricing.LambdaRequests, pricing.LambdaDuration, pricing.DataOut},
}

// httpFaults: an HTTP API has no API keys, so FaultForbidden is what its
// authorizers answer.
var httpFaults = map[Fault]Answer{
	FaultThrottled:   httpAnswer(429, "Too Many Requests", false),
	FaultConcurrency: httpAnswer(503, "Service Unavailable", false),
	FaultThrown:      httpAnswer(500, "Internal Server Error", true),
	FaultMalformed:   httpAnswer(500, "Internal Server Error", true),
	FaultTimeout:     httpAnswer(503, "Service Unavailable", false),
	FaultNoRoute:     httpAnswer(404, "Not Found", true),
	FaultTooLarge:    httpAnswer(413, "Request Entity Too Large", false),
	FaultForbidden:   httpAnswer(403, "Forbidden", false),
	FaultUnsigned:    httpAnswer(403, "Forbidden", false),
	FaultNoProof:     httpAnswer(401, "Unauthorized", true),
	FaultDenied:      httpAnswer(403, "Forbidden", false),
	FaultAuthorizer:  httpAnswer(500, "Internal Server Error", true),
	FaultPermission:  httpAnswer(500, "Internal Server Error", true),
	FaultHeaders:     httpAnswer(431, "Request Header Fields Too Large", false),
	FaultNetwork:     httpAnswer(503, "Service Unavailable", false),
}

func httpAnswer(status int, message string, sourced bool) Answer {
	return Answer{Status: status, Body: `{"message":"` + message + `"}`, Type: "application/json", Sourced: sourced}
}

// httpDimensions names a stage as API Gateway does: by the API's id. The stage
// that needs no path is called $default.
func httpDimensions(t Target) map[string]string {
	if t.API == "" {
		return nil
	}
	stage := t.Stage
	if stage == "" {
		stage = "$default"
	}
	return map[string]string{"ApiId": t.API, "Stage": stage}
}
