package main

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"tollgate/report"
	"tollgate/results"
	"tollgate/results/compare"
	"tollgate/scenarios"
)

// checkFlags are the flags of check.
type checkFlags struct {
	compare.GateOptions
	verdictFormat
	changeFlags
	against  string
	here     bool
	history  string
	rerun    bool
	scenario string // that a rerun runs
	failOn   []string
	alarms   string
	baseline []compare.RunValues // nil: the run is compared with a target of its own
	runFlags                     // of the rerun
}

func newCheck() *cobra.Command {
	var g checkFlags
	c := &cobra.Command{
		Use:   "check RUN",
		Short: "Fail when a run is slower, more expensive or less reliable than its baseline",
		Long: `Check compares a run with its baseline: up to sixty runs of the same scenario before
it, without invalid ones. It compares p50, p90 and p99 of the response time (p99.9 from
50,000 requests on), goodput, errors, dollars per million requests, and the share of
cold starts where the function's log could be read. A metric raises an alarm if it lies
outside of a robust prediction interval (for all metrics together) and if the change
exceeds --percent and --ms.

A suspect run counts, with wider limits: by what its load generator and the machine of
that may have added to a percentile, beyond what they usually add. A change that may be
theirs is not decided. Where some baseline runs were disturbed and others not, the least
disturbed ones are the baseline of a metric.

First it says what the gate is worth: armed, and from which change on it alarms;
learning, with fewer than ten baseline runs; or blind, where it finds nothing and more
runs like these change nothing: three runs in a row did not count, each sent another
load, or the baseline runs differ so much that a median half as high again passes. A
gate that learns or is blind passes; with --fail-on blind a blind one fails.

With --scenario check confirms an alarm before it counts: it runs the scenario once
more, and first says what it will send, and where. Name the files that the run was
made with: the scenario, or its name in the library, and --lab and --prices if the
run had them. Other files are not run; then the alarm stands, unconfirmed, with the
reason. A rerun clears what was an accident of one run. Within the hour it cannot
clear a slow hour of the network, of AWS or of this machine: --against does, which
compares with a target that was measured in the same minutes. Nothing in the run
directory is ever run or followed, so you can check a directory that came from
elsewhere.

With --against TARGET it compares the other targets of the run with that one, such
as the stage that was deployed before. This finds smaller changes, because the
blocks of both took turns within one run.

With --threshold you limit changes yourself, such as 'change(p(99)) < 10%' or, of one
target, 'rest: change(month_usd) < 5%'. Limited are p(50), p(90), p(95), p(99), p(99.9),
goodput, error_share, cold_share, month_usd and usd_per_million. A threshold passes only
if the whole interval of the change keeps it; where there is no base it fails.

With --export-alarms it writes CloudWatch alarms for latency, errors and throttles
at the gate's limits, to deploy with the API.

The decision is kept in the run's gate.json, and the run's report then shows its
baseline runs. With an alarm check also writes history.html, a page of all runs of the
scenario. A run that raised an alarm joins the baseline only when someone
acknowledges or accepts it (tollgate history).
` + namesHelp + `
EXIT STATUS
  0   passed, or still learning
  1   could not check
  2   wrong flags
  95  not decided (with --fail-on inconclusive), or the gate is blind (with --fail-on
      blind)
  96  not checked: the run is invalid, interrupted, a part of another run, or older than
      its baseline runs
  98  regression; also a metric without samples
  99  a threshold on a change failed (--threshold), or its change is not known`,
		Example: `  tollgate check results/runs/20261122T190000Z-front-doors-1a2b3c --scenario front-doors
  tollgate check RUN --against stable --fail-on inconclusive`,
		Args: runArgs(1, 1),
		RunE: func(c *cobra.Command, given []string) error {
			dir, err := runNamed(runsFolder(), given[0])
			if err == nil {
				dir, err = importedInto(c, cmp.Or(g.history, runsFolder()), dir, g.here)
			}
			if err != nil {
				return err
			}
			return g.check(c, dir)
		},
	}
	f := c.Flags()
	g.verdictFormat.flags(c, "decision", "gate")
	g.changeFlags.flags(c)
	f.StringVar(&g.against, "against", "", "the `target` of the same run to compare the others with")
	hereFlag(c, &g.here)
	f.StringVar(&g.history, "history", "", "`folder` of the baseline runs (default: that of the run)")
	f.StringVar(&g.scenario, "scenario", "", "scenario `file` that the run was made with, or its name in the library: run it once more before an alarm counts")
	f.StringVar(&g.lab, "lab", "", "lab `file` that the run was made with, for the rerun")
	f.BoolVar(&g.rerun, "rerun", true, "with --scenario: run it once more; --rerun=false reports the alarm unconfirmed")
	f.Float64Var(&g.Percent, "percent", 5, "smallest change of a latency that raises an alarm, in `percent`")
	f.Float64Var(&g.MS, "ms", 1, "smallest change of a latency that raises an alarm, in `milliseconds`")
	choices(c, &g.failOn, "fail-on", "regression", "`what` besides a regression makes the exit status other than 0: inconclusive, blind, or both, as in inconclusive,blind; or nothing, not even a regression", "nothing", "regression", "inconclusive", "blind")
	f.StringVar(&g.alarms, "export-alarms", "", "`file` to write a CloudFormation template to, with CloudWatch alarms at the gate's limits")
	f.StringVar(&g.maxCost, "max-cost", "", "refuse a rerun that may cost more than this many US `dollars`")
	f.BoolVar(&g.yes, "yes", false, "for the rerun: "+yesHelp)
	g.bookFlags.flags(c)
	return c
}

func (g *checkFlags) check(c *cobra.Command, dir string) error {
	if err := g.verdictFormat.check(); err != nil {
		return err
	}
	if g.Percent <= 0 || g.MS <= 0 {
		return usage(errors.New("--percent and --ms must be above 0"))
	}
	if g.lab == standardInput {
		return usage(errors.New("--lab -: name a file: a rerun reads it more than once"))
	}
	limits, err := g.limits()
	if err != nil {
		return err
	}
	run, err := results.Open(dir)
	if err != nil {
		return err
	}
	if g.scenario != "" { // a mistake in its name should not wait for the first alarm
		if _, _, err := scenarios.Find(g.scenario); err != nil {
			return usage(err)
		}
	}
	free, err := lock(dir)
	if err != nil {
		return err
	}
	defer free()
	d, err := g.decide(c, run)
	if err != nil {
		return err
	}
	d.Limits = compare.Limited(d.Changes(), limits)
	drawn, err := g.draw(run, d)
	if err == nil {
		err = d.Write(dir)
	}
	if err == nil {
		err = publishGate(run, g.baseline, d)
	}
	if err == nil && g.alarms != "" {
		err = exportAlarms(c, g.alarms, g.scenario, run, d)
	}
	made := func() (*report.Report, error) { return reportOf(run) }
	err = errors.Join(err, g.print(c.OutOrStdout(), d, made))
	if drawn != "" && !g.json && g.format == "text" {
		fmt.Fprintf(c.OutOrStdout(), "history     %s\n", drawn)
	}
	return errors.Join(err, g.verdict(d))
}

// draw writes a page of the scenario's history next to a run that raised an alarm: what
// it was before, and whether it changed for good. It returns the file; "" for none.
func (g *checkFlags) draw(run *results.Run, d *compare.Decision) (string, error) {
	if d.Outcome != compare.Regression || g.against != "" {
		return "", nil
	}
	trend, err := report.NewTrend(run.Document.Scenario, g.baseline)
	if err != nil { // a target without samples alarms before there are two runs to draw
		return "", nil
	}
	var page bytes.Buffer
	if err := report.WriteTrend(&page, trend); err != nil {
		return "", err
	}
	d.Notes = append(d.Notes, results.FileHistory+" in the directory of the run draws all runs of its scenario")
	return filepath.Join(run.Dir, results.FileHistory), results.WriteFile(run.Dir, results.FileHistory, page.Bytes())
}

// decide checks a run, with a rerun if there is an alarm.
func (g *checkFlags) decide(c *cobra.Command, run *results.Run) (*compare.Decision, error) {
	before, err := compare.ReadDecision(run.Dir)
	if err != nil {
		return nil, err
	}
	evaluate, err := g.evaluator(c, run)
	if err != nil {
		return nil, err
	}
	d, err := evaluate(run)
	if err != nil {
		return nil, err
	}
	if before != nil {
		d.RerunOf = before.RerunOf
	}
	if d.Outcome != compare.Regression || d.RerunOf != "" {
		g.doubt(c, run, d)
		return d, nil
	}
	switch {
	case !g.rerun:
		d.Notes = append(d.Notes, "not confirmed: --rerun=false")
		return d, nil
	case g.scenario == "":
		d.Notes = append(d.Notes, "not confirmed: a rerun takes the files that the run was made with; to confirm it: "+confirming(run))
		return d, nil
	}
	again, err := g.again(c, run)
	if again == nil {
		d.Notes = append(d.Notes, fmt.Sprintf("not confirmed, as there is no rerun: %v", err))
		return d, nil
	}
	second, err := evaluate(again)
	if err != nil {
		return nil, err
	}
	second.RerunOf = d.Run
	d.Confirm(*second)
	if note := sameHour(run, again); note != "" && g.against == "" && d.Outcome == compare.Regression {
		d.Notes = append(d.Notes, note)
	}
	return d, second.Write(again.Dir)
}

// doubt notes, while there is no alarm, that the files named could not confirm one.
func (g *checkFlags) doubt(c *cobra.Command, run *results.Run, d *compare.Decision) {
	if !g.rerun || g.scenario == "" || d.RerunOf != "" {
		return
	}
	r := g.runFlags
	if _, err := r.repeat(c, g.scenario, run); err != nil {
		d.Notes = append(d.Notes, fmt.Sprintf("an alarm could not be confirmed: %v", err))
	}
}

// evaluator returns how a run is checked: against its baseline, or against a target of
// its own.
func (g *checkFlags) evaluator(c *cobra.Command, run *results.Run) (func(*results.Run) (*compare.Decision, error), error) {
	if g.against != "" {
		return func(r *results.Run) (*compare.Decision, error) {
			compared, err := withinRun(r.Dir, g.against)
			if err != nil {
				return nil, err
			}
			d := compare.CheckTargets(compare.ValuesOf(r), compared, g.GateOptions)
			return &d, nil
		}, nil
	}
	folder := g.history
	if folder == "" {
		folder = filepath.Dir(run.Dir)
	}
	runs, err := baseline(c, folder, run.Document.Scenario)
	if err != nil {
		return nil, err
	}
	g.baseline = runs
	return func(r *results.Run) (*compare.Decision, error) {
		values := compare.ValuesOf(r)
		if r != run {
			values.RerunOf = run.Document.ID
		}
		d := compare.Check(values, runs, g.GateOptions)
		return &d, nil
	}, nil
}

// verdict is the exit status of a decision.
func (g *checkFlags) verdict(d *compare.Decision) error {
	asked := func(what string) bool { return slices.Contains(g.failOn, what) }
	switch {
	case asked("nothing"):
	case d.Outcome == compare.Regression:
		return coded{exitRegression, errors.New("regression")}
	case d.State == compare.StateBlind && asked("blind"):
		return coded{exitInconclusive, errors.New("the gate is blind: " + d.StateWhy)}
	case d.Outcome == compare.Refused:
		return coded{exitInvalid, errors.New("the run was not checked; the decision says why")}
	case !compare.LimitsKept(d.Limits):
		return exceeded(d.Limits)
	case d.Outcome == compare.Undecided && asked("inconclusive"):
		return coded{exitInconclusive, errors.New("not decided")}
	}
	return nil
}
