package results

import (
	"bytes"
	_ "embed"
)

//go:embed run.schema.json
var runSchema []byte

// RunSchema returns the published JSON Schema of run.json.
func RunSchema() []byte { return bytes.Clone(runSchema) }
