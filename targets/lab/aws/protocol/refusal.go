package protocol

import (
	"errors"
	"net/http"
)

// A Refusal is an error that a service answers instead of doing what it was
// asked.
type Refusal struct {
	Status  int
	Code    string // as clients of the Query protocol know it
	Type    string // the error's shape, where that is called otherwise; "" is Code
	Message string
}

// The refusals that AWS's services share.
// Source: CloudWatch API reference, "Common errors".
var (
	Throttling   = Refusal{Status: 400, Code: "Throttling", Type: "ThrottlingException", Message: "Rate exceeded"}
	AccessDenied = Refusal{
		Status: 403, Code: "AccessDenied", Type: "AccessDeniedException",
		Message: "User: arn:aws:iam::123456789012:user/lab is not authorized to perform: cloudwatch:GetMetricData because no identity-based policy allows the cloudwatch:GetMetricData action",
	}
	ExpiredToken = Refusal{
		Status: 403, Code: "ExpiredToken", Type: "ExpiredTokenException",
		Message: "The security token included in the request is expired",
	}
	Unrecognised = Refusal{
		Status: 403, Code: "InvalidClientTokenId", Type: "UnrecognizedClientException",
		Message: "The security token included in the request is invalid.",
	}
	Unsigned = Refusal{
		Status: 403, Code: "MissingAuthenticationToken", Type: "MissingAuthenticationTokenException",
		Message: "Missing Authentication Token",
	}
	IncompleteSignature = Refusal{
		Status: 403, Code: "IncompleteSignature", Type: "IncompleteSignatureException",
		Message: "Authorization header requires 'Credential', 'SignedHeaders' and 'Signature' parameters, of which 'host' and 'x-amz-date' are signed.",
	}
	WrongSignature = Refusal{
		Status: 403, Code: "SignatureDoesNotMatch", Type: "InvalidSignatureException",
		Message: "The request signature we calculated does not match the signature you provided. " +
			"Check your AWS Secret Access Key and signing method. Consult the service documentation for details.",
	}
	InternalFault = Refusal{Status: 500, Code: "InternalServiceError", Type: "InternalServiceFault", Message: "Internal service error"}
)

// Invalid refuses a request for what is wrong with its fields.
func Invalid(message string) Refusal {
	return Refusal{Status: http.StatusBadRequest, Code: "ValidationError", Type: "ValidationException", Message: message}
}

func (r Refusal) Error() string { return r.Code + ": " + r.Message }

// fault says whose mistake it is.
func (r Refusal) fault() string {
	if r.Status >= 500 {
		return "Receiver"
	}
	return "Sender"
}

// shape is the error's name in protocols that have shapes.
func (r Refusal) shape() string {
	if r.Type != "" {
		return r.Type
	}
	return r.Code
}

// refusalOf is what a client is told of an error.
func refusalOf(err error) Refusal {
	var r Refusal
	if !errors.As(err, &r) {
		r = InternalFault
	}
	return r
}
