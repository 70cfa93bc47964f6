package main

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tollgate/results/history"
)

func newHistoryExport() *cobra.Command {
	var f filterFlags
	var format, out string
	var list strings.Builder
	var names []string
	for _, x := range history.Formats {
		fmt.Fprintf(&list, "  %-22s %s\n", x.Name, x.What)
		names = append(names, x.Name)
	}
	c := &cobra.Command{
		Use:   "export",
		Short: "Write recorded runs for other programs",
		Long: `Export writes the runs that the flags choose, all of them by default.

FORMATS
` + list.String() + `
EXIT STATUS
  0  written
  1  could not
  2  wrong flags`,
		Example: "  tollgate history export --format benchfmt --scenario front-doors > runs.txt && benchstat -col commit runs.txt",
		Args:    args(0, 0),
		RunE: func(c *cobra.Command, _ []string) error {
			x, err := history.FormatNamed(format)
			if err != nil {
				return usage(fmt.Errorf("--format: %w", err))
			}
			entries, err := f.entries(c)
			if err != nil {
				return err
			}
			if out == "" {
				return x.Write(bytesOut(c), entries)
			}
			var b bytes.Buffer
			if err := x.Write(&b, entries); err != nil {
				return err
			}
			return writeWhole(out, b.Bytes())
		},
	}
	f.flags(c, 0)
	choice(c, &format, "format", "csv", "`format`, one of those above", names...)
	c.Flags().StringVar(&out, "write", "", "`file` to write to (default: standard output)")
	return c
}

func newHistoryRebuild() *cobra.Command {
	var folder string
	c := &cobra.Command{
		Use:   "rebuild",
		Short: "Make the index again from the run directories",
		Long: `Rebuild deletes the index of the folder and makes it again from the run directories,
which it does not change. You need it only after changing run directories by hand.

EXIT STATUS
  0  made
  1  could not`,
		Args: args(0, 0),
		RunE: func(c *cobra.Command, _ []string) error {
			if err := history.Delete(folder, historyCache()); err != nil {
				return err
			}
			return withIndex(c, folder, func(x *history.Index) error {
				entries, err := x.Find(c.Context(), history.Filter{})
				if err == nil {
					fmt.Fprintf(c.OutOrStdout(), "%s: %d runs\n", folder, len(entries))
				}
				return err
			})
		},
	}
	folderFlag(c, &folder)
	return c
}

func newHistoryPrune() *cobra.Command {
	var f filterFlags
	var days int
	var yes bool
	c := &cobra.Command{
		Use:   "prune --older-than DAYS",
		Short: "Delete old run directories without notes",
		Long: `Prune lists the runs that the flags choose and that are older than so many days.
With --yes it deletes their directories for good. It keeps runs with notes, and
runs that were cut off or may still be going on.

EXIT STATUS
  0  listed, or deleted
  1  could not
  2  wrong flags`,
		Example: "  tollgate history prune --older-than 180\n  tollgate history prune --older-than 30 --verdict invalid --yes",
		Args:    args(0, 0),
		RunE: func(c *cobra.Command, _ []string) error {
			if days < 1 {
				return usage(errors.New("--older-than is missing: give a number of days, 1 or more"))
			}
			entries, err := f.entries(c)
			if err != nil {
				return err
			}
			return prune(c, history.Prunable(entries, time.Now().AddDate(0, 0, -days)), yes)
		},
	}
	f.flags(c, 0)
	c.Flags().IntVar(&days, "older-than", 0, "age in `days`")
	c.Flags().BoolVar(&yes, "yes", false, "delete them instead of listing them")
	return c
}

func prune(c *cobra.Command, old []history.Entry, yes bool) error {
	var errs []error
	for _, e := range old {
		if yes {
			if err := history.Remove(e.Dir); err != nil {
				errs = append(errs, err)
				continue
			}
		}
		fmt.Fprintln(c.OutOrStdout(), e.Dir)
	}
	what := "would be deleted with --yes"
	if yes {
		what = "were deleted"
	}
	fmt.Fprintf(c.ErrOrStderr(), "%d runs %s\n", len(old)-len(errs), what)
	return errors.Join(errs...)
}
