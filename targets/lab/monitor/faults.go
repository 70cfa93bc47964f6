package monitor

import "sync"

// A Refusal is an error that the endpoint answers instead of doing what it was
// asked.
type Refusal struct {
	Status  int
	Code    string // as clients of the Query protocol know it
	Type    string // the error's shape, where that is called otherwise; "" is Code
	Message string
}

// The refusals that AWS's endpoints share.
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
	InternalFault = Refusal{Status: 500, Code: "InternalServiceError", Type: "InternalServiceFault", Message: "Internal service error"}
)

// Refuse lets the endpoint answer its next requests with r: n of them, or for
// ever where n is negative. Calling it with 0 ends that.
func (s *Store) Refuse(r Refusal, n int) {
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	s.faults.next, s.faults.left = r, n
}

// faults are what the endpoint was told to answer.
type faults struct {
	mu   sync.Mutex
	next Refusal
	left int
}

// take returns the refusal that the next request shall meet.
func (f *faults) take() (Refusal, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.left == 0 {
		return Refusal{}, false
	}
	if f.left > 0 {
		f.left--
	}
	return f.next, true
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
