package main

import (
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"tollgate/results"
	"tollgate/results/compare"
	"tollgate/scenarios"
	"tollgate/targets/cloudwatch"
)

// exportAlarms writes alarms with the limits of a decision. Their names come from the
// scenario that the user names, or from the recorded copy, without environment
// variables.
func exportAlarms(c *cobra.Command, file, scenario string, run *results.Run, d *compare.Decision) error {
	s, err := scenarioOf(c, scenario, run)
	if err != nil {
		return fmt.Errorf("--export-alarms: %w", err)
	}
	var limits []cloudwatch.Limit
	for _, t := range s.Targets {
		l := cloudwatch.Limit{Target: t}
		for _, g := range d.Gates {
			switch {
			case g.Target != t.Name || g.Limit == nil:
			case g.Metric == compare.P99:
				l.P99 = *g.Limit
			case g.Metric == compare.ErrorShare:
				l.ErrorShare = *g.Limit
			}
		}
		limits = append(limits, l)
	}
	text, err := cloudwatch.Alarms(limits)
	if err != nil {
		return fmt.Errorf("--export-alarms: %w", err)
	}
	return writeWhole(file, text)
}

// scenarioOf is the scenario that a run ran, as the user names it or as recorded.
func scenarioOf(c *cobra.Command, name string, run *results.Run) (*scenarios.Scenario, error) {
	if name == "" {
		return scenarios.ParseRecorded(filepath.Join(run.Dir, results.FileScenario), run.Scenario)
	}
	s, err := loadScenario(c, name)
	if err == nil && results.Digest(s.Source) != run.Document.Digest {
		err = fmt.Errorf("%s is not the scenario that ran: their SHA-256 differ%s", s.File, run.Document.EffectiveHint())
	}
	return s, err
}
