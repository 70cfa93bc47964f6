package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"tollgate/scenarios/fleet/launch"
)

func newFleet() *cobra.Command {
	c := &cobra.Command{
		Use:   "fleet",
		Short: "Run one load from many machines",
		Long: `Fleet runs one scenario as several shards, where one machine cannot send its load: as
processes of this machine, as pods of a Kubernetes cluster, or as tasks of AWS on
Fargate. The shards meet in a store (a prefix of an S3 bucket, or a folder), start at
one instant, and leave their results there, which are merged exactly into one run.

A rate is always that of all shards together: --shards 4 at 1000/s sends 250/s from each.

"tollgate help fleet" begins with an example and says what happens when a shard fails.`,
	}
	c.AddCommand(newFleetPlan(), newFleetManifest(), newFleetRun(), newFleetStatus(), newFleetPolicy(), newFleetMember())
	return c
}

// newFleetMember runs a scenario that came in the environment, where a platform has no other
// way to hand over files.
func newFleetMember() *cobra.Command {
	return &cobra.Command{
		Use:                "member",
		Short:              "Run the shard that the environment describes",
		Hidden:             true,
		DisableFlagParsing: true,
		RunE: func(c *cobra.Command, flags []string) error {
			bundle, err := launch.Unpack(os.Getenv(launch.BundleVariable))
			if err != nil {
				return usage(fmt.Errorf("%s: %w: tollgate fleet manifest writes it", launch.BundleVariable, err))
			}
			folder, err := os.MkdirTemp("", "tollgate-member-")
			if err != nil {
				return err
			}
			defer os.RemoveAll(folder)
			scenario, err := bundle.Write(folder)
			if err != nil {
				return usage(fmt.Errorf("%s: %w", launch.BundleVariable, err))
			}
			member := newRoot()
			member.SetArgs(append([]string{"run", scenario}, flags...))
			member.SetIn(c.InOrStdin())
			member.SetOut(c.OutOrStdout())
			member.SetErr(c.ErrOrStderr())
			return member.ExecuteContext(c.Context())
		},
	}
}
