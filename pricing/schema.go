package pricing

import (
	"bytes"
	_ "embed"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
)

//go:embed book.schema.json
var bookSchema []byte

// BookSchema returns the published JSON Schema of price books.
func BookSchema() []byte { return bytes.Clone(bookSchema) }

// bookRules is the schema, compiled once.
var bookRules = sync.OnceValues(func() (*jsonschema.Schema, error) {
	return compile("book.schema.json", bookSchema)
})

//go:embed workload.schema.json
var workloadSchema []byte

// WorkloadSchema returns the published JSON Schema of workloads.
func WorkloadSchema() []byte { return bytes.Clone(workloadSchema) }

//go:embed comparison.schema.json
var comparisonSchema []byte

// ComparisonSchema returns the published JSON Schema of comparisons.
func ComparisonSchema() []byte { return bytes.Clone(comparisonSchema) }

// workloadRules is that schema, compiled once.
var workloadRules = sync.OnceValues(func() (*jsonschema.Schema, error) {
	return compile("workload.schema.json", workloadSchema)
})

// compile makes a schema of ours ready for use.
func compile(name string, text []byte) (*jsonschema.Schema, error) {
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		return nil, fmt.Errorf("schema %s: %w", name, err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource(name, value); err != nil {
		return nil, fmt.Errorf("schema %s: %w", name, err)
	}
	s, err := c.Compile(name)
	if err != nil {
		return nil, fmt.Errorf("schema %s: %w", name, err)
	}
	return s, nil
}

// conform checks d against a schema and notes everything that is wrong.
func (d *document) conform(s *jsonschema.Schema) {
	err := s.Validate(d.value)
	var invalid *jsonschema.ValidationError
	switch {
	case errors.As(err, &invalid):
		d.leaves(s, invalid)
	case err != nil:
		d.fault("", "%v", err)
	}
}

// leaves notes the leaves of a tree of errors of a schema.
func (d *document) leaves(s *jsonschema.Schema, e *jsonschema.ValidationError) {
	path := ""
	for _, p := range e.InstanceLocation {
		path += "/" + p
	}
	if k, ok := e.ErrorKind.(*kind.AdditionalProperties); ok {
		for _, p := range k.Properties {
			hint := ""
			if path == "/regions" {
				hint = "; a region is spelled like us-east-1"
			} else if known := keysAt(s, e.InstanceLocation); len(known) > 0 {
				hint = "; the known ones are " + strings.Join(known, ", ")
			}
			d.fault(path+"/"+p, "unknown key%s", hint)
		}
		return
	}
	if _, ok := e.ErrorKind.(*kind.AnyOf); ok {
		d.fault(path, "must be %s", alternatives[e.SchemaURL[strings.LastIndexByte(e.SchemaURL, '/')+1:]])
		return
	}
	if len(e.Causes) == 0 {
		d.fault(path, "%s", words(e.ErrorKind))
	}
	for _, c := range e.Causes {
		d.leaves(s, c)
	}
}

// keysAt returns the keys that a schema knows at a place; none where there may
// be any.
func keysAt(s *jsonschema.Schema, place []string) []string {
	for _, key := range place {
		if s = s.Properties[key]; s == nil {
			return nil
		}
	}
	return slices.Sorted(maps.Keys(s.Properties))
}

// sorts are JSON's sorts of values in plain words.
var sorts = map[string]string{
	"integer": "a whole number", "number": "a number", "string": "a text", "boolean": "true or false",
	"object": "a mapping", "array": "a list", "null": "nothing",
}

// alternatives say what a value may be where the schema has several ways.
var alternatives = map[string]string{
	"number":  `a number that is not negative, such as 5, 0.2 or "10M", or a range such as {low: 4, likely: 5, high: 8}`,
	"sizes":   `a number that is not negative, a range such as {low: 4, likely: 5, high: 8}, percentiles such as {p50: 4, p99: 20}, or {histogram: [[value, count], ...]} with whole counts`,
	"profile": `flat, business-hours, diurnal, {day: [24 numbers]}, {week: [7 times 24 numbers]} or {hourly: [numbers]}`,
}

// words says in plain English what a rule of the schema wants.
func words(k jsonschema.ErrorKind) string {
	switch k := k.(type) {
	case *kind.Required:
		return "lacks " + strings.Join(k.Missing, ", ")
	case *kind.Type:
		var want []string
		for _, sort := range k.Want {
			want = append(want, sorts[sort])
		}
		return fmt.Sprintf("must be %s, is %s", strings.Join(want, " or "), sorts[k.Got])
	case *kind.Const:
		return fmt.Sprintf("must be %v, is %v", k.Want, k.Got)
	case *kind.Enum:
		words := make([]string, len(k.Want))
		for i, w := range k.Want {
			words[i] = fmt.Sprint(w)
		}
		return fmt.Sprintf("%q is not one of %s", fmt.Sprint(k.Got), strings.Join(words, ", "))
	case *kind.Minimum:
		return fmt.Sprintf("must be at least %s, is %s", trimmed(k.Want), trimmed(k.Got))
	case *kind.Maximum:
		return fmt.Sprintf("must be at most %s, is %s", trimmed(k.Want), trimmed(k.Got))
	case *kind.Pattern:
		if strings.HasPrefix(k.Want, "^[a-z]{2,4}") {
			return fmt.Sprintf("must be a region such as us-east-1, is %q", k.Got)
		}
		if strings.HasPrefix(k.Want, "^20") {
			return fmt.Sprintf("must be a date such as 2026-11-22, is %q", k.Got)
		}
		return fmt.Sprintf("must be a plain decimal that is not negative, such as \"3.50\", is %q", k.Got)
	}
	return "breaks the schema's rule " + strings.Join(k.KeywordPath(), " ")
}
