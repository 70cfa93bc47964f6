package event

import (
	"bytes"
	"encoding/json"
)

// A Format is one way in which a door talks to functions.
type Format struct {
	Name   string
	encode func(*Request) any
	decode func(*Request, []byte) (*Response, error)
}

// The formats.
var (
	REST        = Format{"rest-api-1.0", encodeREST, decodeREST}
	HTTP1       = Format{"http-api-1.0", encodeHTTP1, decodeHTTP1}
	HTTP2       = Format{"http-api-2.0", encodeHTTP2, decodeHTTP2}
	FunctionURL = Format{"function-url-2.0", encodeURL, decodeURL}
	ALB         = Format{"alb", encodeALB, decodeALB}
	ALBMulti    = Format{"alb-multi-value", encodeALBMulti, decodeALBMulti}
)

// Encode makes the event of a request.
func (f Format) Encode(r *Request) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(f.encode(r)); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// Decode reads what a function returned for a request. An error means that the
// door takes it for malformed.
func (f Format) Decode(r *Request, payload []byte) (*Response, error) { return f.decode(r, payload) }
