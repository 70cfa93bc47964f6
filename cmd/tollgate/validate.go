package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"tollgate/scenarios/probes"
)

func newValidate() *cobra.Command {
	return &cobra.Command{
		Use:   "validate SCENARIO...",
		Short: "Check scenario files without sending anything",
		Long: `Validate reads each scenario (a file, or the name of one of the library), follows
its references and prints everything that is wrong with it at once, as
file:line: what is wrong, and what would be right. Nothing is sent.

EXIT STATUS
  0  every scenario can run
  2  at least one cannot`,
		Args:              args(1, -1),
		ValidArgsFunction: completeScenario,
		RunE: func(c *cobra.Command, names []string) error {
			var all []error
			for _, name := range names {
				if err := validate(c, name); err != nil {
					all = append(all, err)
				}
			}
			return usage(errors.Join(all...))
		},
	}
}

func validate(c *cobra.Command, name string) error {
	s, err := loadScenario(name)
	if err != nil {
		return err
	}
	p, _, err := probes.NewPlan(s, true)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	fmt.Fprintf(c.OutOrStdout(), "%s: ok, %s, %d requests in %v\n", name, plural(len(s.Targets), "target"), p.Requests(), p.Duration())
	for _, a := range p.Probes {
		fmt.Fprintf(c.OutOrStdout(), "%s: probe %s at %s, at most %d requests in %v\n", name, a.Probe, a.Target, a.Requests, a.For)
		if a.Changes != "" {
			fmt.Fprintf(c.OutOrStdout(), "%s: probe %s at %s %s\n", name, a.Probe, a.Target, a.Changes)
		}
	}
	warn(c, append(p.Warnings, known(c).Warnings(p)...))
	return nil
}

// warn prints what can be done all the same, but not quite as asked.
func warn(c *cobra.Command, all []error) {
	for _, w := range all {
		fmt.Fprintf(c.ErrOrStderr(), "warning: %v\n", w)
	}
}
