package doors

import (
	"encoding/json"
	"slices"
	"strings"

	"tollgate/targets"
	"tollgate/targets/jsonschema"
)

// A Validation is what a REST API checks before it asks what is behind.
type Validation struct {
	Query   []string        `json:"query,omitempty"` // required parameters
	Headers []string        `json:"headers,omitempty"`
	Model   json.RawMessage `json:"model,omitempty"` // JSON Schema of the body, draft 4 unless it says otherwise
}

func (v *Validation) check(at string, p *problems) {
	if v == nil {
		return
	}
	for _, name := range slices.Concat(v.Query, v.Headers) {
		if !plainName().MatchString(name) {
			p.add("%s: %q must be a plain name", at, name)
		}
	}
	if _, err := compileModel(v.Model); err != nil {
		p.add("%s.model: not a JSON Schema: %w", at, err)
	}
}

func validate(x *exchange) bool {
	v := x.route.validate
	if v == nil {
		return true
	}
	if missing := v.missing(x); len(missing) > 0 {
		x.fault, x.response = targets.FaultParameters, x.errors[targets.FaultParameters].with(missing)
		return false
	}
	if v.model == nil {
		return true
	}
	doc, err := jsonschema.Decode(x.content())
	if err != nil || v.model.Validate(doc) != nil {
		return x.fail(targets.FaultBody)
	}
	return true
}

// with is r with the names of parameters at the end of its message.
func (r *response) with(names []string) *response {
	named := newResponse(r.status, r.contentType[0], strings.Replace(string(r.body), `"}`, "["+strings.Join(names, ", ")+`]"}`, 1))
	named.errorType = r.errorType
	return named
}

type validator struct {
	Validation
	model *jsonschema.Schema // nil: any body will do
}

func newValidator(v *Validation) *validator {
	if v == nil {
		return nil
	}
	model, _ := compileModel(v.Model) // checked
	return &validator{*v, model}
}

func (v *validator) missing(x *exchange) (names []string) {
	query := x.request.URL.Query()
	for _, name := range v.Query {
		if query.Get(name) == "" {
			names = append(names, name)
		}
	}
	for _, name := range v.Headers {
		if x.request.Header.Get(name) == "" {
			names = append(names, name)
		}
	}
	return names
}

// compileModel reads a JSON Schema; nil where there is none.
func compileModel(text []byte) (*jsonschema.Schema, error) {
	if len(text) == 0 {
		return nil, nil
	}
	return jsonschema.Compile(text, jsonschema.Draft4)
}
