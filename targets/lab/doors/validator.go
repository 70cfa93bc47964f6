package doors

import (
	"bytes"
	"errors"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"tollgate/targets"
)

// A validator lets a request pass (nil) or answers it.
type validator func(*exchange) (targets.Fault, *answer)

// newValidator checks what v, which is checked itself, asks for.
func newValidator(d *door, v Validation) validator {
	model, _ := compileModel(v.Model) // checked
	said := d.kind.Errors[targets.FaultParameters]
	return func(x *exchange) (targets.Fault, *answer) {
		if missing := v.missing(x); len(missing) > 0 {
			body := strings.Replace(said.Body, `"}`, "["+strings.Join(missing, ", ")+`]"}`, 1)
			return targets.FaultParameters, faultAnswer(said, body)
		}
		if model == nil {
			return "", nil
		}
		doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(x.content()))
		if err != nil || model.Validate(doc) != nil {
			return targets.FaultBody, d.answers[targets.FaultBody]
		}
		return "", nil
	}
}

// missing returns the required parameters that a request is without.
func (v Validation) missing(x *exchange) (names []string) {
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

// compileModel reads a JSON Schema; nil where there is none. It never follows
// a reference to another document.
func compileModel(text []byte) (*jsonschema.Schema, error) {
	if len(text) == 0 {
		return nil, nil
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		return nil, err
	}
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft4)
	c.UseLoader(noLoader{})
	if err := c.AddResource("model.json", doc); err != nil {
		return nil, err
	}
	return c.Compile("model.json")
}

type noLoader struct{}

func (noLoader) Load(string) (any, error) {
	return nil, errors.New("a model must stand alone, without references to other documents")
}
