package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"tollgate/pricing/books"
	"tollgate/results"
)

// mergeFlags are the flags of merge.
type mergeFlags struct {
	printFlags
	out, scenario           string
	allowMissing, noObserve bool
}

func newMerge() *cobra.Command {
	var m mergeFlags
	c := &cobra.Command{
		Use:   "merge STORE/RUN-ID | RUN RUN...",
		Short: "Merge runs of one scenario into one run",
		Long: `Merge makes one run of several that ran the same scenario, such as those of many
machines, and writes a run directory. The order of the runs does not matter, and a
merged run can be merged again. Histograms and counts add up exactly; seconds are
aligned by the clocks of the machines. Thresholds, verdict and result are computed
from the whole.

Runs of different scenarios, or of different targets, are refused, and so is a run
that is named twice. What CloudWatch saw is not merged: tollgate observe reads it for
the merged run, and tollgate price makes the bills. Samples and the findings of
probes are kept side by side. Merge runs that took place at the same time: rates are
taken over the whole time, so a pause between runs lowers them.

STORE/RUN-ID (s3://BUCKET/PREFIX/RUN-ID, or a folder) is a run that several machines sent
in shards (tollgate run --shard): what they uploaded is fetched and verified, and merged
by the clock on which they agreed. Then CloudWatch is read once, the whole is priced, and
its targets are compared. The run is judged by the worst of its load generators. If a
shard is missing, the run is invalid, and with --allow-missing suspect: what was sent
stands beside what was asked for. A shard that ended early counts with what it uploaded,
and makes the run suspect at least. A shard that is there twice is refused.
` + namesHelp + `
EXIT STATUS
  0   merged
  1   could not
  2   wrong flags, or runs that cannot be merged
  96  the run of a store's shards is invalid
  99  a threshold of it failed`,
		Example: `  tollgate merge results/runs/*-checkout-*
  tollgate merge s3://my-bucket/load/night-42
  tollgate merge /mnt/shared/night-42 --allow-missing`,
		Args: args(1, -1),
		RunE: func(c *cobra.Command, given []string) error {
			if at, id, is := fleetNamed(given[0]); is && len(given) == 1 {
				return m.mergeStored(c, at, id)
			}
			if len(given) < 2 {
				return usage(fmt.Errorf("%s is no run in a store, which is s3://BUCKET/PREFIX/RUN-ID or a folder with a fleet.json: name that, or two runs or more", given[0]))
			}
			dirs, err := runsNamed(runsFolder(), given)
			if err != nil {
				return usage(err)
			}
			out := m.out
			if out == "" {
				out = filepath.Dir(filepath.Clean(dirs[0]))
			}
			run, err := results.MergeShards(out, m.allowMissing, dirs...)
			if err != nil {
				return usage(err)
			}
			if slices.ContainsFunc(dirs, hasBill) {
				note(c, fmt.Errorf("bills are not merged: tollgate price %s makes those of the merged run", run.Dir))
			}
			book, err := books.Latest()
			if err != nil {
				return err
			}
			return present(c, run, live(book), &m.printFlags)
		},
	}
	m.printFlags.flags(c)
	scenarioFlag(c, &m.scenario)
	f := c.Flags()
	f.StringVar(&m.out, "out", "", "`folder` that the merged run's directory is made in (default: that of the first run; of a store's run, results/runs)")
	f.BoolVar(&m.allowMissing, "allow-missing", false, "a run without some of its shards is suspect, and not invalid")
	f.BoolVar(&m.noObserve, "no-observe", false, "do not read CloudWatch for a store's run")
	return c
}

// hasBill says whether a run was billed.
func hasBill(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, results.FileBills))
	return err == nil
}
