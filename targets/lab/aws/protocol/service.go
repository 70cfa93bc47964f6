package protocol

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
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
	body, err := ReadBody(w, r)
	if err != nil {
		return "", nil, err
	}
	if err = plain(r); err != nil {
		return "", nil, err
	}
	name, fields, err := d.read(r, body)
	if err != nil {
		return name, nil, err
	}
	op, known := s.Operations[name]
	if !known {
		return name, nil, s.unknown(name)
	}
	out, err = op(fields)
	return name, out, err
}

func (s *Service) unknown(what string) Refusal {
	names := slices.Sorted(maps.Keys(s.Operations))
	last := len(names) - 1
	return Refusal{
		Status: http.StatusNotFound, Code: "UnknownOperationException",
		Message: fmt.Sprintf("%s is nothing this endpoint knows: it answers %s and %s", what, strings.Join(names[:last], ", "), names[last]),
	}
}
