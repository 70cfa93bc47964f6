package monitor

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"
	"time"
)

// jsonProtocol is AWS JSON 1.0, which current versions of the AWS command line
// speak to CloudWatch.
//
// Source: the Smithy specification, "AWS JSON 1.0 protocol", and what botocore
// 1.43 sends.
type jsonProtocol struct{}

const targetHeader = "X-Amz-Target"

func (jsonProtocol) read(r *http.Request, body []byte) (string, form, error) {
	name, ok := strings.CutPrefix(r.Header.Get(targetHeader), service+".")
	if !ok || r.Method != http.MethodPost {
		return "", form{}, unknownOperation(r.Method + " " + r.Header.Get(targetHeader))
	}
	if len(body) == 0 {
		return name, newForm(object{}), nil
	}
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	var v any
	if err := decoder.Decode(&v); err != nil {
		return name, form{}, Refusal{Status: http.StatusBadRequest, Code: "SerializationException", Message: "the body is not JSON: " + err.Error()}
	}
	fields, ok := fromJSON(v).(object)
	if !ok {
		return name, form{}, Refusal{Status: http.StatusBadRequest, Code: "SerializationException", Message: "the body is not a JSON object"}
	}
	return name, newForm(fields), nil
}

// fromJSON leaves numbers as text: which of them are timestamps, in seconds
// since 1970, only the operation knows. Null is as good as absent.
func fromJSON(v any) any {
	switch v := v.(type) {
	case map[string]any:
		o := make(object, len(v))
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

func (p jsonProtocol) answer(w http.ResponseWriter, _ string, out object) {
	p.write(w, http.StatusOK, out)
}

func (p jsonProtocol) refuse(w http.ResponseWriter, r Refusal) {
	p.write(w, r.Status, object{"__type": "com.amazonaws.cloudwatch#" + r.shape(), "message": r.Message})
}

func (jsonProtocol) write(w http.ResponseWriter, status int, body object) {
	text, err := json.Marshal(toJSON(body))
	if err != nil { // nothing that operations answer with can do that
		status, text = http.StatusInternalServerError, []byte("{}")
	}
	w.Header().Set("Content-Type", "application/x-amz-json-1.0")
	w.WriteHeader(status)
	_, _ = w.Write(text) // a client that has gone cannot be told
}

func toJSON(v any) any {
	switch v := v.(type) {
	case object:
		m := make(map[string]any, len(v))
		for name, field := range v {
			m[name] = toJSON(field)
		}
		return m
	case dictionary:
		return toJSON(object(v))
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
