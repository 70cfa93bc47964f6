package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"tollgate/pricing/books"
	"tollgate/report"
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

func newReport() *cobra.Command {
	var format string
	names := []string{}
	for _, f := range report.Formats {
		names = append(names, f.Name)
	}
	c := &cobra.Command{
		Use:   "report RUN",
		Short: "Print the report of a recorded run in any format",
		Long: `Report prints a recorded run, also one that was interrupted or whose process
died: what is on the disk is reported, and the report says so.

FORMATS
  text   for a terminal
  md     Markdown, for a pull request
  html   one file for a browser, without any network
  json   run.json (see tollgate schema run)
  csv    a row for each target and request
  junit  a test case for each threshold`,
		Example: `  tollgate report results/runs/20261122T190000Z-front-doors-1a2b3c
  tollgate report RUN --format html > report.html`,
		Args: args(1, 1),
		RunE: func(c *cobra.Command, given []string) error {
			f, ok := report.FormatNamed(format)
			if !ok {
				return usage(fmt.Errorf("--format %s: there are %v", format, names))
			}
			return reportRun(c, given[0], f)
		},
	}
	c.Flags().StringVar(&format, "format", "text", "one of the formats above")
	_ = c.RegisterFlagCompletionFunc("format", cobra.FixedCompletions(names, cobra.ShellCompDirectiveNoFileComp))
	return c
}

func reportRun(c *cobra.Command, dir string, f report.Format) error {
	run, err := results.Open(dir)
	if err != nil {
		return err
	}
	book, err := books.Latest()
	if err != nil {
		return err
	}
	if run.Document.State != results.Finished {
		run.Document = results.Summarise(run)
	}
	r, err := newReportOf(run, live(book))
	if err != nil {
		return err
	}
	return f.Write(c.OutOrStdout(), r)
}
