package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/scenarios/session"
)

// attempt runs a scenario, and while the run is invalid again, as often as
// --retry-invalid says. Each attempt has a directory of its own; the last one is the
// result, and names those before it. If the next attempt is refused, as where --max-cost
// is spent, the result stays the one before.
func (r *runFlags) attempt(c *cobra.Command, s *scenarios.Scenario) (*results.Run, session.Config, error) {
	run, cfg, err := r.measure(c, s)
	for n := 1; n <= r.retries && run != nil && exitCode(err) == exitInvalid; n++ {
		w := c.ErrOrStderr()
		if reported, e := newReportOf(run, cfg); e != nil {
			fmt.Fprintf(w, "warning: %v\n", e)
		} else if e := writeReports(reported); e != nil {
			fmt.Fprintf(w, "warning: %v\n", e)
		}
		d := &run.Document
		fmt.Fprintf(w, "attempt %d of %d was invalid and is kept in %s: %s\n", n, r.retries+1, run.Dir, d.Reasons[0])
		r.attempts = append(r.attempts, fmt.Sprintf("attempt %d, %s, was invalid: %s", n, d.ID, d.Reasons[0]))
		if r.retryOf == "" {
			r.retryOf = d.ID
		}
		next, nextCfg, nextErr := r.measure(c, s)
		if next == nil {
			fmt.Fprintf(w, "warning: there is no further attempt: %v\n", nextErr)
			break
		}
		run, cfg, err = next, nextCfg, nextErr
	}
	return run, cfg, err
}
