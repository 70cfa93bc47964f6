package targets

import (
	"time"

	"tollgate/pricing"
)

// FunctionURL is a Lambda function's own address: no gateway, no routes, no
// throttle but the function's.
//
// Sources: Lambda developer guide, "Lambda quotas" (900 s, 6 MB each way),
// "Monitoring Lambda function URLs" (metric names; older pages say Url4xxError)
// and "Lambda function URLs" (throttling); the 403 as recorded on AWS in
// LocalStack's snapshots. What the other answers look like is not documented:
// they are marked unsourced.
var FunctionURL = Kind{
	Name:    "function-url",
	Title:   "Function URL",
	Service: "lambda-url",
	Signing: "lambda",
	Limits:  Limits{Timeout: 900 * time.Second, RequestBytes: 6 << 20, ResponseBytes: 6 << 20},
	Manners: Manners{RequestID: []string{"x-amzn-RequestId"}, Faults: functionURLFaults},
	Watch: append([]Watch{
		watchCount(RoleCount, "AWS/Lambda", "UrlRequestCount", functionDimensions),
		watchCount(RoleClientError, "AWS/Lambda", "Url4xxCount", functionDimensions),
		watchCount(RoleServerError, "AWS/Lambda", "Url5xxCount", functionDimensions),
		watchLatency(RoleLatency, "AWS/Lambda", "UrlRequestLatency", functionDimensions),
	}, functionWatch()...),
	Billed: []pricing.Dimension{pricing.LambdaRequests, pricing.LambdaDuration, pricing.DataOut},
}

const urlForbidden = `{"Message":"Forbidden. For troubleshooting Function URL authorization issues, see: https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html"}`

// functionURLFaults: the function sees every path, so there is no FaultNoRoute.
// The bodies of the two throttles are those of Lambda's Invoke API.
var functionURLFaults = map[Fault]Answer{
	FaultThrottled:   functionURLAnswer(429, `{"Reason":"CallerRateLimitExceeded","Type":"User","message":"Rate Exceeded."}`, "TooManyRequestsException", false),
	FaultConcurrency: functionURLAnswer(429, `{"Reason":"ReservedFunctionConcurrentInvocationLimitExceeded","Type":"User","message":"Rate Exceeded."}`, "TooManyRequestsException", false),
	FaultThrown:      functionURLAnswer(502, "Internal Server Error", "", false),
	FaultMalformed:   functionURLAnswer(502, "Internal Server Error", "", false),
	FaultTimeout:     functionURLAnswer(502, "Internal Server Error", "", false),
	FaultTooLarge:    functionURLAnswer(413, `{"message":"Request Entity Too Large"}`, "RequestTooLargeException", false),
	FaultForbidden:   functionURLAnswer(403, urlForbidden, "AccessDeniedException", true),
	FaultPermission:  functionURLAnswer(403, urlForbidden, "AccessDeniedException", true),
	FaultUnsigned:    functionURLAnswer(403, urlForbidden, "AccessDeniedException", true),
	FaultNoURL:       functionURLAnswer(403, `{"Message":null}`, "AccessDeniedException", false), // as LocalStack answers
}

func functionURLAnswer(status int, body, errorType string, sourced bool) Answer {
	return Answer{Status: status, Body: body, Type: "application/json", ErrorType: errorType, Sourced: sourced}
}
