package monitor

import (
	"errors"
	"fmt"
	"io"
	"net/http"
)

// maxBody bounds what is read of a request: 500 queries with 30 dimensions each
// at their longest names come nowhere near it.
const maxBody = 1 << 20

// service is CloudWatch's name in request paths.
const service = "GraniteServiceVersion20100801"

// An operation answers one sort of request.
type operation func(*Store, form) (object, error)

// Handler serves the store as CloudWatch's API in Smithy RPC v2 CBOR.
//
// Source: the Smithy specification, "Smithy RPC v2 CBOR protocol", and what
// aws-sdk-go-v2/service/cloudwatch sends.
func (s *Store) Handler() http.Handler {
	operations := map[string]operation{
		"GetMetricData": (*Store).getMetricData,
		"ListMetrics":   (*Store).listMetrics,
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /service/"+service+"/operation/{operation}", func(w http.ResponseWriter, r *http.Request) {
		out, err := s.serve(operations[r.PathValue("operation")], w, r)
		if err != nil {
			writeError(w, err)
			return
		}
		writeCBOR(w, http.StatusOK, out)
	})
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		writeError(w, unknownOperation(r.Method+" "+r.URL.Path))
	})
	return mux
}

func (s *Store) serve(op operation, w http.ResponseWriter, r *http.Request) (object, error) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return nil, Refusal{Status: http.StatusRequestEntityTooLarge, Code: "RequestEntityTooLarge", Message: fmt.Sprintf("a request may have %d bytes", maxBody)}
	case err != nil:
		return nil, Refusal{Status: http.StatusBadRequest, Code: "IncompleteBody", Message: "the request's body ended early"}
	case op == nil:
		return nil, unknownOperation(r.PathValue("operation"))
	case r.Header.Get("Smithy-Protocol") != "rpc-v2-cbor":
		return nil, unknownOperation(fmt.Sprintf("protocol %q", r.Header.Get("Smithy-Protocol")))
	}
	if refusal, ok := s.faults.take(); ok {
		return nil, refusal
	}
	fields, err := decodeCBOR(body)
	if err != nil {
		return nil, err
	}
	return op(s, newForm(fields))
}

func unknownOperation(what string) Refusal {
	return Refusal{
		Status: http.StatusNotFound, Code: "UnknownOperationException",
		Message: fmt.Sprintf("%s is nothing this endpoint knows: it answers GetMetricData and ListMetrics in Smithy RPC v2 CBOR", what),
	}
}

func writeError(w http.ResponseWriter, err error) {
	var r Refusal
	if !errors.As(err, &r) {
		r = InternalFault
	}
	fault := "Sender"
	if r.Status >= 500 {
		fault = "Receiver"
	}
	w.Header().Set("x-amzn-query-error", r.Code+";"+fault)
	name := r.Type
	if name == "" {
		name = r.Code
	}
	writeCBOR(w, r.Status, object{"__type": "com.amazonaws.cloudwatch#" + name, "message": r.Message, "Message": r.Message})
}

func writeCBOR(w http.ResponseWriter, status int, body object) {
	w.Header().Set("smithy-protocol", "rpc-v2-cbor")
	w.Header().Set("Content-Type", "application/cbor")
	w.WriteHeader(status)
	_, _ = w.Write(encodeCBOR(body)) // a client that has gone cannot be told
}
