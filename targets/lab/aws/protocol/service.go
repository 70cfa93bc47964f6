package protocol

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// An Operation answers one sort of request.
type Operation func(Form) (Object, error)

// A Service answers operations by their names: in Smithy RPC v2 CBOR at its own
// paths, and at every other in AWS JSON, which names its operation in a header,
// or in the AWS Query protocol.
type Service struct {
	Name       string // in paths and in the header of AWS JSON
	Shapes     string // the namespace of its errors
	JSON       string // the version of AWS JSON that it speaks, "1.0" or "1.1"
	Query      Query  // zero: it does not speak the Query protocol
	Operations map[string]Operation
}

// Query is what a service adds to the Query protocol.
type Query struct {
	Version string // a date, as the parameter Version has it
	XML     string // the namespace of answers
}

// A dialect is a way of saying the same thing on the wire.
type dialect interface {
	// read takes a request apart into its operation and its fields.
	read(r *http.Request, body []byte) (operation string, fields Form, err error)
	answer(w http.ResponseWriter, operation string, out Object)
	refuse(w http.ResponseWriter, r Refusal)
}

// ServeHTTP answers one request.
func (s *Service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	d := s.dialect(r)
	name, out, err := s.serve(d, w, r)
	if err != nil {
		s.Refuse(w, r, refusalOf(err))
		return
	}
	d.answer(w, name, out)
}

// Refuse answers a request with an error, in the client's own protocol.
func (s *Service) Refuse(w http.ResponseWriter, r *http.Request, refusal Refusal) {
	w.Header().Set("x-amzn-query-error", refusal.Code+";"+refusal.fault())
	s.dialect(r).refuse(w, refusal)
}

func (s *Service) dialect(r *http.Request) dialect {
	switch {
	case strings.HasPrefix(r.URL.Path, "/service/"):
		return cborDialect{s}
	case r.Header.Get(targetHeader) != "" || s.Query == Query{}:
		return jsonDialect{s}
	default:
		return queryDialect{s}
	}
}

func (s *Service) serve(d dialect, w http.ResponseWriter, r *http.Request) (name string, out Object, err error) {
	body, err := readPlain(w, r)
	if err != nil {
		return "", nil, err
	}
	name, fields, err := d.read(r, body)
	if err != nil {
		return name, nil, err
	}
	do, known := s.Operations[name]
	if !known {
		return name, nil, s.unknown(name)
	}
	if err := permits(r, name, fields); err != nil {
		return name, nil, err
	}
	out, err = do(fields)
	return name, out, err
}

func (s *Service) unknown(what string) Refusal {
	return Refusal{
		Status: http.StatusNotFound, Code: "UnknownOperationException",
		Message: fmt.Sprintf("%s is no operation of this endpoint: it has %s", what, strings.Join(slices.Sorted(maps.Keys(s.Operations)), " and ")),
	}
}

// maxBody bounds what is read of a request. No operation comes near it.
const maxBody = 1 << 20

// ReadBody reads a request's body as it is on the wire.
func ReadBody(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if _, is := errors.AsType[*http.MaxBytesError](err); is {
		return nil, Refusal{Status: http.StatusRequestEntityTooLarge, Code: "RequestEntityTooLarge", Message: fmt.Sprintf("a request may have %d bytes", maxBody)}
	}
	if err != nil {
		return nil, Bad("IncompleteBody", "the request's body ended early")
	}
	return body, nil
}

// readPlain refuses a compressed body. SDKs compress none of the requests that
// are answered here.
func readPlain(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	if coding := r.Header.Get("Content-Encoding"); coding != "" && coding != "identity" {
		return nil, Refusal{Status: http.StatusUnsupportedMediaType, Code: "UnsupportedMediaType", Message: fmt.Sprintf("content encoding %q is not known here: send the body as it is", coding)}
	}
	return ReadBody(w, r)
}

// writeBody sends a whole body, so that its length is announced: a client knows
// with the last byte that there are no more.
func writeBody(w http.ResponseWriter, status int, contentType string, body []byte) {
	w.Header().Set("Content-Type", contentType)
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	_, _ = w.Write(body) // fails when the client is gone
}

// A Refusal is an error that a service answers instead of doing what it was
// asked.
type Refusal struct {
	Status  int
	Code    string // as clients of the Query protocol know it
	Type    string // the error's shape, where it has another name; "" is Code
	Message string
}

// The refusals that AWS's services share.
// Source: CloudWatch API reference, "Common errors".
var (
	Throttling   = Refusal{400, "Throttling", "ThrottlingException", "Rate exceeded"}
	AccessDenied = Refusal{
		403, "AccessDenied", "AccessDeniedException",
		"User: arn:aws:iam::123456789012:user/lab is not authorized to perform: cloudwatch:GetMetricData because no identity-based policy allows the cloudwatch:GetMetricData action",
	}
	ExpiredToken        = Refusal{403, "ExpiredToken", "ExpiredTokenException", "The security token included in the request is expired"}
	Unrecognised        = Refusal{403, "InvalidClientTokenId", "UnrecognizedClientException", "The security token included in the request is invalid."}
	Unsigned            = Refusal{403, "MissingAuthenticationToken", "MissingAuthenticationTokenException", "Missing Authentication Token"}
	IncompleteSignature = Refusal{
		403, "IncompleteSignature", "IncompleteSignatureException",
		"Authorization header requires 'Credential', 'SignedHeaders' and 'Signature' parameters, of which 'host' and 'x-amz-date' are signed.",
	}
	WrongSignature = Refusal{
		403, "SignatureDoesNotMatch", "InvalidSignatureException",
		"The request signature we calculated does not match the signature you provided. " +
			"Check your AWS Secret Access Key and signing method. Consult the service documentation for details.",
	}
	InternalFault = Refusal{500, "InternalServiceError", "InternalServiceFault", "Internal service error"}
)

// Invalid refuses a request for what is wrong with its fields.
func Invalid(message string) Refusal {
	return Refusal{http.StatusBadRequest, "ValidationError", "ValidationException", message}
}

// Bad refuses a request by an error of a service's own.
func Bad(code, message string) Refusal {
	return Refusal{Status: http.StatusBadRequest, Code: code, Message: message}
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
func (r Refusal) shape() string { return cmp.Or(r.Type, r.Code) }

func refusalOf(err error) Refusal {
	if r, is := errors.AsType[Refusal](err); is {
		return r
	}
	return InternalFault
}
