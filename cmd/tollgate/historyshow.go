package main

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"tollgate/pricing"
	"tollgate/results"
	"tollgate/results/compare"
	"tollgate/results/history"
)

func newHistoryShow() *cobra.Command {
	var folder string
	var asJSON bool
	c := &cobra.Command{
		Use:   "show RUN",
		Short: "Show what is known of one run: figures, tags, gate and notes",
		Long: `Show prints what the history knows of one run.
` + namesHelp + `
EXIT STATUS
  0  shown
  1  there is no such run, or it cannot be read`,
		Args: runArgs(1, 1),
		RunE: func(c *cobra.Command, given []string) error {
			dir, err := runNamed(folder, given[0])
			if err != nil {
				return err
			}
			return withIndex(c, filepath.Dir(dir), func(x *history.Index) error {
				e, err := x.Entry(c.Context(), filepath.Base(dir))
				if err != nil {
					return err
				}
				if asJSON {
					return printJSON(c, e)
				}
				return showRun(c.OutOrStdout(), e)
			})
		},
	}
	folderFlag(c, &folder)
	c.Flags().BoolVar(&asJSON, "json", false, "print it as JSON")
	return c
}

func showRun(w io.Writer, e *history.Entry) error {
	t := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
	line := func(name, text string) { fmt.Fprintf(t, "%s\t%s\n", name, text) }
	line("run", e.Run)
	line("directory", e.Dir)
	line("scenario", e.Scenario)
	line("started", fmt.Sprintf("%s, %s after %.1f s", e.Started.UTC().Format(time.RFC3339), e.State, e.Seconds))
	line("verdict", verdictText(e))
	if e.Partial != "" {
		line("not counted", e.Partial)
	}
	for _, reason := range e.Reasons {
		line("reason", reason)
	}
	for _, text := range []string{results.ModelsText(e.Models), results.UnverifiedText(e.Unverified)} {
		if text != "" {
			line("note", text)
		}
	}
	line("gate", gateText(e))
	for _, key := range slices.Sorted(maps.Keys(e.Tags)) {
		line("tag", key+"="+e.Tags[key])
	}
	for _, failed := range e.Failed {
		line("threshold failed", failed)
	}
	for _, n := range e.Notes {
		line("note", fmt.Sprintf("%s %s by %s: %s", n.At.Format(time.RFC3339), n.What, n.Who, n.Why))
	}
	if err := t.Flush(); err != nil {
		return err
	}
	fmt.Fprintln(w)
	return showFigures(w, e)
}

// showFigures writes a table of the run's figures, a row for each target.
func showFigures(w io.Writer, e *history.Entry) error {
	measured := slices.DeleteFunc(compare.Metrics(), func(m compare.Metric) bool {
		return !slices.ContainsFunc(e.Values, func(v compare.Value) bool { return v.Metric == m })
	})
	t := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
	fmt.Fprintln(t, strings.Join(slices.Concat([]string{"target", "requests"}, columnsOf(measured), []string{"$/month"}), "\t"))
	for _, target := range e.Targets {
		requests, month := none, none
		if i := slices.IndexFunc(e.Values, func(v compare.Value) bool { return v.Target == target }); i >= 0 {
			requests = pricing.Count(e.Values[i].N)
		}
		if i := slices.IndexFunc(e.MonthUSD, func(m history.Month) bool { return m.Target == target }); i >= 0 {
			month = fmt.Sprintf("%.2f", e.MonthUSD[i].USD)
		}
		row := []string{targetText(e, target), requests}
		for _, m := range measured {
			row = append(row, figureOf(e, target, m))
		}
		fmt.Fprintln(t, strings.Join(append(row, month), "\t"))
	}
	return t.Flush()
}

func newHistoryDrift() *cobra.Command {
	var folder string
	var asJSON bool
	c := &cobra.Command{
		Use:   "drift SCENARIO|RUN",
		Short: "Find the days on which a metric of a scenario changed for good",
		Long: `Drift searches all runs of a scenario that count, named by itself, by one of its run
directories or by latest, for lasting changes of level: the day, the size and its
confidence interval, for each metric of each target. It reports and does not fail;
tollgate check does that for a single run.

EXIT STATUS
  0  looked, whatever was found
  1  could not read the folder, or there is no run of that scenario`,
		Args: args(1, 1),
		RunE: func(c *cobra.Command, given []string) error {
			runs, err := runsLike(c, folder, given[0])
			if err != nil {
				return err
			}
			points := changePoints(runs)
			if asJSON {
				return printJSON(c, points)
			}
			return printChangePoints(c.OutOrStdout(), len(runs), points)
		},
	}
	folderFlag(c, &folder)
	c.Flags().BoolVar(&asJSON, "json", false, "print them as JSON")
	return c
}

// runsLike returns the runs of a scenario, which is named by itself or by a
// run directory, in whose folder they are then.
func runsLike(c *cobra.Command, folder, name string) (runs []compare.RunValues, err error) {
	isRun := results.IsRun(name) || latestForm.MatchString(filepath.Base(name))
	if isRun {
		if name, err = runNamed(folder, name); err != nil {
			return nil, err
		}
		folder = filepath.Dir(name)
	}
	err = withIndex(c, folder, func(x *history.Index) error {
		if isRun {
			e, err := x.Entry(c.Context(), filepath.Base(name))
			if err != nil {
				return err
			}
			name = e.Scenario
		}
		runs, err = x.Runs(c.Context(), name, history.ForChangePoints)
		if err == nil && len(runs) == 0 {
			err = fmt.Errorf("%s has no run of scenario %q", folder, name)
		}
		return err
	})
	return runs, err
}

// changePoints are those of all metrics of all targets, oldest first.
func changePoints(runs []compare.RunValues) []compare.ChangePoint {
	all := []compare.ChangePoint{}
	for _, series := range compare.SeriesOf(runs) {
		all = append(all, compare.ChangePoints(series)...)
	}
	slices.SortStableFunc(all, func(a, b compare.ChangePoint) int { return a.Date.Compare(b.Date) })
	return all
}

func printChangePoints(w io.Writer, runs int, points []compare.ChangePoint) error {
	if len(points) == 0 {
		_, err := fmt.Fprintf(w, "no change of level in %d runs\n", runs)
		return err
	}
	t := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
	fmt.Fprintln(t, "since\ttarget\tmetric\tbefore\tafter\tchange\t95 % of it\trun")
	for _, s := range points {
		head, factor := s.Metric.Column()
		size := func(x float64) string {
			if s.Scale == compare.Ratio {
				return fmt.Sprintf("%+.1f %%", 100*(x-1))
			}
			return fmt.Sprintf("%+.4g points", factor*x)
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%.4g\t%.4g\t%s\t%s to %s\t%s\n", s.Date.UTC().Format(time.DateOnly), s.Target, head, factor*s.Before, factor*s.After, size(s.Size), size(s.Low), size(s.High), s.Run)
	}
	return t.Flush()
}

// noteVerbs are the notes that people add to a run.
var noteVerbs = []struct {
	what        history.What
	short, long string
}{
	{history.Acknowledge, "Acknowledge a run's alarm", "The run joins the baseline: later runs are compared with it, too."},
	{history.Annotate, "Annotate a run", "A note changes nothing that gates do. Runs with notes are not pruned."},
	{history.Accept, "Accept what a run measured as the new baseline", "The baseline of later runs begins with this run."},
	{history.Exclude, "Exclude a run from the baseline", "Later runs are not compared with it, and drift ignores it."},
}

func newHistoryNote(n struct {
	what        history.What
	short, long string
},
) *cobra.Command {
	var folder, who, why string
	c := &cobra.Command{
		Use:   string(n.what) + " RUN --why TEXT",
		Short: n.short,
		Long: n.long + `

The note is kept in the run's notes.jsonl, with its author, date and reason. Notes are
never removed; the last one counts.
` + namesHelp + `
EXIT STATUS
  0  kept
  1  there is no such run, or it cannot be written to
  2  wrong flags`,
		Example: "  tollgate history " + string(n.what) + ` 20261122T190000Z-front-doors-1a2b3c --why "moved to arm64"`,
		Args:    runArgs(1, 1),
		RunE: func(c *cobra.Command, given []string) error {
			if why == "" {
				return usage(errors.New("--why is missing: give the reason in a sentence"))
			}
			dir, err := runNamed(folder, given[0])
			if err != nil {
				return err
			}
			if err = history.Add(dir, history.Note{At: time.Now(), Who: who, What: n.what, Why: why}); err != nil {
				return err
			}
			_, err = fmt.Fprintf(c.OutOrStdout(), "%s: %s by %s: %s\n", dir, n.what, who, why)
			return err
		},
	}
	folderFlag(c, &folder)
	c.Flags().StringVar(&why, "why", "", "the `reason`, in a sentence")
	c.Flags().StringVar(&who, "who", whoami(os.Getenv), "your `name`")
	return c
}

// whoami is the user's name, as far as the environment says.
func whoami(env func(string) string) string {
	for _, name := range []string{"GITHUB_ACTOR", "GITLAB_USER_LOGIN", "USER", "LOGNAME", "USERNAME"} {
		if who := env(name); who != "" {
			return who
		}
	}
	return "somebody"
}
