package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"tollgate/results"
	"tollgate/scenarios/fleet"
)

// mergeFleet makes one run of what the shards of a run have in a store.
func mergeFleet(ctx context.Context, c *cobra.Command, st fleet.Store, runID, out string, allowMissing bool) (*results.Run, error) {
	folder, err := os.MkdirTemp("", "tollgate-shards-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(folder)
	found, err := fleet.Collect(ctx, st, runID, folder)
	if err != nil {
		return nil, err
	}
	for _, shard := range found.Missing() {
		fmt.Fprintf(c.ErrOrStderr(), "warning: shard %d: %s\n", shard.Index, shard)
	}
	if len(found.Whole()) == 0 {
		return nil, errors.New("no shard has results in the store")
	}
	return results.MergeDirs(out, found.Whole()...)
}
