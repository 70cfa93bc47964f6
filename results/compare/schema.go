package compare

import _ "embed"

//go:embed comparison.schema.json
var schema []byte

//go:embed gate.schema.json
var gateSchema []byte

// Schema returns the JSON Schema of comparison.json.
func Schema() []byte { return schema }

// GateSchema returns the JSON Schema of gate.json.
func GateSchema() []byte { return gateSchema }
