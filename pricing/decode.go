package pricing

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// decode reads a file, YAML or JSON, that must conform to a schema, into the
// value that mirrors it. What the schema cannot say is for the caller to check,
// and to note in the document, which knows the lines.
func decode[T any](name string, data []byte, rules func() (*jsonschema.Schema, error)) (file T, doc *document, err error) {
	if doc, err = readDocument(name, data); err != nil {
		return file, nil, err
	}
	schema, err := rules()
	if err != nil {
		return file, nil, err
	}
	doc.conform(schema)
	if err := doc.err(); err != nil {
		return file, nil, err
	}
	plain, err := json.Marshal(doc.value)
	if err != nil {
		return file, nil, fmt.Errorf("%s: %w", name, err)
	}
	dec := json.NewDecoder(bytes.NewReader(plain))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&file); err != nil {
		return file, nil, fmt.Errorf("%s: %w", name, err)
	}
	return file, doc, nil
}
