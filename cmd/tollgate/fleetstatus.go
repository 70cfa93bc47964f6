package main

import (
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"tollgate/scenarios/fleet"
	"tollgate/scenarios/fleet/store"
)

func newFleetStatus() *cobra.Command {
	var address, runID string
	var stop bool
	c := &cobra.Command{
		Use:   "status",
		Short: "Show how far the shards of a run are, or ask them to stop",
		Long: `Status says of each shard of a run, by what is in the store: whether it is ready, on
which machine it sends, when it last stored results and whether it is done. It needs
nothing but the store, so it works for members that anything started. --stop asks all
members to stop: they look every two seconds, end what is under way, and store their
results.

EXIT STATUS
  0  printed, or asked to stop
  1  could not, such as where the store has no such run
  2  wrong flags`,
		Example: `  tollgate fleet status --store s3://runs/load --run-id api-20261130t201500-1f0a2b
  tollgate fleet status --store s3://runs/load --run-id api-20261130t201500-1f0a2b --stop`,
		Args: args(0, 0),
		RunE: func(c *cobra.Command, _ []string) error {
			if address == "" || runID == "" {
				return usage(fmt.Errorf("--store and --run-id: both are needed"))
			}
			st, err := store.Open(c.Context(), address)
			if err != nil {
				return usage(err)
			}
			status, err := fleet.Survey(c.Context(), st, runID)
			if err != nil {
				return err
			}
			if stop {
				if err := fleet.Stop(c.Context(), st, runID, "tollgate fleet status --stop"); err != nil {
					return err
				}
				fmt.Fprintln(c.ErrOrStderr(), "all members were asked to stop")
			}
			return printStatus(c, status)
		},
	}
	c.Flags().StringVar(&address, "store", "", "`place` that the shards share: s3://BUCKET/PREFIX, or a folder")
	c.Flags().StringVar(&runID, "run-id", "", "`name` of the run in the store")
	c.Flags().BoolVar(&stop, "stop", false, "ask all members to stop")
	return c
}

func printStatus(c *cobra.Command, s *fleet.Status) error {
	t := tabwriter.NewWriter(c.OutOrStdout(), 0, 8, 2, ' ', 0)
	switch {
	case s.Cancelled != "":
		fmt.Fprintf(t, "cancelled\t%s: nothing was sent\n", s.Cancelled)
	case s.Start.IsZero():
		fmt.Fprintf(t, "start\tnot yet: the shards wait for each other\n")
	default:
		fmt.Fprintf(t, "start\t%s, %s\n", s.Start.UTC().Format(time.RFC3339), fromNow(s.Start.Sub(s.Now)))
	}
	if s.Stopped != "" {
		fmt.Fprintf(t, "stopped\t%s\n", s.Stopped)
	}
	for i := range s.Shards {
		one := &s.Shards[i]
		fmt.Fprintf(t, "shard %d\t%s\t%s\n", one.Index, one, one.Host)
	}
	return t.Flush()
}

// fromNow says how far ahead a moment is, or how long ago it was.
func fromNow(d time.Duration) string {
	if d = d.Round(time.Second); d < 0 {
		return fmt.Sprintf("%v ago", -d)
	}
	return fmt.Sprintf("in %v", d)
}
