package main

import (
	"encoding/json"
	"errors"
	"io"
	"path/filepath"

	"github.com/spf13/cobra"

	"tollgate/pricing/books"
	"tollgate/pricing/escape"
	"tollgate/report"
	"tollgate/results"
	"tollgate/results/compare"
	"tollgate/results/history"
	"tollgate/scenarios/session"
)

// compareFlags are the flags of compare.
type compareFlags struct {
	verdictFormat
	changeFlags
	base    string
	failOn  string
	history string
	first   bool // there is no history
	here    bool
}

func newCompare() *cobra.Command {
	var v compareFlags
	c := &cobra.Command{
		Use:   "compare RUN [RUN]",
		Short: "Compare the targets of a run, or two runs, with confidence intervals",
		Long: `Compare sets the targets of one run against a base target, over the blocks in which
they took turns: response times, goodput, errors, costs, and cold starts where the
functions' logs could be read. Each metric has a confidence interval and a verdict.
"Better" and "worse" hold for all metrics together; "equivalent" means that the
whole interval lies within a margin; "inconclusive" says how many blocks more would
probably decide it (tollgate run --continue), or which other run, or that none of up
to a day would. A run that went on until it was decided is compared by intervals
that hold for any number of blocks. Values are those of a typical block, which are
compared; percentiles of all requests together may differ, since a few slow blocks
set them. The run keeps the comparison with its first target in comparison.json.

Given two runs, the base first, it compares each target with itself. Two runs
differ in more than their targets, so the intervals hold how much the scenario's
baseline runs differ. With fewer than ten of them that is assumed, which finds a change
of 15 % in four of five cases, if both runs were made on the same kind of machine and one
began within an hour of the other's end; else there is no verdict. The output says
which. To compare two versions alone use tollgate ab.
` + namesHelp + `
EXIT STATUS
  0   compared
  1   could not
  2   wrong flags, or runs that cannot be compared
  95  not decided (with --fail-on inconclusive)
  98  something is worse (with --fail-on worse or inconclusive)
  99  a threshold on a change failed (--threshold), or its change is not known`,
		Example: `  tollgate compare results/runs/20261122T190000Z-front-doors-1a2b3c --base http
  tollgate compare latest~1 latest --fail-on worse`,
		Args: runArgs(1, 2),
		RunE: func(c *cobra.Command, given []string) error {
			dirs, err := runsNamed(runsFolder(), given)
			if err != nil {
				return err
			}
			files := runFiles{here: v.here}
			defer files.remove()
			if dirs, err = files.dirs(c, dirs); err != nil {
				return err
			}
			if isFile(given[len(given)-1]) && v.history == "" { // nothing is next to what was imported
				v.history, v.first = runsFolder(), !exists(runsFolder())
			}
			return v.compare(c, dirs)
		},
	}
	f := c.Flags()
	v.verdictFormat.flags(c, "comparison", "verdicts")
	v.changeFlags.flags(c)
	hereFlag(c, &v.here)
	f.StringVar(&v.base, "base", "", "the `target` to compare the others with (default: the scenario's first)")
	choice(c, &v.failOn, "fail-on", "nothing", "`what` makes the exit status other than 0: nothing, worse or inconclusive", "nothing", "worse", "inconclusive")
	f.StringVar(&v.history, "history", "", "`folder` of the baseline runs of two runs (default: that of the second run)")
	return c
}

func (v *compareFlags) compare(c *cobra.Command, dirs []string) error {
	if err := v.check(); err != nil {
		return err
	}
	limits, err := v.limits()
	if err != nil {
		return err
	}
	var compared *compare.Comparison
	if len(dirs) == 1 {
		compared, err = withinRun(dirs[0], v.base)
	} else {
		compared, err = v.betweenRuns(c, dirs[0], dirs[1])
	}
	if err != nil {
		return err
	}
	compared.Limits = compare.Limited(compared.Changes(), limits)
	err = v.print(c.OutOrStdout(), compared, func() (*report.Report, error) { return comparedReport(dirs, compared) })
	return errors.Join(err, v.verdict(compared))
}

// comparedReport is the report of the run that was compared, of which the comparison is
// the result.
func comparedReport(dirs []string, compared *compare.Comparison) (*report.Report, error) {
	head, err := results.Open(dirs[len(dirs)-1])
	if err != nil {
		return nil, err
	}
	r, err := reportOf(head)
	if err != nil {
		return nil, err
	}
	r.Comparison, r.Decides, r.Gate = compared, true, nil
	if len(dirs) > 1 {
		base, err := results.Open(dirs[0])
		if err != nil {
			return nil, err
		}
		r.Before = &base.Document
	}
	return r, nil
}

// withinRun compares the targets of one run.
func withinRun(dir, base string) (*compare.Comparison, error) {
	book, err := books.Latest()
	if err != nil {
		return nil, err
	}
	compared, err := session.Compare(dir, base, live(book))
	return compared, failure(err)
}

// betweenRuns compares two runs.
func (v *compareFlags) betweenRuns(c *cobra.Command, before, after string) (*compare.Comparison, error) {
	if v.base != "" {
		return nil, usage(errors.New("--base names a target of one run; of two runs the first is the base"))
	}
	base, err := results.Open(before)
	if err != nil {
		return nil, err
	}
	head, err := results.Open(after)
	if err != nil {
		return nil, err
	}
	folder := v.history
	if folder == "" {
		folder = filepath.Dir(filepath.Clean(after))
	}
	var runs []compare.RunValues
	if !v.first {
		runs, err = baseline(c, folder, head.Document.Scenario)
	}
	if err != nil {
		return nil, err
	}
	compared, err := compare.Runs(base, head, runs)
	return compared, usage(err)
}

// baseline reads the baseline runs of a scenario, and warns of runs that cannot be read.
func baseline(c *cobra.Command, folder, scenario string) (runs []compare.RunValues, err error) {
	err = withIndex(c, folder, func(x *history.Index) error {
		runs, err = x.Runs(c.Context(), scenario, history.ForGate)
		return err
	})
	return runs, err
}

// verdict is the error that --fail-on asks for.
func (v *compareFlags) verdict(c *compare.Comparison) error {
	worst := c.Worst()
	switch {
	case v.failOn != "nothing" && worst == compare.Worse:
		return coded{exitRegression, errors.New("the comparison finds something worse")}
	case v.failOn == "inconclusive" && worst == compare.Inconclusive:
		return coded{exitInconclusive, errors.New("the comparison is inconclusive")}
	}
	return exceeded(c.Limits)
}

// printAs writes a finding as text or as JSON.
func printAs(w io.Writer, asJSON bool, finding interface{ Text(io.Writer) error }) error {
	if !asJSON {
		return finding.Text(w)
	}
	e := json.NewEncoder(escape.Raw(w))
	e.SetIndent("", "  ")
	return e.Encode(finding)
}
