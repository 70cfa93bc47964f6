package results

import (
	"bytes"
	_ "embed"
)

//go:embed run.schema.json
var runSchema []byte

//go:embed findings.schema.json
var findingsSchema []byte

// RunSchema returns the published JSON Schema of run.json.
func RunSchema() []byte { return bytes.Clone(runSchema) }

// FindingsSchema returns the published JSON Schema of findings.json.
func FindingsSchema() []byte { return bytes.Clone(findingsSchema) }
