package main

import (
	"github.com/spf13/cobra"

	"tollgate/pricing/books"
	"tollgate/results"
	"tollgate/scenarios/session"
)

func newObserve() *cobra.Command {
	var t telling
	c := &cobra.Command{
		Use:   "observe RUN",
		Short: "Read what CloudWatch saw of a recorded run, again",
		Long: `Observe reads the CloudWatch metrics of a recorded run's targets over the run's
window, and prices and reports the run again with them. Nothing is sent to the
targets. CloudWatch keeps one-minute metrics for 15 days.

What a lab saw can only be read while its run lasts.

EXIT STATUS
  0  observed
  1  could not; the recorded run is as it was
  2  wrong flags, or the run's scenario cannot be read`,
		Args: args(1, 1),
		RunE: func(c *cobra.Command, given []string) error {
			book, err := books.Latest()
			if err != nil {
				return err
			}
			return again(c, &t, book, func(cfg session.Config) (*results.Run, error) {
				return session.Observe(c.Context(), given[0], cfg)
			})
		},
	}
	t.flags(c)
	return c
}
