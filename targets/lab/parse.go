package lab

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"

	"tollgate/pricing/document"
)

//go:embed lab.schema.json
var schema []byte

// Schema is the published JSON Schema of lab files.
func Schema() []byte { return slices.Clone(schema) }

// ParseConfig reads a Config from a lab file, YAML or JSON, and checks it. The
// error holds everything that is wrong, each as a document.Problem with its place.
func ParseConfig(file string, data []byte) (Config, error) {
	var c Config
	if err := document.Read(file, data, &c).Errors(func() error { return c.Validate() }); err != nil {
		return Config{}, err
	}
	return c, nil
}

// decodeStrictly reads one JSON value with no unknown keys and nothing behind it.
func decodeStrictly(data []byte, what string, into any) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return fmt.Errorf("%s is not what it should be: %w", what, err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return fmt.Errorf("%s is followed by something else; it must be one JSON value", what)
	}
	return nil
}
