package whatif

import (
	_ "embed"
	"slices"
)

//go:embed whatif.schema.json
var schema []byte

// Schema is the published JSON Schema of a [Report].
func Schema() []byte { return slices.Clone(schema) }
