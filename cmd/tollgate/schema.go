package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"tollgate/pricing"
	"tollgate/results"
	"tollgate/results/bisect"
	"tollgate/results/compare"
	"tollgate/scenarios"
	"tollgate/scenarios/accesslog/whatif"
	"tollgate/scenarios/doctor"
	"tollgate/targets/lab"
)

// schemas are the published JSON Schemas, by name.
var schemas = []struct {
	name, what string
	text       func() []byte
}{
	{"scenario", "scenario files", scenarios.Schema},
	{"lab", "lab files, for lab --config and run --lab", lab.Schema},
	{"run", "run.json, which is also what --json prints", results.RunSchema},
	{"findings", "findings.json: what the probes of a run concluded", results.FindingsSchema},
	{"verdicts", "comparison.json, and what compare --json prints", compare.Schema},
	{"gate", "gate.json, and what check --json prints", compare.GateSchema},
	{"bisect", "what bisect --json prints", bisect.Schema},
	{"doctor", "what doctor --json prints", doctor.Schema},
	{"prices", "price books, for --prices and from prices show --json", pricing.BookSchema},
	{"workload", "workload files, for price", pricing.WorkloadSchema},
	{"comparison", "what price --compare --json prints", pricing.ComparisonSchema},
	{"apis", "what price --compare --json prints of several APIs", pricing.APIsSchema},
	{"worst", "what price --worst --json prints", pricing.WorstSchema},
	{"whatif", "what whatif --json prints", whatif.Schema},
	{"difference", "what price --json prints of two workloads", pricing.DifferenceSchema},
}

func newSchema() *cobra.Command {
	var names []string
	long := `Schema prints a published JSON Schema. An editor that speaks YAML checks and
completes a scenario whose first line is

  # yaml-language-server: $schema=./scenario.schema.json

SCHEMAS
`
	for _, s := range schemas {
		names = append(names, s.name)
		long += fmt.Sprintf("  %-10s %s\n", s.name, s.what)
	}
	long += `
EXIT STATUS
  0  printed
  2  there is no such schema`
	return &cobra.Command{
		Use:       "schema NAME",
		Short:     "Print a JSON Schema",
		Long:      long,
		Example:   "  tollgate schema scenario > scenario.schema.json",
		Args:      args(1, 1),
		ValidArgs: names,
		RunE: func(c *cobra.Command, given []string) error {
			for _, s := range schemas {
				if s.name == given[0] {
					_, err := bytesOut(c).Write(s.text())
					return err
				}
			}
			return usage(fmt.Errorf("no schema is called %q; there are %s", given[0], strings.Join(names, ", ")))
		},
	}
}
