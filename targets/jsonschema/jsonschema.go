// Package jsonschema compiles JSON Schemas that people write for this program: the models
// of the lab's REST APIs, and what a scenario expects of a response. It is the one
// place that knows the library.
//
// A schema stands alone: a reference to another document is an error, so that no
// schema makes this program open a file or an address.
//
// A format is checked in schemas of the current draft, though the standard leaves that
// open: a check that names one and cannot fail would be worse. For the models of API
// Gateway it is not known to be.
package jsonschema

import (
	"bytes"
	"errors"
	"slices"
	"strings"

	library "github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
)

// A Draft is the version of JSON Schema that a schema without $schema is written in.
type Draft int

// The drafts.
const (
	Draft4    Draft = 4    // of API Gateway's models
	Draft2020 Draft = 2020 // the current one
)

// A Schema is a compiled JSON Schema.
type Schema struct{ compiled *library.Schema }

// Compile reads a JSON Schema.
func Compile(text []byte, draft Draft) (*Schema, error) {
	doc, err := Decode(text)
	if err != nil {
		return nil, err
	}
	c := library.NewCompiler()
	c.DefaultDraft(map[Draft]*library.Draft{Draft4: library.Draft4, Draft2020: library.Draft2020}[draft])
	c.UseLoader(noLoader{})
	if draft == Draft2020 {
		c.AssertFormat()
	}
	if err := c.AddResource(root, doc); err != nil {
		return nil, plain(err)
	}
	s, err := c.Compile(root)
	if err != nil {
		return nil, plain(err)
	}
	return &Schema{s}, nil
}

// root is where a schema seems to be. The library makes a name without a scheme an
// address in the working directory, which would stand in messages.
const root = "schema:///schema"

type noLoader struct{}

func (noLoader) Load(string) (any, error) {
	return nil, errors.New("a schema must stand alone, without references to other documents")
}

// Decode reads the one JSON document that text holds, with its numbers as json.Number.
func Decode(text []byte) (any, error) { return library.UnmarshalJSON(bytes.NewReader(text)) }

// Validate says what is wrong with a decoded JSON document, first the place:
// "at /items/0/id: got string, want integer".
func (s *Schema) Validate(doc any) error { return plain(s.compiled.Validate(doc)) }

// plain is the innermost cause of the library's error, in one line: of several the first
// by its place, since the library tells those of a mapping in any order.
func plain(err error) error {
	var invalid *library.ValidationError
	var schema *library.SchemaValidationError
	var load *library.LoadURLError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &load):
		return load.Err
	case errors.As(err, &schema):
		return plain(schema.Err)
	case !errors.As(err, &invalid):
		return errors.New(strings.ReplaceAll(err.Error(), root+"#", ""))
	}
	for len(invalid.Causes) > 0 {
		invalid = slices.MinFunc(invalid.Causes, func(a, b *library.ValidationError) int {
			return slices.Compare(a.InstanceLocation, b.InstanceLocation)
		})
	}
	leaf := *invalid
	leaf.InstanceLocation = nil
	detail := ""
	if f, ok := leaf.ErrorKind.(*kind.Format); ok && strings.ContainsAny(f.Err.Error(), `"'`) {
		detail = ": " + f.Err.Error() // repeats the value, which may be a secret of its name
	}
	what := strings.TrimSuffix(strings.TrimPrefix(leaf.Error(), "at '': "), detail)
	if len(invalid.InstanceLocation) == 0 {
		return errors.New(what)
	}
	return errors.New("at " + pointer(invalid.InstanceLocation) + ": " + what)
}

// pointer is a JSON Pointer (RFC 6901).
func pointer(path []string) string {
	var out strings.Builder
	for _, key := range path {
		out.WriteString("/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(key))
	}
	return out.String()
}
