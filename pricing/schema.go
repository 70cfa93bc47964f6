package pricing

import (
	"bytes"
	_ "embed"
	"errors"
	"fmt"
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
		d.leaves(invalid)
	case err != nil:
		d.fault("", "%v", err)
	}
}

// leaves notes the leaves of a tree of schema errors.
func (d *document) leaves(e *jsonschema.ValidationError) {
	path := ""
	for _, p := range e.InstanceLocation {
		path += "/" + p
	}
	if k, ok := e.ErrorKind.(*kind.AdditionalProperties); ok {
		for _, p := range k.Properties {
			hint := ""
			if path == "/regions" {
				hint = "; a region is spelled like us-east-1"
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
		d.leaves(c)
	}
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
		return fmt.Sprintf("must be %s, is %s", strings.Join(k.Want, " or "), k.Got)
	case *kind.Const:
		return fmt.Sprintf("must be %v, is %v", k.Want, k.Got)
	case *kind.Enum:
		return fmt.Sprintf("must be one of %v, is %v", k.Want, k.Got)
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
