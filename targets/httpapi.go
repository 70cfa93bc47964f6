package targets

import (
	"cmp"
	"slices"

	"tollgate/pricing"
)

// HTTPAPI is an Amazon API Gateway HTTP API (version 2) with a Lambda function
// behind it. It counts 4xx and 5xx where a REST API counts 4XXError and 5XXError,
// and writes "Internal Server Error" where a REST API writes "Internal server
// error".
//
// Sources: API Gateway developer guide, "Working with metrics for HTTP APIs" and
// the troubleshooting pages for HTTP APIs; bodies that those pages do not show are
// marked unsourced.
var HTTPAPI = Kind{
	Door:         pricing.HTTPAPI,
	Resources:    []string{"AWS::ApiGatewayV2::Api", "AWS::Serverless::HttpApi"},
	Service:      "execute-api",
	Signing:      "execute-api",
	Invoke:       []Permission{{Action: "execute-api:Invoke", Service: "execute-api", Resource: invokedMethod}},
	CanBeOrigin:  true,
	Keys:         []string{"api", "stage", "function", "functions", "integrations", "detailed_metrics"},
	Integrations: []string{"http", "queue", "step-functions"},
	Words:        []string{"http", "https"},
	RequestIDs:   []string{"apigw-requestid"},
	Errors:       httpErrors,
	Watch: slices.Concat(watch(apiGateway, apiNeeds, httpDimensions,
		count(RoleCount, "Count"),
		count(RoleClientError, "4xx"),
		count(RoleServerError, "5xx"),
		latency(RoleLatency, "Latency"),
		latency(RoleIntegration, "IntegrationLatency"),
		count(RoleBytes, "DataProcessed"),
	), FunctionWatch),
	route:           func(key string) map[string]string { return map[string]string{"Route": key} },
	AccountThrottle: true,
	APIByID:         true,
	DefaultStage:    defaultStage,
	OwnPreflights:   true,
	PreflightCost:   preflightsBilled,
	PreflightStatus: 204,
	Unsigned:        FaultUnsigned,
	BodySizes:       []int64{meteringStep, meteringStep + 1, LambdaBody - meteringStep},
}

const defaultStage = "$default"

// httpErrors: an HTTP API has no API keys, so FaultForbidden is what its
// authorizers respond.
var httpErrors = ErrorResponses{
	FaultThrottled:   httpError(429, "Too Many Requests", false),
	FaultConcurrency: httpError(503, "Service Unavailable", false),
	FaultThrown:      httpError(500, "Internal Server Error", true),
	FaultMalformed:   httpError(500, "Internal Server Error", true),
	FaultTimeout:     httpError(503, "Service Unavailable", false),
	FaultNoRoute:     httpError(404, "Not Found", true),
	FaultTooLarge:    httpError(413, "Request Entity Too Large", false),
	FaultForbidden:   httpError(403, "Forbidden", false),
	FaultUnsigned:    httpError(403, "Forbidden", false),
	FaultNoProof:     httpError(401, "Unauthorized", true),
	FaultDenied:      httpError(403, "Forbidden", false),
	FaultAuthorizer:  httpError(500, "Internal Server Error", true),
	FaultPermission:  httpError(500, "Internal Server Error", true),
	FaultDomain:      httpError(403, "Forbidden", false),
	FaultHeaders:     httpError(431, "Request Header Fields Too Large", false),
	FaultNetwork:     httpError(503, "Service Unavailable", false),
}

func httpError(status int, message string, sourced bool) ErrorResponse {
	return jsonError(status, `{"message":"`+message+`"}`, "", sourced)
}

// httpDimensions names a stage as API Gateway does: by the API's id. The stage
// that needs no path is called $default.
func httpDimensions(t Target) map[string]string {
	if t.API == "" {
		return nil
	}
	return map[string]string{"ApiId": t.API, "Stage": cmp.Or(t.Stage, defaultStage)}
}
