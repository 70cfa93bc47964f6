package targets

import (
	"maps"
	"slices"
	"strings"
)

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
	FaultNoEndpoint  Fault = "no endpoint of that host"
	FaultMethod      Fault = "method that is not passed on"
	FaultExpect      Fault = "expectation not met" // of Expect: 100-continue
	FaultVersion     Fault = "version of HTTP not spoken"
	FaultNoUpgrade   Fault = "no WebSocket asked for"
	FaultGone        Fault = "connection gone" // that a message was to go to
	FaultConnection  Fault = "not the id of a connection"
	FaultWAF         Fault = "refused by AWS WAF"
	FaultPolicy      Fault = "denied by the resource policy"
	FaultNotAllowed  Fault = "not allowed by the resource policy"
	FaultUnnamed     Fault = "private API not named"        // by a request through a VPC endpoint
	FaultDomain      Fault = "refused by the custom domain" // an untrusted client certificate, or a path without a mapping
	FaultAtEdge      Fault = "refused by the distribution itself"
	FaultBehind      Fault = "not the front door's own response"
)

// ErrorResponses are what a kind sends for each fault that it can have.
type ErrorResponses map[Fault]ErrorResponse

// An ErrorResponse is what a front door sends for a fault. It says whether it is
// documented or recorded on AWS: a simulation that hides which of its responses
// are guesses is not evidence.
type ErrorResponse struct {
	Status    int
	Body      string // with [ResourcePlace] where it names what was asked for, or [AnyRequestID] where it has an id
	Type      string // Content-Type
	ErrorType string // in the header for it, where the kind sends one
	Sourced   bool   // documented or recorded on AWS, rather than from general knowledge
}

func jsonError(status int, body, errorType string, sourced bool) ErrorResponse {
	return ErrorResponse{Status: status, Body: body, Type: "application/json", ErrorType: errorType, Sourced: sourced}
}

// ResourcePlace stands in the body of an error response for the ARN of the method that was
// asked for.
const ResourcePlace = "{resource}"

// AnyRequestID stands in the page of a distribution for the id of the request, which differs
// from one to the next.
const AnyRequestID = "0000000000000000000000000000000000000000000000000000000w=="

// Is says whether a response is this one, whatever it was asked for and whichever its id is.
func (e *ErrorResponse) Is(status int, body string) bool {
	if status != e.Status {
		return false
	}
	own := strings.TrimSpace(e.Body)
	before, after, named := strings.Cut(own, ResourcePlace)
	if !named {
		before, after, named = strings.Cut(own, AnyRequestID)
	}
	body = strings.TrimSpace(body)
	if !named {
		return body == before
	}
	return len(body) >= len(before)+len(after) && strings.HasPrefix(body, before) && strings.HasSuffix(body, after)
}

// Meanings are the faults that a kind answers with such a response, by their names: several
// where it answers them alike, and none where the response is not one of the kind's own.
func (e ErrorResponses) Meanings(status int, body string) (all []Fault) {
	for _, fault := range slices.Sorted(maps.Keys(e)) {
		if a := e[fault]; a.Is(status, body) {
			all = append(all, fault)
		}
	}
	return all
}

// Alike are the faults that a kind answers as it answers one, by their names.
func (e ErrorResponses) Alike(fault Fault) []Fault {
	a, known := e[fault]
	if !known {
		return nil
	}
	return e.Meanings(a.Status, a.Body)
}
