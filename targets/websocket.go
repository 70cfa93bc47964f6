package targets

import (
	"slices"

	"tollgate/pricing"
)

// WebSocketAPI is an Amazon API Gateway WebSocket API with Lambda functions behind its
// routes. Responses in HTTP are those of handshakes and of the @connections API; what a
// client with a connection is told of a fault is a message (package lab/doors).
//
// Sources: API Gateway developer guide, "Working with WebSocket APIs" ($connect: a
// function's status code is the handshake's; authorizers; 410 GoneException) and
// "Monitoring WebSocket API execution with CloudWatch metrics"; that an exception in
// $connect makes the handshake fail with 502 was recorded on AWS. The rest is marked
// unsourced.
//
// MessageErrors are the messages by which a client is told of a fault, with the status
// codes that HTTP has for the same.
var WebSocketAPI = Kind{
	Door:       pricing.WebSocketAPI,
	Resources:  []string{"AWS::Serverless::WebSocketApi"}, // and that of HTTP APIs, by its protocol
	Service:    "execute-api",
	Signing:    "execute-api",
	Invoke:     []Permission{{Action: "execute-api:Invoke", Service: "execute-api", Resource: invokedConnect}},
	Keys:       []string{"api", "stage", "function", "functions", "route_selection"},
	Words:      []string{"websocket", "websockets", "ws", "wss"},
	RequestIDs: []string{"x-amzn-RequestId"},
	Errors:     webSocketErrors,
	Watch: slices.Concat(watch(apiGateway, apiNeeds, httpDimensions,
		count(RoleConnects, "ConnectCount"),
		count(RoleMessages, "MessageCount"),
		count(RoleRefusals, "ClientError"),
		count(RoleIntegrationErrors, "IntegrationError"),
		count(RoleExecutionErrors, "ExecutionError"),
		latency(RoleIntegration, "IntegrationLatency"),
	), FunctionWatch),
	AccountThrottle: true,
	StageInPath:     true,
	OnlyMessages:    true,
	MessageErrors:   map[string]int{"Bad request body": 400, "Forbidden": 403, "Too Many Requests": 429, "Internal server error": 500},
	APIByID:         true,
	Unsigned:        FaultUnsigned,
}

// The routes that API Gateway knows itself, and the part of a message by which it chooses one
// unless the API says otherwise, as the console proposes it.
const (
	ConnectRoute    = "$connect"
	DisconnectRoute = "$disconnect"
	DefaultRoute    = "$default"
	RouteSelection  = "$request.body.action"
)

// SocketRouteForm is how the key of a route of a WebSocket API is written.
const SocketRouteForm = `\$connect|\$disconnect|\$default|[^$\s][^\s]{0,127}`

// SocketFunction is the function behind a route of a WebSocket API; one that it does not
// have is that of $default. A connection whose $connect is not there calls nothing that the
// target names. A route that names none has the target's own.
func (t *Target) SocketFunction(route string) Function {
	for _, key := range []string{route, DefaultRoute} {
		for _, r := range t.Functions {
			if r.Route == key && r.Name == "" {
				return t.Function
			}
			if r.Route == key {
				return r.Function
			}
		}
		if route == ConnectRoute || route == DisconnectRoute {
			break
		}
	}
	return t.Function
}

// HTTPScheme is the scheme in HTTP of one of WebSocket, whose handshake is a request; any
// other one is returned as it is.
func HTTPScheme(scheme string) string {
	switch scheme {
	case "ws":
		return "http"
	case "wss":
		return "https"
	}
	return scheme
}

// socketScheme is the scheme of WebSocket whose handshake has that one.
func socketScheme(http string) string {
	if http == "https" {
		return "wss"
	}
	return "ws"
}

const socketFailed = `{"message": "Internal server error"}`

var webSocketErrors = ErrorResponses{
	FaultThrottled:   jsonError(429, `{"message":"Too Many Requests"}`, "LimitExceededException", false),
	FaultConcurrency: jsonError(502, socketFailed, "InternalServerErrorException", false),
	FaultThrown:      jsonError(502, socketFailed, "InternalServerErrorException", true),
	FaultMalformed:   jsonError(502, socketFailed, "InternalServerErrorException", false),
	FaultTimeout:     jsonError(504, `{"message": "Endpoint request timed out"}`, "InternalServerErrorException", false),
	FaultPermission:  jsonError(500, socketFailed, "InternalServerErrorException", false),
	FaultBody:        jsonError(400, `{"message":"Bad request body"}`, "BadRequestException", true),
	FaultNoRoute:     jsonError(403, `{"message":"Forbidden"}`, "ForbiddenException", false),
	FaultForbidden:   jsonError(403, `{"message":"Forbidden"}`, "ForbiddenException", false),
	FaultQuota:       jsonError(429, `{"message":"Limit Exceeded"}`, "LimitExceededException", false),
	FaultNoUpgrade:   jsonError(426, `{"message":"Upgrade Required"}`, "", false),
	FaultTooLarge:    jsonError(413, `{"message":"Payload too large"}`, "PayloadTooLargeException", false),
	FaultUnsigned:    jsonError(403, `{"message":"Forbidden"}`, "ForbiddenException", false),
	FaultGone:        jsonError(410, "", "GoneException", true),
	FaultConnection:  jsonError(400, `{"message": "Invalid connectionId"}`, "BadRequestException", false),
	FaultNoProof:     jsonError(401, `{"message":"Unauthorized"}`, "UnauthorizedException", true),
	FaultDenied:      jsonError(403, `{"message":"User is not authorized to access this resource with an explicit deny"}`, "AccessDeniedException", true),
	FaultAuthorizer:  jsonError(500, `{"message":null}`, "AuthorizerConfigurationException", false),
}
