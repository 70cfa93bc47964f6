package report

import (
	"encoding/json"
	"fmt"
	"io"
)

// writeJSON writes the document of run.json, with what was observed and billed
// in its targets.
func writeJSON(w io.Writer, r *Report) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	if err := e.Encode(r.Document); err != nil {
		return fmt.Errorf("the run's document cannot be written as JSON: %w", err)
	}
	return nil
}
