package targets

import (
	"slices"
	"strings"
	"unicode"

	"tollgate/pricing"
)

// RESTAPI is an Amazon API Gateway REST API (version 1) with a Lambda function
// behind it by proxy integration.
//
// Sources: API Gateway developer guide, "Gateway response types" (statuses) and
// "Amazon API Gateway dimensions and metrics"; bodies and error types as recorded
// on AWS in LocalStack's snapshots, unless marked unsourced.
var RESTAPI = Kind{
	Door:         pricing.RESTAPI,
	Private:      &pricing.PrivateRESTAPI,
	private:      func(t Target) bool { return t.EndpointZones > 0 },
	Resources:    []string{"AWS::ApiGateway::RestApi", "AWS::Serverless::Api"},
	Service:      "execute-api",
	Signing:      "execute-api",
	Invoke:       []Permission{{Action: "execute-api:Invoke", Service: "execute-api", Resource: invokedMethod}},
	CanBeOrigin:  true,
	Keys:         []string{"api", "stage", "cache", "private_endpoint", "edge", "web_acl", "function", "functions", "integrations", "detailed_metrics"},
	Integrations: []string{"http", "mock", "queue", "dynamodb", "s3", "sns", "step-functions"},
	RequestIDs:   []string{"x-amzn-RequestId", "x-amz-apigw-id"},
	Errors:       restErrors,
	Watch: slices.Concat(watch(apiGateway, apiNeeds, restDimensions,
		count(RoleCount, "Count"),
		count(RoleClientError, "4XXError"),
		count(RoleServerError, "5XXError"),
		latency(RoleLatency, "Latency"),
		latency(RoleIntegration, "IntegrationLatency"),
		count(RoleCacheHit, "CacheHitCount"),
		count(RoleCacheMiss, "CacheMissCount"),
	), webACLWatch, FunctionWatch),
	route: func(key string) map[string]string {
		method, path, _ := strings.Cut(key, " ")
		return map[string]string{"Method": method, "Resource": path}
	},
	AccountThrottle: true,
	UsagePlans:      true,
	StageInPath:     true,
	APIByName:       true,
	OwnPreflights:   true,
	PreflightCost:   preflightsBilled,
	PreflightStatus: 200,
	Unsigned:        FaultNoRoute, // Missing Authentication Token
	BodySizes:       []int64{LambdaBody - meteringStep},
}

// preflightsBilled is assumed of API Gateway: nothing was found that says so.
const preflightsBilled = "preflights are taken to be billed as requests, since API Gateway's prices make no exception for those that it answers by itself"

const (
	apiGateway = "AWS/ApiGateway"
	apiNeeds   = "api and stage"
)

// restErrors holds the default gateway responses. The template of each is
// {"message":$context.error.messageString}. A function that throws, or that
// answers with anything but a proxy response, is a 502, a throttled one a 500.
var restErrors = ErrorResponses{
	FaultThrottled:   restError(429, "Too Many Requests", "TooManyRequestsException", true),
	FaultConcurrency: restError(500, "Internal server error", "InternalServerErrorException", true),
	FaultThrown:      restError(502, "Internal server error", "InternalServerErrorException", true),
	FaultMalformed:   restError(502, "Internal server error", "InternalServerErrorException", true),
	FaultTimeout:     restError(504, "Endpoint request timed out", "InternalServerErrorException", true),
	FaultNoRoute:     restError(403, "Missing Authentication Token", "MissingAuthenticationTokenException", true),
	FaultTooLarge:    restError(413, "Request Too Long", "RequestTooLargeException", false),
	FaultForbidden:   restError(403, "Forbidden", "ForbiddenException", true),
	FaultUnsigned: restError(403, "The request signature we calculated does not match the signature you provided. "+
		"Check your AWS Secret Access Key and signing method. Consult the service documentation for details.",
		"InvalidSignatureException", false),
	FaultQuota:   restError(429, "Limit Exceeded", "LimitExceededException", true),
	FaultNoProof: restError(401, "Unauthorized", "UnauthorizedException", true),
	// Unlike every other it writes Message with a capital M.
	FaultDenied:     jsonError(403, `{"Message":"User is not authorized to access this resource with an explicit deny"}`, "AccessDeniedException", false),
	FaultAuthorizer: jsonError(500, `{"message":null}`, "AuthorizerConfigurationException", true),
	FaultBody:       restError(400, "Invalid request body", "BadRequestException", true),
	FaultParameters: restError(400, "Missing required request parameters: ", "BadRequestException", false),
	FaultPermission: restError(500, "Internal server error", "InternalServerErrorException", true),
	FaultURL:        restError(414, "Request-URI Too Large", "BadRequestException", false),
	FaultHeaders:    restError(431, "Request Header Fields Too Large", "BadRequestException", false),
	FaultNetwork:    restError(504, "Network error communicating with endpoint", "InternalServerErrorException", true),
	FaultMediaType:  restError(415, "Unsupported Media Type", "BadRequestException", true),
	// Recorded in reports of users of both, in 2025 and 2026; the wording of before lacks what
	// comes after the resource.
	FaultPolicy:     restDenied(" with an explicit deny in a resource-based policy"),
	FaultNotAllowed: restDenied(" because no resource-based policy allows the execute-api:Invoke action"),
	FaultWAF:        restError(403, "Forbidden", "ForbiddenException", false),
	FaultUnnamed:    restError(403, "Forbidden", "ForbiddenException", false),
	FaultDomain:     restError(403, "Forbidden", "ForbiddenException", false),
}

// restDenied is what a resource policy has an API answer.
func restDenied(why string) ErrorResponse {
	return jsonError(403, `{"Message":"User: anonymous is not authorized to perform: execute-api:Invoke on resource: `+ResourcePlace+why+`"}`, "AccessDeniedException", true)
}

func restError(status int, message, errorType string, sourced bool) ErrorResponse {
	return jsonError(status, `{"message":"`+message+`"}`, errorType, sourced)
}

// restDimensions names a stage as API Gateway does: by the API's name, not its
// id, with non-ASCII characters removed.
func restDimensions(t Target) map[string]string {
	name := strings.Map(func(r rune) rune {
		if r > unicode.MaxASCII {
			return -1
		}
		return r
	}, t.API)
	if name == "" || t.Stage == "" {
		return nil
	}
	return map[string]string{"ApiName": name, "Stage": t.Stage}
}
