package main

import (
	"fmt"
	"os"
	"path/filepath"

	"tollgate/results"
	"tollgate/results/compare"
	"tollgate/scenarios"
	"tollgate/targets/cloudwatch"
)

// exportAlarms writes the alarms that ring at the levels of a decision.
func exportAlarms(file string, run *results.Run, d *compare.Decision) error {
	s, err := scenarios.ParseRecorded(filepath.Join(run.Dir, results.FileScenario), run.Scenario, os.LookupEnv)
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
