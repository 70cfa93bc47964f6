package doors

import (
	_ "embed"
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
