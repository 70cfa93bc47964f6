package protocol

import (
	"fmt"
	"math"
	"net/http"
	"strings"

	"github.com/aws/smithy-go/encoding/cbor"
)

// cborDialect is Smithy RPC v2 CBOR, which current SDKs speak.
//
// Source: the Smithy specification, "Smithy RPC v2 CBOR protocol", and what
// aws-sdk-go-v2/service/cloudwatch sends.
type cborDialect struct{ service *Service }

func (p cborDialect) read(r *http.Request, body []byte) (string, Form, error) {
	name, ok := strings.CutPrefix(r.URL.Path, "/service/"+p.service.Name+"/operation/")
	switch {
	case !ok || r.Method != http.MethodPost:
		return "", Form{}, p.service.unknown(r.Method + " " + r.URL.Path)
	case r.Header.Get("Smithy-Protocol") != "rpc-v2-cbor":
		return "", Form{}, p.service.unknown(fmt.Sprintf("protocol %q", r.Header.Get("Smithy-Protocol")))
	}
	fields, err := DecodeCBOR(body)
	return name, NewForm(fields), err
}

func (p cborDialect) answer(w http.ResponseWriter, _ string, out Object) {
	p.write(w, http.StatusOK, out)
}

func (p cborDialect) refuse(w http.ResponseWriter, r Refusal) {
	p.write(w, r.Status, Object{"__type": p.service.Shapes + "#" + r.shape(), "message": r.Message, "Message": r.Message})
}

func (cborDialect) write(w http.ResponseWriter, status int, body Object) {
	w.Header().Set("smithy-protocol", "rpc-v2-cbor")
	writeBody(w, status, "application/cbor", EncodeCBOR(body))
}

// DecodeCBOR reads a request's body. An empty one is an empty structure.
func DecodeCBOR(body []byte) (Object, error) {
	if len(body) == 0 {
		return Object{}, nil
	}
	v, err := cbor.Decode(body)
	if err != nil {
		return nil, Bad("SerializationException", "the body is not CBOR: "+err.Error())
	}
	o, ok := fromCBOR(v).(Object)
	if !ok {
		return nil, Bad("SerializationException", "the body is not a CBOR map")
	}
	return o, nil
}

// fromCBOR leaves out what no request of CloudWatch's holds: byte strings,
// null, and tags other than timestamps become nil.
func fromCBOR(v cbor.Value) any {
	switch v := v.(type) {
	case cbor.Map:
		o := make(Object, len(v))
		for name, field := range v {
			o[name] = fromCBOR(field)
		}
		return o
	case cbor.List:
		l := make([]any, len(v))
		for i, item := range v {
			l[i] = fromCBOR(item)
		}
		return l
	case cbor.String:
		return string(v)
	case cbor.Bool:
		return bool(v)
	case cbor.Uint:
		return float64(v)
	case cbor.NegInt:
		if v == 0 {
			return -math.Exp2(64) // the library wraps its lowest number round
		}
		return -float64(v)
	case cbor.Float32:
		return float64(v)
	case cbor.Float64:
		return float64(v)
	case *cbor.Tag:
		return stampFromCBOR(v)
	}
	return nil
}

// stampFromCBOR reads a timestamp: tag 1 around seconds since 1970.
func stampFromCBOR(tag *cbor.Tag) any {
	seconds, ok := fromCBOR(tag.Value).(float64)
	if tag.ID != 1 || !ok {
		return nil
	}
	if t, ok := sinceEpoch(seconds); ok {
		return t
	}
	return nil
}

// EncodeCBOR writes an Object as clients of the protocol read it.
func EncodeCBOR(o Object) []byte { return cbor.Encode(toCBOR(o)) }

func toCBOR(v any) cbor.Value {
	switch v := v.(type) {
	case Object:
		m := make(cbor.Map, len(v))
		for name, field := range v {
			m[name] = toCBOR(field)
		}
		return m
	case []any:
		l := make(cbor.List, len(v))
		for i, item := range v {
			l[i] = toCBOR(item)
		}
		return l
	case string:
		return cbor.String(v)
	case bool:
		return cbor.Bool(v)
	case float64:
		return cbor.Float64(v)
	case Time:
		return &cbor.Tag{ID: 1, Value: cbor.Float64(v.seconds())}
	}
	return &cbor.Nil{}
}
