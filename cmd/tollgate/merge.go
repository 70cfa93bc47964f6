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

func newMerge() *cobra.Command {
	var t printFlags
	var out string
	c := &cobra.Command{
		Use:   "merge RUN RUN...",
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
` + namesHelp + `
EXIT STATUS
  0  merged
  1  could not
  2  wrong flags, or runs that cannot be merged`,
		Example: "  tollgate merge results/runs/*-checkout-*",
		Args:    args(2, -1),
		RunE: func(c *cobra.Command, given []string) error {
			dirs, err := runsNamed(runsFolder(), given)
			if err != nil {
				return usage(err)
			}
			if out == "" {
				out = filepath.Dir(filepath.Clean(dirs[0]))
			}
			run, err := results.MergeDirs(out, dirs...)
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
			return present(c, run, live(book), &t)
		},
	}
	t.flags(c)
	c.Flags().StringVar(&out, "out", "", "`folder` that the merged run's directory is made in (default: that of the first run)")
	return c
}

// hasBill says whether a run was billed.
func hasBill(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, results.FileBills))
	return err == nil
}
