package targettest

import "tollgate/targets"

// A Fault is one that each kind of door shows in its own way.
type Fault struct {
	Name  string
	Fault targets.Fault
	Shown []Shown // by the kinds that know it

	Method, Path string // of the request that meets it; default GET /
	Headers      []string
	Body         string
}

// Shown is what one kind answers.
type Shown struct {
	Kind   *targets.Kind
	Status int
	Body   string
	Type   string // Content-Type
	Error  string // x-amzn-ErrorType, or lambda-web-error-type; "" for none
}

// typeHeader is the header that Error is in.
func (s Shown) typeHeader() string {
	if s.Kind == &targets.LambdaWeb {
		return "lambda-web-error-type"
	}
	return "x-amzn-ErrorType"
}

// Faults is the table of the same fault at four doors.
// Sources: as of Rows. A REST API answers a throttled function by 500 and one
// that fails by 502; an HTTP API's 503 and what a Function URL says in its
// errors are from knowledge.
func Faults() []Fault {
	faults := []Fault{
		{Name: "the function is throttled", Fault: targets.FaultConcurrency, Shown: []Shown{
			gatewayError(500, "Internal server error", "InternalServerErrorException"),
			httpError(503, "Service Unavailable"),
			urlError(429, `{"Reason":"ReservedFunctionConcurrentInvocationLimitExceeded","Type":"User","message":"Rate Exceeded."}`, "TooManyRequestsException"),
			balancerError(502, "502 Bad Gateway"),
		}},
		{Name: "the handler throws", Fault: targets.FaultThrown, Shown: failed()},
		{Name: "the function returns what is no response", Fault: targets.FaultMalformed, Shown: failed()},
		{Name: "the function may not be invoked", Fault: targets.FaultPermission, Shown: []Shown{
			gatewayError(500, "Internal server error", "InternalServerErrorException"),
			httpError(500, "Internal Server Error"),
			urlError(403, urlForbidden, "AccessDeniedException"),
			balancerError(502, "502 Bad Gateway"),
		}},
		{Name: "the backend is slow", Fault: targets.FaultTimeout, Shown: []Shown{
			gatewayError(504, "Endpoint request timed out", "InternalServerErrorException"),
			httpError(503, "Service Unavailable"),
			urlError(502, "Internal Server Error", ""),
			balancerError(502, "502 Bad Gateway"),
		}},
		{Name: "the door itself throttles; a load balancer never does", Fault: targets.FaultThrottled, Shown: []Shown{
			gatewayError(429, "Too Many Requests", "TooManyRequestsException"),
			httpError(429, "Too Many Requests"),
			urlError(429, `{"Reason":"CallerRateLimitExceeded","Type":"User","message":"Rate Exceeded."}`, "TooManyRequestsException"),
			webError(429, "Platform.Throttled"), // assumed: AWS documents neither
		}},
		{Name: "the key is missing; only REST APIs ask for one", Fault: targets.FaultForbidden, Shown: []Shown{
			gatewayError(403, "Forbidden", "ForbiddenException"),
		}},
		{Name: "the key's quota is used up", Fault: targets.FaultQuota, Headers: []string{"x-api-key: demo-key"}, Shown: []Shown{
			gatewayError(429, "Limit Exceeded", "LimitExceededException"),
		}},
		{Name: "the path leads nowhere; a function sees them all", Fault: targets.FaultNoRoute, Path: "/nowhere", Shown: []Shown{
			gatewayError(403, "Missing Authentication Token", "MissingAuthenticationTokenException"),
			httpError(404, "Not Found"),
			{Kind: &targets.ALB, Status: 404, Body: "nowhere", Type: "text/plain"}, // a fixed response, which is as it is configured
		}},
	}
	faults = append(faults, proofFaults()...)
	faults = append(faults, guardFaults()...)
	return append(faults, backendFaults()...)
}

const urlForbidden = `{"Message":"Forbidden. For troubleshooting Function URL authorization issues, see: https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html"}`

// proofFaults: who asks is not known, or may not, or asks in a way that is not understood.
func proofFaults() []Fault {
	return []Fault{
		{Name: "the authorizer is given nothing", Fault: targets.FaultNoProof, Shown: []Shown{
			gatewayError(401, "Unauthorized", "UnauthorizedException"),
			httpError(401, "Unauthorized"),
		}},
		{Name: "the authorizer says no", Fault: targets.FaultDenied, Headers: []string{"Authorization: bad"}, Shown: []Shown{
			{&targets.RESTAPI, 403, `{"Message":"User is not authorized to access this resource with an explicit deny"}`, jsonType, "AccessDeniedException"},
			httpError(403, "Forbidden"),
		}},
		{Name: "the authorizer fails", Fault: targets.FaultAuthorizer, Headers: []string{"Authorization: broken"}, Shown: []Shown{
			{&targets.RESTAPI, 500, `{"message":null}`, jsonType, "AuthorizerConfigurationException"},
			httpError(500, "Internal Server Error"),
		}},
		{Name: "the signature is missing", Fault: targets.FaultUnsigned, Shown: []Shown{
			gatewayError(403, "Missing Authentication Token", "MissingAuthenticationTokenException"),
			httpError(403, "Forbidden"),
			urlError(403, urlForbidden, "AccessDeniedException"),
			webError(403, "Platform.AccessDenied"),
		}},
		{Name: "a required parameter is missing", Fault: targets.FaultParameters, Headers: []string{"X-Here: 1"}, Shown: []Shown{
			gatewayError(400, "Missing required request parameters: [lang, X-There]", "BadRequestException"),
		}},
		{Name: "the body is not as its model", Fault: targets.FaultBody, Method: "POST", Shown: []Shown{
			gatewayError(400, "Invalid request body", "BadRequestException"),
		}},
		{
			Name: "the body's type has no mapping template, and nothing passes without", Fault: targets.FaultMediaType,
			Method: "POST", Headers: []string{"Content-Type: text/csv"}, Body: "5.1,3.5", Shown: []Shown{
				gatewayError(415, "Unsupported Media Type", "BadRequestException"),
			},
		},
		{
			Name: "there is no Function URL of that name (as LocalStack answers)", Fault: targets.FaultNoURL,
			Headers: []string{"Host: 0123456789abcdef0123456789abcdef.lambda-url.us-east-1.on.aws"}, Shown: []Shown{
				urlError(403, `{"Message":null}`, "AccessDeniedException"),
			},
		},
	}
}

// guardFaults: what stands in front refuses.
func guardFaults() []Fault {
	const denied = `{"Message":"User: anonymous is not authorized to perform: execute-api:Invoke on resource: arn:aws:execute-api:us-east-1:********9012:3l5t181k2b/prod/GET/`
	return []Fault{
		{Name: "a rule of AWS WAF blocks", Fault: targets.FaultWAF, Shown: []Shown{
			gatewayError(403, "Forbidden", "ForbiddenException"),
			balancerError(403, "403 Forbidden"),
		}},
		{Name: "the resource policy denies", Fault: targets.FaultPolicy, Shown: []Shown{
			{&targets.RESTAPI, 403, denied + ` with an explicit deny in a resource-based policy"}`, jsonType, "AccessDeniedException"},
		}},
		{Name: "the resource policy does not allow", Fault: targets.FaultNotAllowed, Shown: []Shown{
			{&targets.RESTAPI, 403, denied + ` because no resource-based policy allows the execute-api:Invoke action"}`, jsonType, "AccessDeniedException"},
		}},
		{Name: "a request through a VPC endpoint names no API", Fault: targets.FaultUnnamed, Headers: []string{"Host: vpce-0123456789abcdef0-x.execute-api.us-east-1.vpce.amazonaws.com"}, Shown: []Shown{
			gatewayError(403, "Forbidden", "ForbiddenException"),
		}},
	}
}

// backendFaults: what stands behind is no function.
func backendFaults() []Fault {
	return []Fault{
		{Name: "the backend cannot be reached", Fault: targets.FaultNetwork, Shown: []Shown{
			gatewayError(504, "Network error communicating with endpoint", "InternalServerErrorException"),
			httpError(503, "Service Unavailable"),
			balancerError(502, "502 Bad Gateway"),
			webError(500, "Runtime.StartFailed"),
		}},
		{Name: "there is no endpoint of that host", Fault: targets.FaultNoEndpoint, Headers: []string{"Host: abc.b7t.lambda-web.us-east-1.on.aws"}, Shown: []Shown{
			webError(404, "Platform.NoEndpoint"),
		}},
		{Name: "the method is not passed on", Fault: targets.FaultMethod, Method: "TRACE", Shown: []Shown{webError(400, "Platform.BadRequest")}},
		{Name: "the client waits for 100 Continue", Fault: targets.FaultExpect, Headers: []string{"Expect: 100-continue"}, Shown: []Shown{
			webError(417, "Platform.BadRequest"),
		}},
		{Name: "the backend is no function and slow", Fault: targets.FaultSlowTarget, Shown: []Shown{
			gatewayError(504, "Endpoint request timed out", "InternalServerErrorException"),
			httpError(503, "Service Unavailable"),
			balancerError(504, "504 Gateway Time-out"),
		}},
		{Name: "the target group speaks another protocol", Fault: targets.FaultProtocol, Shown: []Shown{balancerError(464, "464")}},
		{Name: "the target group is empty", Fault: targets.FaultNoTarget, Shown: []Shown{
			balancerError(503, "503 Service Temporarily Unavailable"),
		}},
	}
}

func failed() []Shown {
	return []Shown{
		gatewayError(502, "Internal server error", "InternalServerErrorException"),
		httpError(500, "Internal Server Error"),
		urlError(502, "Internal Server Error", ""),
		balancerError(502, "502 Bad Gateway"),
		webError(502, "Runtime.RequestFailed"),
	}
}

const jsonType = "application/json"

func gatewayError(status int, message, name string) Shown {
	return Shown{&targets.RESTAPI, status, `{"message":"` + message + `"}`, jsonType, name}
}

func httpError(status int, message string) Shown {
	return Shown{&targets.HTTPAPI, status, `{"message":"` + message + `"}`, jsonType, ""}
}

func urlError(status int, body, name string) Shown {
	return Shown{&targets.FunctionURL, status, body, jsonType, name}
}

// webError has no body: AWS documents none, and of the types only that of a timeout.
func webError(status int, name string) Shown {
	return Shown{&targets.LambdaWeb, status, "", jsonType, name}
}

func balancerError(status int, title string) Shown {
	return Shown{&targets.ALB, status, page(title), "text/html", ""}
}
