package targets

// A Fault is something that can go wrong behind or at a front door.
type Fault string

// The faults whose response differs from kind to kind.
const (
	FaultThrottled   Fault = "throttled"          // by the front door itself
	FaultConcurrency Fault = "function throttled" // Lambda concurrency or rate
	FaultThrown      Fault = "handler throws"
	FaultMalformed   Fault = "malformed function response"
	FaultTimeout     Fault = "slow backend"
	FaultNoRoute     Fault = "no route"
	FaultTooLarge    Fault = "request too large"
	FaultForbidden   Fault = "missing or wrong key"
	FaultUnsigned    Fault = "bad signature"
	FaultQuota       Fault = "quota used up"
	FaultNoProof     Fault = "no credential for the authorizer"
	FaultDenied      Fault = "denied by the authorizer"
	FaultAuthorizer  Fault = "authorizer fails"
	FaultBody        Fault = "body not as its model"
	FaultParameters  Fault = "missing parameters" // the body goes on with their names
	FaultHeaders     Fault = "headers too large"
	FaultNetwork     Fault = "backend cannot be reached"
	FaultURL         Fault = "URL too long"
	FaultPermission  Fault = "no permission to invoke"       // the function
	FaultForwarded   Fault = "too many forwarding addresses" // in X-Forwarded-For
	FaultProtocol    Fault = "protocol not spoken by the target group"
	FaultNoTarget    Fault = "no registered target"
	FaultSlowTarget  Fault = "slow target" // that is no function, where the kind distinguishes the two
	FaultMediaType   Fault = "unsupported media type"
	FaultNoURL       Fault = "no such Function URL"
	FaultNoUpgrade   Fault = "no WebSocket asked for"
	FaultGone        Fault = "connection gone" // that a message was to go to
	FaultConnection  Fault = "not the id of a connection"
)

// ErrorResponses are what a kind sends for each fault that it can have.
type ErrorResponses map[Fault]ErrorResponse

// An ErrorResponse is what a front door sends for a fault. It says whether it is
// documented or recorded on AWS: a simulation that hides which of its responses
// are guesses is not evidence.
type ErrorResponse struct {
	Status    int
	Body      string
	Type      string // Content-Type
	ErrorType string // x-amzn-ErrorType, where the kind sends one
	Sourced   bool   // documented or recorded on AWS, rather than from general knowledge
}

func jsonError(status int, body, errorType string, sourced bool) ErrorResponse {
	return ErrorResponse{Status: status, Body: body, Type: "application/json", ErrorType: errorType, Sourced: sourced}
}
