package report

import (
	"encoding/json"
	"fmt"
	"io"
)

// A Format is one way to tell a report.
type Format struct {
	Name  string // as --format spells it
	Ext   string // of its file
	Write func(io.Writer, *Report) error
}

// Formats are all there are. A new one is a function and a line here.
var Formats = []Format{
	{"text", "txt", writeText},
	{"md", "md", writeMarkdown},
	{"html", "html", writeHTML},
	{"json", "json", writeJSON},
	{"csv", "csv", writeCSV},
	{"junit", "xml", writeJUnit},
}

// FormatNamed finds a format.
func FormatNamed(name string) (Format, bool) {
	for _, f := range Formats {
		if f.Name == name {
			return f, true
		}
	}
	return Format{}, false
}

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
