package targettest

import "tollgate/targets"

// A Fault is one that each kind of door shows in its own way.
type Fault struct {
	Name  string
	Fault targets.Fault
	Shown []Shown // by the kinds that know it
}

// Shown is what one kind answers.
type Shown struct {
	Kind   *targets.Kind
	Status int
	Body   string
	Type   string // Content-Type
	Error  string // x-amzn-ErrorType, "" for none
}

// Faults is the table of the same fault at four doors.
// Sources: as of Rows. A REST API answers a throttled function by 500 and one
// that fails by 502; an HTTP API's 503 and what a Function URL says in its
// errors are from knowledge.
func Faults() []Fault {
	return []Fault{
		{"the function is throttled", targets.FaultConcurrency, []Shown{
			gatewayError(500, "Internal server error", "InternalServerErrorException"),
			httpError(503, "Service Unavailable"),
			urlError(429, `{"Reason":"ReservedFunctionConcurrentInvocationLimitExceeded","Type":"User","message":"Rate Exceeded."}`, "TooManyRequestsException"),
			balancerError(502, "502 Bad Gateway"),
		}},
		{"the handler throws", targets.FaultThrown, failed()},
		{"the function returns what is no response", targets.FaultMalformed, failed()},
		{"the backend is slow", targets.FaultTimeout, []Shown{
			gatewayError(504, "Endpoint request timed out", "InternalServerErrorException"),
			httpError(503, "Service Unavailable"),
			urlError(502, "Internal Server Error", ""),
			balancerError(502, "502 Bad Gateway"),
		}},
		{"the door itself throttles; a load balancer never does", targets.FaultThrottled, []Shown{
			gatewayError(429, "Too Many Requests", "TooManyRequestsException"),
			httpError(429, "Too Many Requests"),
			urlError(429, `{"Reason":"CallerRateLimitExceeded","Type":"User","message":"Rate Exceeded."}`, "TooManyRequestsException"),
		}},
		{"the key is missing; only REST APIs ask for one", targets.FaultForbidden, []Shown{
			gatewayError(403, "Forbidden", "ForbiddenException"),
		}},
	}
}

func failed() []Shown {
	return []Shown{
		gatewayError(502, "Internal server error", "InternalServerErrorException"),
		httpError(500, "Internal Server Error"),
		urlError(502, "Internal Server Error", ""),
		balancerError(502, "502 Bad Gateway"),
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

func balancerError(status int, title string) Shown {
	return Shown{&targets.ALB, status, page(title), "text/html", ""}
}
