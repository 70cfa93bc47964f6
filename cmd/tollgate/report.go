package main

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"tollgate/pricing"
	"tollgate/pricing/books"
	"tollgate/report"
	"tollgate/results"
	"tollgate/results/history"
	"tollgate/results/otlp"
)

// reportFlags are the flags of report.
type reportFlags struct {
	otlpFlags
	format   string
	charts   string
	tables   string
	history  bool
	runs     string
	scenario string
	siteDir  string
	newest   int
}

func newReport() *cobra.Command {
	var r reportFlags
	names := []string{}
	for _, f := range report.Formats {
		names = append(names, f.Name)
	}
	for _, f := range results.SampleFormats {
		names = append(names, f.Name)
	}
	c := &cobra.Command{
		Use:   "report RUN...",
		Short: "Print the report of a recorded run, or of several, in any format",
		Long: `Report prints a recorded run, also one that was interrupted or whose process
died: what is on the disk is reported, and the report says so.

Several runs share one report: the targets of all runs side by side, each with the
number of its run. Use tollgate compare to see whether they differ.

With --history the report has a section on earlier runs of the scenario, in the
folder of the run or in --runs. Without a run it is a page on all runs of a
scenario. Both list the dates on which a metric changed its level for good.

With --site it writes a folder of pages for any web server, such as GitHub Pages: an
overview, a page for each scenario with its trends, and the report of each run. The
runs are those in --runs, or those that are named. What has not changed is not written
again, and nothing is deleted. The pages show what reports show: addresses, the
scenario and responses that failed. Think about who can read them.

FORMATS
  text   for a terminal
  md     Markdown, such as for the page of a job
  comment  Markdown for a pull request: pass or fail, what changed from the base or
           the baseline runs, a picture, and the bills line by line
  slack  the same in short, as JSON for the webhook of a chat: curl --json @FILE URL
  badge  pass, fail or no verdict, as a small picture (SVG)
  html   one file for a browser, without any network
  json   run.json (see tollgate schema run)
  csv    a row for each target and request
  junit  a test case for each threshold
  benchfmt  Go's benchmark format, for benchstat: a line for each block of a target
  samples  CSV, a row for each request of which the run kept a sample
  vegeta   the same for "vegeta report" and "vegeta plot": JSON lines, in which the
           latency is the response time and the attack is the target

Probes keep samples of their own requests; those of the load are kept by
tollgate run --samples.
` + namesHelp + otlpHelp + `

EXIT STATUS
  0  reported
  1  could not
  2  wrong flags, or no such format`,
		Example: `  tollgate report results/runs/20261122T190000Z-front-doors-1a2b3c
  tollgate report latest --format html > report.html
  tollgate report latest --format comment | gh pr comment --edit-last --create-if-none --body-file -
  tollgate report MONDAY TUESDAY --format html > both.html
  tollgate report RUN --charts charts --tables tables
  tollgate report RUN --history --format html > report.html
  tollgate report --history --scenario front-doors > history.html
  tollgate report --site public --newest 50`,
		Args: args(0, -1),
		RunE: func(c *cobra.Command, given []string) error {
			given, err := runsNamed(r.runs, given)
			if err != nil {
				return err
			}
			var files runFiles
			defer files.remove()
			if given, err = files.dirs(c, given); err != nil {
				return err
			}
			f, _ := report.FormatNamed(r.format)
			samples := slices.IndexFunc(results.SampleFormats, func(f results.SampleFormat) bool { return f.Name == r.format })
			to, wrong := r.receiver()
			switch {
			case wrong != nil:
				return usage(wrong)
			case to != nil && (samples >= 0 || len(given) == 0):
				return usage(errors.New("--otlp sends the metrics of runs: name them, and a format of reports"))
			case r.siteDir == "" && c.Flags().Changed("newest"):
				return usage(errors.New("--newest is the number of runs that have a page of a site: name its folder with --site"))
			case r.siteDir != "" && (c.Flags().Changed("format") || r.history || r.charts != "" || r.tables != "" || to != nil):
				return usage(errors.New("--site writes pages and nothing else: leave out --format, --history, --charts, --tables and --otlp"))
			case r.newest < 0:
				return usage(fmt.Errorf("--newest must not be negative, is %d", r.newest))
			case r.siteDir != "":
				return r.site(c, given)
			case samples >= 0 && (len(given) != 1 || r.history || r.charts != "" || r.tables != ""):
				return usage(fmt.Errorf("--format %s writes the samples of one run and nothing else: name one run", r.format))
			case samples >= 0:
				run, err := results.Open(given[0])
				if err != nil {
					return err
				}
				as := results.SampleFormats[samples]
				if err := as.Write(bytesOut(c), run); err != nil {
					return err
				}
				if text := as.Note(&run.Document); text != "" {
					fmt.Fprintf(c.ErrOrStderr(), "note: %s\n", text)
				}
				return nil
			case f.Verdict != "" && len(given) > 1:
				return usage(fmt.Errorf("--format %s shows the verdict of one run, and several have none together: name one run, or compare two: tollgate compare BEFORE AFTER --format %s", f.Name, f.Name))
			case r.history && len(given) > 1:
				return usage(errors.New("--history is about one run, or a scenario: name one run, or none"))
			case r.history && len(given) == 0:
				return r.trend(c)
			case len(given) == 0:
				return usage(fmt.Errorf("usage: %s", c.UseLine()))
			}
			return r.report(c, given, f, to)
		},
	}
	r.otlpFlags.flags(c, "as they were in the end")
	f := c.Flags()
	choice(c, &r.format, "format", "text", "`format`, one of those above", names...)
	f.StringVar(&r.charts, "charts", "", "`folder` that every chart is written to, as SVG and PNG")
	f.StringVar(&r.tables, "tables", "", "`folder` that every table is written to, as CSV")
	f.BoolVar(&r.history, "history", false, "show earlier runs of the scenario, too; without a run: a page on all runs of a scenario, as HTML")
	f.StringVar(&r.runs, "runs", runsFolder(), "`folder` that holds the run directories (with --history or --site; default with a run: that of the run)")
	f.StringVar(&r.scenario, "scenario", "", "`scenario` of the page (with --history; default: that of the newest run. With --site: only its runs)")
	f.StringVar(&r.siteDir, "site", "", "write an overview and the pages of all runs to this `folder`")
	f.IntVar(&r.newest, "newest", 100, "with --site: how many runs have a page, newest first; 0: all")
	return c
}

// report prints recorded runs, and writes charts and tables where they are wanted.
func (r *reportFlags) report(c *cobra.Command, dirs []string, f report.Format, to *otlp.Receiver) error {
	book, err := books.Latest()
	if err != nil {
		return err
	}
	made, err := recordedReport(dirs, book)
	if err != nil {
		return err
	}
	write, w := f.Write, bytesOut(c)
	if f.Name == "text" {
		write = func(w io.Writer, made *report.Report) error {
			return report.Summary(w, made, terminalOf(w, report.Full))
		}
	}
	if r.history {
		folder := r.runs
		if !c.Flags().Changed("runs") {
			folder = filepath.Dir(filepath.Clean(dirs[0]))
		}
		if err := withHistory(c, made, folder); err != nil {
			return err
		}
	}
	return errors.Join(write(w, made), r.save(c, made.Pictures(), made.Tables()), sendRuns(c, dirs, to))
}

// recordedReport is the report of one run, or of several side by side.
func recordedReport(dirs []string, book *pricing.Book) (*report.Report, error) {
	var runs []*results.Run
	for _, dir := range dirs {
		run, err := results.Open(dir)
		if err != nil {
			return nil, err
		}
		if run.Document.State != results.Finished {
			run.Document = results.Summarise(run)
		}
		runs = append(runs, run)
	}
	if len(runs) == 1 {
		r, err := newReportOf(runs[0], live(book))
		if err == nil {
			r.Job = jobAddress()
		}
		return r, err
	}
	both, err := report.Overlay(runs...)
	if err != nil {
		return nil, err
	}
	return report.New(both, nil, nil)
}

// save writes charts and tables to their folders.
func (r *reportFlags) save(c *cobra.Command, charts []report.NamedPicture, tables []report.NamedTable) error {
	to := func(dir string, charts []report.NamedPicture, tables []report.NamedTable) error {
		if dir == "" {
			return nil
		}
		names, err := report.Save(dir, charts, tables)
		fmt.Fprintf(c.ErrOrStderr(), "%s: %d files\n", dir, len(names))
		return err
	}
	return errors.Join(to(r.charts, charts, nil), to(r.tables, nil, tables))
}

// mostBaseline is how many baseline runs the report of one run shows.
const mostBaseline = 120

// withHistory adds earlier runs of the scenario in a folder.
func withHistory(c *cobra.Command, r *report.Report, folder string) error {
	x, err := index(c, folder)
	if err != nil {
		return err
	}
	defer x.Close()
	runs, err := x.Runs(c.Context(), r.Scenario, mostBaseline)
	if err != nil {
		return err
	}
	if r.WithHistory(runs); r.Trend == nil {
		fmt.Fprintf(c.ErrOrStderr(), "warning: %s holds fewer than two runs of %s that count: there is no history to draw\n", folder, r.Scenario)
	}
	return nil
}

// trend writes the page of a scenario's history.
func (r *reportFlags) trend(c *cobra.Command) error {
	x, err := index(c, r.runs)
	if err != nil {
		return err
	}
	defer x.Close()
	if r.scenario == "" {
		newest, err := x.Find(c.Context(), history.Filter{Limit: 1})
		if err != nil {
			return err
		}
		if len(newest) == 0 {
			return fmt.Errorf("%s holds no run; name another folder with --runs", r.runs)
		}
		r.scenario = newest[0].Scenario
	}
	runs, err := x.Runs(c.Context(), r.scenario, history.ForChangePoints)
	if err != nil {
		return err
	}
	tr, err := report.NewTrend(r.scenario, runs)
	if err != nil {
		return err
	}
	return errors.Join(report.WriteTrend(bytesOut(c), tr), r.save(c, tr.Pictures(), nil))
}
