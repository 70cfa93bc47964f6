package main

import (
	"github.com/spf13/cobra"

	"tollgate/pricing/books"
	"tollgate/results"
	"tollgate/scenarios/session"
)

// scenarioFlag names the scenario of a recorded run.
func scenarioFlag(c *cobra.Command, scenario *string) {
	c.Flags().StringVar(scenario, "scenario", "", "scenario `file` that the run was made with, or its name in the library, in place of the recorded copy: its environment variables are read")
}

func newObserve() *cobra.Command {
	var t printFlags
	var scenario string
	c := &cobra.Command{
		Use:   "observe RUN",
		Short: "Read what CloudWatch saw of a recorded run, again",
		Long: `Observe reads the CloudWatch metrics of a recorded run's targets for the time of the
run, and prices and reports the run again with them. Nothing is sent to the targets.
CloudWatch keeps one-minute metrics for 15 days.

The names of APIs, stages, functions and regions come from the recorded copy of the
scenario. Anyone may have written that copy, so its environment variables and its AWS
profile are not used: name the scenario file with --scenario to use them. Endpoint and
credentials come from the AWS SDK's default chain (AWS_PROFILE, AWS_ENDPOINT_URL).

The metrics of a lab can only be read while its run lasts.
` + namesHelp + `
EXIT STATUS
  0  observed
  1  could not; the recorded run is as it was
  2  wrong flags, or the run's scenario cannot be read`,
		Args: runArgs(1, 1),
		RunE: func(c *cobra.Command, given []string) error {
			dir, err := runNamed(runsFolder(), given[0])
			if err != nil {
				return err
			}
			book, err := books.Latest()
			if err != nil {
				return err
			}
			return again(c, &t, book, scenario, func(cfg session.Config) (*results.Run, error) {
				return session.Observe(c.Context(), dir, cfg)
			})
		},
	}
	t.flags(c)
	scenarioFlag(c, &scenario)
	return c
}
