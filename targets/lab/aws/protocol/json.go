package protocol

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"strings"
)

// jsonDialect is AWS JSON 1.0, which current versions of the AWS command line
// speak to CloudWatch, or 1.1, which clients speak to CloudWatch Logs.
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

func (p jsonDialect) answer(w http.ResponseWriter, _ string, out Object) {
	writeJSON(w, http.StatusOK, "application/x-amz-json-"+p.service.JSON, out)
}

func (p jsonDialect) refuse(w http.ResponseWriter, r Refusal) {
	writeJSON(w, r.Status, "application/x-amz-json-"+p.service.JSON, Object{"__type": p.service.Shapes + "#" + r.shape(), "message": r.Message})
}

// A REST service has operations by method and path: JSON in and out, as Lambda,
// API Gateway and X-Ray have it.
//
// Source: the Smithy specification, "AWS restJson1 protocol".
type REST struct {
	message string // the field of an error's message
	mux     *http.ServeMux
}

var inBraces = regexp.MustCompile(`\{([A-Za-z]+)\}`)

// NewREST returns a service with the given operations, whose patterns are those of
// net/http. A request's form holds what stands in braces in the pattern, in the
// query and in the body. Errors have their text in the named field. What an operation
// answers with nothing is accepted: 202.
func NewREST(message string, operations map[string]Operation) *REST {
	s := &REST{message: message, mux: http.NewServeMux()}
	for pattern, do := range operations {
		names := inBraces.FindAllStringSubmatch(pattern, -1)
		s.mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			fields, err := restFields(w, r, names)
			var out Object
			if form := NewForm(fields); err == nil {
				if err = permits(r, pattern, form); err == nil {
					out, err = do(form)
				}
			}
			if err != nil {
				s.Refuse(w, r, refusalOf(err))
				return
			}
			if out == nil {
				w.WriteHeader(http.StatusAccepted)
				return
			}
			writeJSON(w, http.StatusOK, "application/json", out)
		})
	}
	s.mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		s.Refuse(w, r, Refusal{Status: http.StatusNotFound, Code: "UnknownOperationException", Message: r.Method + " " + r.URL.Path + " is no operation of this endpoint"})
	})
	return s
}

// ServeHTTP answers one request.
func (s *REST) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.mux.ServeHTTP(w, r) }

// Refuse answers a request with an error.
func (s *REST) Refuse(w http.ResponseWriter, _ *http.Request, refusal Refusal) {
	fault := "User"
	if refusal.Status >= 500 {
		fault = "Service"
	}
	w.Header().Set("x-amzn-ErrorType", refusal.shape())
	writeJSON(w, refusal.Status, "application/json", Object{s.message: refusal.Message, "Type": fault})
}

// restFields gathers a request's fields; those of the path override the others.
func restFields(w http.ResponseWriter, r *http.Request, names [][]string) (Object, error) {
	body, err := readPlain(w, r)
	if err != nil {
		return nil, err
	}
	fields, err := decodeJSON(body)
	if err != nil {
		return nil, err
	}
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, Bad("MalformedQueryString", "the query is no form")
	}
	for name := range query {
		fields[name] = plainText(query.Get(name))
	}
	for _, name := range names {
		fields[name[1]] = plainText(r.PathValue(name[1]))
	}
	return fields, nil
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
		return nil, Bad("SerializationException", "the body is not JSON: "+err.Error())
	}
	fields, ok := v.(Object)
	if !ok {
		return nil, Bad("SerializationException", "the body is not a JSON object")
	}
	return fields, nil
}

func writeJSON(w http.ResponseWriter, status int, contentType string, body Object) {
	text, err := json.Marshal(body)
	if err != nil { // no operation returns such a value
		status, text = http.StatusInternalServerError, []byte("{}")
	}
	writeBody(w, status, contentType, text)
}
