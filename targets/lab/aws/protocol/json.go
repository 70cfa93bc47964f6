package protocol

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"
	"time"
)

// jsonDialect is AWS JSON 1.0, which current versions of the AWS command line
// speak to CloudWatch, or 1.1, which CloudWatch Logs is spoken to in.
//
// Source: the Smithy specification, "AWS JSON 1.0 and 1.1 protocols", and what botocore
// 1.43 sends.
type jsonDialect struct{ service *Service }

const targetHeader = "X-Amz-Target"

func (p jsonDialect) read(r *http.Request, body []byte) (string, Form, error) {
	name, ok := strings.CutPrefix(r.Header.Get(targetHeader), p.service.Name+".")
	if !ok || r.Method != http.MethodPost {
		return "", Form{}, p.service.unknown(r.Method + " " + r.Header.Get(targetHeader))
	}
	fields, err := decodeJSON(body)
	return name, NewForm(fields), err
}

// decodeJSON reads a request's body. An empty one is an empty structure.
func decodeJSON(body []byte) (Object, error) {
	if len(body) == 0 {
		return Object{}, nil
	}
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	var v any
	if err := decoder.Decode(&v); err != nil {
		return nil, Refusal{Status: http.StatusBadRequest, Code: "SerializationException", Message: "the body is not JSON: " + err.Error()}
	}
	fields, ok := fromJSON(v).(Object)
	if !ok {
		return nil, Refusal{Status: http.StatusBadRequest, Code: "SerializationException", Message: "the body is not a JSON object"}
	}
	return fields, nil
}

// fromJSON leaves numbers as text: which of them are timestamps, in seconds
// since 1970, only the operation knows. Null is as good as absent.
func fromJSON(v any) any {
	switch v := v.(type) {
	case map[string]any:
		o := make(Object, len(v))
		for name, field := range v {
			if field != nil {
				o[name] = fromJSON(field)
			}
		}
		return o
	case []any:
		l := make([]any, len(v))
		for i, item := range v {
			l[i] = fromJSON(item)
		}
		return l
	case json.Number:
		return plainText(v)
	}
	return v
}

func (p jsonDialect) answer(w http.ResponseWriter, _ string, out Object) {
	p.write(w, http.StatusOK, out)
}

func (p jsonDialect) refuse(w http.ResponseWriter, r Refusal) {
	p.write(w, r.Status, Object{"__type": p.service.Shapes + "#" + r.shape(), "message": r.Message})
}

func (p jsonDialect) write(w http.ResponseWriter, status int, body Object) {
	text, err := json.Marshal(toJSON(body))
	if err != nil { // nothing that operations answer with can do that
		status, text = http.StatusInternalServerError, []byte("{}")
	}
	w.Header().Set("Content-Type", "application/x-amz-json-"+p.service.JSON)
	w.WriteHeader(status)
	_, _ = w.Write(text) // a client that has gone cannot be told
}

func toJSON(v any) any {
	switch v := v.(type) {
	case Object:
		m := make(map[string]any, len(v))
		for name, field := range v {
			m[name] = toJSON(field)
		}
		return m
	case Dictionary:
		return toJSON(Object(v))
	case []any:
		l := make([]any, len(v))
		for i, item := range v {
			l[i] = toJSON(item)
		}
		return l
	case time.Time:
		return float64(v.UnixMilli()) / 1000
	}
	return v
}
