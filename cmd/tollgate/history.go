package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"tollgate/results"
	"tollgate/results/compare"
	"tollgate/results/history"
)

// filterFlags choose recorded runs.
type filterFlags struct {
	folder   string
	scenario string
	target   string
	verdict  string
	gate     string
	commit   string
	since    string
	before   string
	tags     []string
	limit    int
}

func newHistory() *cobra.Command {
	c := &cobra.Command{
		Use:   "history",
		Short: "Find, export and annotate recorded runs",
		Long: `History finds recorded runs. The run directories are the truth; an index in the
user's cache makes searching quick, and is made again from them when needed.

Notes on a run are kept in its notes.jsonl, with author, date and reason:
acknowledge an alarm, accept a run as the new baseline, exclude a run that does
not count, or annotate one. For the gate (tollgate check) the last note counts.`,
	}
	c.AddCommand(newHistoryList(), newHistoryShow(), newHistoryDrift(), newHistoryExport(), newHistoryRebuild(), newHistoryPrune())
	for _, n := range noteVerbs {
		c.AddCommand(newHistoryNote(n))
	}
	return c
}

// folderFlag is the flag of every verb of history.
func folderFlag(c *cobra.Command, folder *string) {
	c.Flags().StringVar(folder, "runs", runsFolder(), "`folder` that holds the run directories")
}

func (f *filterFlags) flags(c *cobra.Command, limit int) {
	folderFlag(c, &f.folder)
	c.Flags().StringVar(&f.scenario, "scenario", "", "only runs of this `scenario`")
	c.Flags().StringVar(&f.target, "target", "", "only runs with this `target`")
	choice(c, &f.verdict, "verdict", "", "only runs of this `verdict`: valid, suspect, unknown (of imported runs) or invalid", "valid", "suspect", "unknown", "invalid")
	c.Flags().StringVar(&f.gate, "gate", "", "only runs with this decision of the `gate`: passed, learning, regression, inconclusive or refused")
	c.Flags().StringVar(&f.commit, "commit", "", "only runs of this `commit`, or of commits that begin with it")
	c.Flags().StringArrayVar(&f.tags, "tag", nil, "only runs with this `key=value` (may be repeated)")
	c.Flags().StringVar(&f.since, "since", "", "only runs that began on this `day` or later, such as 2026-11-01")
	c.Flags().StringVar(&f.before, "before", "", "only runs that began before this `day`")
	c.Flags().IntVar(&f.limit, "limit", limit, "largest number of runs, newest first; 0: all")
}

// filter is what the flags say, in one value.
func (f *filterFlags) filter() (history.Filter, error) {
	out := history.Filter{Scenario: f.scenario, Target: f.target, Verdict: f.verdict, Gate: f.gate, Tags: map[string]string{}, Limit: f.limit}
	if f.limit < 0 {
		return out, usage(fmt.Errorf("--limit must not be negative, is %d", f.limit))
	}
	if f.commit != "" {
		out.Tags["commit"] = f.commit
	}
	for _, text := range f.tags {
		key, value, err := results.ParseTag(text)
		if err != nil {
			return out, usage(fmt.Errorf("--tag: %w", err))
		}
		out.Tags[key] = value
	}
	for _, day := range []struct {
		flag, text string
		into       *time.Time
	}{{"--since", f.since, &out.Since}, {"--before", f.before, &out.Before}} {
		if day.text == "" {
			continue
		}
		at, err := time.Parse(time.DateOnly, day.text)
		if err != nil {
			return out, usage(fmt.Errorf("%s %s: say a day such as 2026-11-01", day.flag, day.text))
		}
		*day.into = at
	}
	return out, nil
}

// entries finds the runs that the flags want.
func (f *filterFlags) entries(c *cobra.Command) ([]history.Entry, error) {
	filter, err := f.filter()
	if err != nil {
		return nil, err
	}
	var entries []history.Entry
	err = withIndex(c, f.folder, func(x *history.Index) error {
		entries, err = x.Find(c.Context(), filter)
		return err
	})
	return entries, err
}

// withIndex opens the index of a folder for as long as use takes.
func withIndex(c *cobra.Command, folder string, use func(*history.Index) error) error {
	x, err := index(c, folder)
	if err != nil {
		return err
	}
	defer x.Close()
	return use(x)
}

// historyCache is where indexes are kept; "" where the user has no cache.
func historyCache() string {
	dir, err := os.UserCacheDir()
	if err != nil {
		return ""
	}
	return filepath.Join(dir, "tollgate", "history")
}

// index opens the index of a folder as it is now, and warns of directories that
// cannot be read.
func index(c *cobra.Command, folder string) (*history.Index, error) {
	ctx := c.Context()
	if ctx == nil {
		ctx = context.Background()
	}
	x, err := history.Open(ctx, folder, historyCache())
	if err != nil {
		return nil, err
	}
	problems, err := x.Refresh(ctx)
	for _, p := range problems {
		fmt.Fprintf(c.ErrOrStderr(), "warning: left out of the history: %v\n", p)
	}
	if err != nil {
		_ = x.Close()
		return nil, fmt.Errorf("the history in %s cannot be read: %w", folder, err)
	}
	return x, nil
}

func newHistoryList() *cobra.Command {
	var f filterFlags
	var asJSON bool
	c := &cobra.Command{
		Use:   "list",
		Short: "List recorded runs, newest first",
		Long: `List prints a row for each target of each run: its start, its verdict, what the gate
decided, what people noted on it, and its figures. A target marked (model) was a model
of a front door, and not AWS.

EXIT STATUS
  0  listed
  1  could not read the folder
  2  wrong flags`,
		Example: "  tollgate history list --scenario front-doors --limit 20\n  tollgate history list --commit 0df4f10 --verdict valid --json",
		Args:    args(0, 0),
		RunE: func(c *cobra.Command, _ []string) error {
			entries, err := f.entries(c)
			if err != nil {
				return err
			}
			if asJSON {
				return printJSON(c, entries)
			}
			return listRuns(c.OutOrStdout(), entries)
		},
	}
	f.flags(c, 30)
	c.Flags().BoolVar(&asJSON, "json", false, "print the runs as JSON, with everything that is known of them")
	return c
}

// listed are the figures of a list, in its order.
var listed = []compare.Metric{compare.P50, compare.P99, compare.ErrorShare, compare.Dollars}

func listRuns(w io.Writer, entries []history.Entry) error {
	t := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
	fmt.Fprintln(t, strings.Join(slices.Concat([]string{"started", "scenario", "verdict", "gate", "notes", "commit", "target"}, columnsOf(listed), []string{"run"}), "\t"))
	for i := range entries {
		e := &entries[i]
		for n, target := range e.Targets {
			row := []string{"", "", "", "", "", ""}
			name := ""
			if n == 0 {
				row = []string{e.Started.UTC().Format("2006-01-02 15:04"), e.Scenario, verdictText(e), gateText(e), noteText(e), short(e.Tags["commit"])}
				name = e.Run
			}
			row = append(row, targetText(e, target))
			for _, m := range listed {
				row = append(row, figureOf(e, target, m))
			}
			fmt.Fprintln(t, strings.Join(append(row, name), "\t"))
		}
	}
	return t.Flush()
}

// verdictText is the verdict of a run that has one, and why it does not count all the same.
func verdictText(e *history.Entry) string {
	words := []string{string(e.Verdict)}
	switch {
	case e.State != results.Finished:
		words = append(words, string(e.State))
	case e.Partial != "":
		words = append(words, "part")
	}
	return strings.Join(slices.DeleteFunc(words, func(w string) bool { return w == "" }), ", ")
}

// columnsOf are the headings of metrics, each with its unit.
func columnsOf(ms []compare.Metric) (heads []string) {
	for _, m := range ms {
		head, _ := m.Column()
		heads = append(heads, head)
	}
	return heads
}

func targetText(e *history.Entry, target string) string {
	if e.Model(target) {
		return target + " (model)"
	}
	return target
}

// gateText is what the gate said of a run, in words.
func gateText(e *history.Entry) string {
	switch {
	case e.Gate == "":
		return "not checked"
	case e.Armed == compare.StateBlind:
		return string(e.Gate) + ", blind"
	}
	return string(e.Gate)
}

// noteText is what people's notes make of a run, in words.
func noteText(e *history.Entry) string {
	switch {
	case e.Excluded:
		return "excluded"
	case e.Alarmed:
		return "alarm without a note"
	case e.Baseline:
		return "new baseline"
	case len(e.Notes) > 0:
		return "annotated"
	}
	return none
}

// none stands where there is no value.
const none = "–"

// short is a commit as people write it.
func short(commit string) string { return commit[:min(len(commit), 10)] }

func figureOf(e *history.Entry, target string, m compare.Metric) string {
	v, ok := e.Value(target, m)
	if !ok {
		return none
	}
	_, factor := m.Column()
	return fmt.Sprintf("%.4g", factor*v.Value)
}
