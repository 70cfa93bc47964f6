package targets

import (
	"slices"

	"tollgate/pricing"
)

// FunctionURL is a Lambda function's own address: no gateway, no routes, no
// throttle but the function's.
//
// Sources: Lambda developer guide, "Monitoring Lambda function URLs" (metric
// names; older pages say Url4xxError) and "Lambda function URLs" (throttling); the
// 403 as recorded on AWS in LocalStack's snapshots. What the other responses look
// like is not documented: they are marked unsourced.
var FunctionURL = Kind{
	Door:      pricing.FunctionURL,
	Resources: []string{"AWS::Lambda::Url"},
	Service:   "lambda-url",
	Signing:   "lambda",
	// Since October 2025 both are asked for. Source: Lambda developer guide, "Control access to
	// Lambda function URLs".
	Invoke: []Permission{
		{Action: "lambda:InvokeFunctionUrl", Service: "lambda", Resource: invokedFunction, Condition: map[string]map[string]string{"StringEquals": {"lambda:FunctionUrlAuthType": "AWS_IAM"}}},
		{Action: "lambda:InvokeFunction", Service: "lambda", Resource: invokedFunction, Condition: map[string]map[string]string{"Bool": {"lambda:InvokedViaFunctionUrl": "true"}}},
	},
	CanBeOrigin: true,
	Keys:        []string{"function"},
	RequestIDs:  []string{"x-amzn-RequestId"},
	Errors:      functionURLErrors,
	Watch: slices.Concat(watch("AWS/Lambda", functionNeeds, functionDimensions,
		count(RoleCount, "UrlRequestCount"),
		count(RoleClientError, "Url4xxCount"),
		count(RoleServerError, "Url5xxCount"),
		latency(RoleLatency, "UrlRequestLatency"),
	), FunctionWatch),
	CountsFunction:  true,
	OwnPreflights:   true,
	PreflightCost:   "preflights are taken to cost nothing but their bytes: a function URL answers them by itself, and Lambda's prices name invocations only",
	PreflightStatus: 200,
	Unsigned:        FaultUnsigned,
}

const urlForbidden = `{"Message":"Forbidden. For troubleshooting Function URL authorization issues, see: https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html"}`

// functionURLErrors: the function sees every path, so there is no FaultNoRoute.
// The bodies of the two throttles are those of Lambda's Invoke API.
var functionURLErrors = ErrorResponses{
	FaultThrottled:   jsonError(429, `{"Reason":"CallerRateLimitExceeded","Type":"User","message":"Rate Exceeded."}`, "TooManyRequestsException", false),
	FaultConcurrency: jsonError(429, `{"Reason":"ReservedFunctionConcurrentInvocationLimitExceeded","Type":"User","message":"Rate Exceeded."}`, "TooManyRequestsException", false),
	FaultThrown:      jsonError(502, "Internal Server Error", "", false),
	FaultMalformed:   jsonError(502, "Internal Server Error", "", false),
	FaultTimeout:     jsonError(502, "Internal Server Error", "", false),
	FaultTooLarge:    jsonError(413, `{"message":"Request Entity Too Large"}`, "RequestTooLargeException", false),
	FaultForbidden:   jsonError(403, urlForbidden, "AccessDeniedException", true),
	FaultPermission:  jsonError(403, urlForbidden, "AccessDeniedException", true),
	FaultUnsigned:    jsonError(403, urlForbidden, "AccessDeniedException", true),
	FaultNoURL:       jsonError(403, `{"Message":null}`, "AccessDeniedException", false), // as LocalStack responds
}
