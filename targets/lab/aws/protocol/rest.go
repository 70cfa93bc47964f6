package protocol

import (
	"cmp"
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
)

// A Route is an operation of a REST service.
type Route struct {
	Do     Operation
	Status int // of the answer; 0 is 200
}

// A REST service has operations by method and path: JSON in and out. Lambda and
// API Gateway are spoken to so.
//
// Source: the Smithy specification, "AWS restJson1 protocol".
type REST struct {
	message string // what the field of an error's message is called
	mux     *http.ServeMux
}

var inBraces = regexp.MustCompile(`\{([A-Za-z]+)\}`)

// NewREST returns a service with the given routes, whose patterns are those of
// net/http. A request's form holds what stands in braces in the pattern, in the
// query and in the body. Errors have their text in the named field.
func NewREST(message string, routes map[string]Route) *REST {
	s := &REST{message: message, mux: http.NewServeMux()}
	for pattern, route := range routes {
		var names []string
		for _, m := range inBraces.FindAllStringSubmatch(pattern, -1) {
			names = append(names, m[1])
		}
		s.mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) { s.serve(w, r, route, names) })
	}
	s.mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		s.Refuse(w, r, Refusal{Status: http.StatusNotFound, Code: "UnknownOperationException", Message: r.Method + " " + r.URL.Path + " is nothing this endpoint knows"})
	})
	return s
}

// ServeHTTP answers one request.
func (s *REST) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.mux.ServeHTTP(w, r) }

// Refuse answers a request with an error.
func (s *REST) Refuse(w http.ResponseWriter, _ *http.Request, refusal Refusal) {
	w.Header().Set("x-amzn-ErrorType", refusal.shape())
	s.write(w, refusal.Status, Object{s.message: refusal.Message, "Type": refusal.origin()})
}

// origin says whose mistake it is, as Lambda does.
func (r Refusal) origin() string {
	if r.Status >= 500 {
		return "Service"
	}
	return "User"
}

func (s *REST) serve(w http.ResponseWriter, r *http.Request, route Route, names []string) {
	fields, err := restFields(w, r, names)
	var out Object
	if err == nil {
		out, err = route.Do(NewForm(fields))
	}
	if err != nil {
		s.Refuse(w, r, refusalOf(err))
		return
	}
	s.write(w, cmp.Or(route.Status, http.StatusOK), out)
}

// restFields gathers a request's fields; what the path says counts most.
func restFields(w http.ResponseWriter, r *http.Request, names []string) (Object, error) {
	body, err := ReadBody(w, r)
	if err == nil {
		err = plain(r)
	}
	if err != nil {
		return nil, err
	}
	fields, err := decodeJSON(body)
	if err != nil {
		return nil, err
	}
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, Refusal{Status: http.StatusBadRequest, Code: "MalformedQueryString", Message: "the query is no form"}
	}
	for name := range query {
		fields[name] = plainText(query.Get(name))
	}
	for _, name := range names {
		fields[name] = plainText(r.PathValue(name))
	}
	return fields, nil
}

func (s *REST) write(w http.ResponseWriter, status int, body Object) {
	if body == nil {
		w.WriteHeader(status)
		return
	}
	text, err := json.Marshal(toJSON(body))
	if err != nil { // nothing that operations answer with can do that
		status, text = http.StatusInternalServerError, []byte("{}")
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(text) // a client that has gone cannot be told
}
