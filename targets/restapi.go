package targets

import (
	"time"

	"tollgate/pricing"
)

// RESTAPI is an Amazon API Gateway REST API (version 1) in front of a Lambda
// function by proxy integration.
//
// Sources: API Gateway developer guide, "Amazon API Gateway quotas" (29 s,
// 10 MB, 10,240 bytes of header values), "Gateway response types" (statuses)
// and "Amazon API Gateway dimensions and metrics"; bodies and error types as
// recorded on AWS in LocalStack's snapshots, unless marked unsourced.
var RESTAPI = Kind{
	Name:    "rest-api",
	Title:   "REST API",
	Service: "execute-api",
	Signing: "execute-api",
	Limits:  Limits{Timeout: 29 * time.Second, RequestBytes: 10 << 20, ResponseBytes: 10 << 20, HeaderBytes: 10_240},
	Manners: Manners{RequestID: []string{"x-amzn-RequestId", "x-amz-apigw-id"}, Faults: restFaults},
	Watch: append([]Watch{
		watchCount(RoleCount, apiGateway, "Count", restDimensions),
		watchCount(RoleClientError, apiGateway, "4XXError", restDimensions),
		watchCount(RoleServerError, apiGateway, "5XXError", restDimensions),
		watchLatency(RoleLatency, apiGateway, "Latency", restDimensions),
		watchLatency(RoleIntegration, apiGateway, "IntegrationLatency", restDimensions),
		watchCount(RoleCacheHit, apiGateway, "CacheHitCount", restDimensions),
		watchCount(RoleCacheMiss, apiGateway, "CacheMissCount", restDimensions),
	}, functionWatch()...),
	Billed: []pricing.Dimension{pricing.RESTRequests, pricing.RESTCacheHours, pricing.LambdaRequests, pricing.LambdaDuration, pricing.DataOut},
}

const apiGateway = "AWS/ApiGateway"

// restFaults holds the default gateway responses. The template of each is
// {"message":$context.error.messageString}. A function that throws, or that
// answers with anything but a proxy response, is a 502, a throttled one a 500.
var restFaults = map[Fault]Answer{
	FaultThrottled:   restAnswer(429, "Too Many Requests", "TooManyRequestsException", true),
	FaultConcurrency: restAnswer(500, "Internal server error", "InternalServerErrorException", true),
	FaultThrown:      restAnswer(502, "Internal server error", "InternalServerErrorException", true),
	FaultMalformed:   restAnswer(502, "Internal server error", "InternalServerErrorException", true),
	FaultTimeout:     restAnswer(504, "Endpoint request timed out", "InternalServerErrorException", true),
	FaultNoRoute:     restAnswer(403, "Missing Authentication Token", "MissingAuthenticationTokenException", true),
	FaultTooLarge:    restAnswer(413, "Request Too Long", "RequestTooLargeException", false),
	FaultForbidden:   restAnswer(403, "Forbidden", "ForbiddenException", true),
	FaultUnsigned: restAnswer(403, "The request signature we calculated does not match the signature you provided. "+
		"Check your AWS Secret Access Key and signing method. Consult the service documentation for details.",
		"InvalidSignatureException", false),
	FaultQuota:      restAnswer(429, "Limit Exceeded", "LimitExceededException", true),
	FaultNoProof:    restAnswer(401, "Unauthorized", "UnauthorizedException", true),
	FaultDenied:     restDenied,
	FaultAuthorizer: {Status: 500, Body: `{"message":null}`, Type: "application/json", ErrorType: "AuthorizerConfigurationException", Sourced: true},
	FaultBody:       restAnswer(400, "Invalid request body", "BadRequestException", true),
	FaultParameters: restAnswer(400, "Missing required request parameters: ", "BadRequestException", false),
	FaultPermission: restAnswer(500, "Internal server error", "InternalServerErrorException", true),
	FaultURL:        restAnswer(414, "Request-URI Too Large", "BadRequestException", false),
	FaultHeaders:    restAnswer(431, "Request Header Fields Too Large", "BadRequestException", false),
	FaultNetwork:    restAnswer(504, "Network error communicating with endpoint", "InternalServerErrorException", true),
	FaultMediaType:  restAnswer(415, "Unsupported Media Type", "BadRequestException", true),
}

// restDenied writes its Message with a capital M, unlike every other.
var restDenied = Answer{
	Status: 403, Body: `{"Message":"User is not authorized to access this resource with an explicit deny"}`,
	Type: "application/json", ErrorType: "AccessDeniedException",
}

func restAnswer(status int, message, errorType string, sourced bool) Answer {
	return Answer{Status: status, Body: `{"message":"` + message + `"}`, Type: "application/json", ErrorType: errorType, Sourced: sourced}
}

// restDimensions names a stage as API Gateway does: by the API's name, not its
// id, with non-ASCII characters removed.
func restDimensions(t Target) map[string]string {
	name := ascii(t.API)
	if name == "" || t.Stage == "" {
		return nil
	}
	return map[string]string{"ApiName": name, "Stage": t.Stage}
}

func ascii(s string) string {
	var kept []byte
	for i := range len(s) {
		if s[i] < 0x80 {
			kept = append(kept, s[i])
		}
	}
	return string(kept)
}
