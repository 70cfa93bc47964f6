package monitor

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
)

// service is CloudWatch's name in request paths.
const service = "GraniteServiceVersion20100801"

// An operation answers one sort of request.
type operation func(*Store, form) (object, error)

// operations are what the endpoint can do.
var operations = map[string]operation{
	"GetMetricData":       (*Store).getMetricData,
	"GetMetricStatistics": (*Store).getMetricStatistics,
	"ListMetrics":         (*Store).listMetrics,
	"PutMetricData":       (*Store).putMetricData,
}

// A protocol is a way of saying the same thing on the wire.
type protocol interface {
	// read takes a request apart into its operation and its fields.
	read(r *http.Request, body []byte) (operation string, fields form, err error)
	answer(w http.ResponseWriter, operation string, out object)
	refuse(w http.ResponseWriter, r Refusal)
}

// Handler serves the store as CloudWatch's API: in Smithy RPC v2 CBOR at its
// own paths, and at every other in AWS JSON, which names its operation in a
// header, or in the AWS Query protocol.
func (s *Store) Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p := protocolOf(r)
		name, out, err := s.serve(p, w, r)
		if err == nil {
			p.answer(w, name, out)
			return
		}
		var refusal Refusal
		if !errors.As(err, &refusal) {
			refusal = InternalFault
		}
		w.Header().Set("x-amzn-query-error", refusal.Code+";"+refusal.fault())
		p.refuse(w, refusal)
	})
}

func protocolOf(r *http.Request) protocol {
	switch {
	case strings.HasPrefix(r.URL.Path, "/service/"):
		return cborProtocol{}
	case r.Header.Get(targetHeader) != "":
		return jsonProtocol{}
	default:
		return queryProtocol{}
	}
}

func (s *Store) serve(p protocol, w http.ResponseWriter, r *http.Request) (name string, out object, err error) {
	body, err := readBody(w, r)
	if err != nil {
		return "", nil, err
	}
	if refusal, ok := s.faults.take(); ok {
		return "", nil, refusal
	}
	name, fields, err := p.read(r, body)
	if err != nil {
		return name, nil, err
	}
	op, known := operations[name]
	if !known {
		return name, nil, unknownOperation(name)
	}
	out, err = op(s, fields)
	return name, out, err
}

func unknownOperation(what string) Refusal {
	return Refusal{
		Status: http.StatusNotFound, Code: "UnknownOperationException",
		Message: fmt.Sprintf("%s is nothing this endpoint knows: it answers GetMetricData, GetMetricStatistics, ListMetrics and PutMetricData", what),
	}
}
