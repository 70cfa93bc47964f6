package main

import (
	"errors"
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"tollgate/results"
	"tollgate/results/compare"
	"tollgate/scenarios"
)

// A gating is what the flags of check say.
type gating struct {
	compare.GateOptions
	json     bool
	against  string
	history  string
	rerun    bool
	scenario string // that a rerun runs
	failOn   string
	alarms   string
	nights   []compare.RunValues // that the run is held against; nil: it is held against a target of its own
	running                      // of the rerun
}

func newCheck() *cobra.Command {
	var g gating
	c := &cobra.Command{
		Use:   "check RUN",
		Short: "The nightly gate: has the run become slower, dearer or less reliable?",
		Long: `Check holds a run against the runs of the same scenario before it, up to sixty
that are valid: p50, p90 and p99 of the response time (p99.9 from 50,000 requests
on), goodput, errors, dollars per million requests, and the share of cold starts
where the function's log could be read. A metric raises an alarm if hardly any
night is as bad (a robust prediction interval, for all metrics together) and if
the change is worth waking somebody for. With fewer than ten nights it learns.

With --scenario an alarm is confirmed before it counts: the scenario runs once
more, and check says before it sends anything what it will send, and where. Name
the files that the run was made with: the scenario, or its name in the library,
and --lab and --prices if it had them. Others are not run: the alarm stands, not
confirmed, with the reason. Nothing in the run directory is ever run or followed,
so a directory that came from elsewhere can be checked.

With --against TARGET it holds the other targets of the run against that one,
such as the stage that was deployed before. This finds smaller changes, because
the blocks of both took turns in the same night.

With --export-alarms it writes CloudWatch alarms for latency, errors and throttles
at the levels that it minds, to be deployed beside the API.

The decision is kept in the run's gate.json, and its page then shows the run
among its nights. A run that raised an alarm is no part of the history before
somebody acknowledges, accepts or excludes it.

EXIT STATUS
  0   passed, or still learning
  1   could not judge
  2   wrong flags
  95  not decided (with --fail-on inconclusive)
  96  not judged: the run is not valid, or older than the nights before it
  98  regression; also a metric without samples`,
		Example: `  tollgate check results/runs/20261122T190000Z-front-doors-1a2b3c --scenario front-doors
  tollgate check RUN --against stable --fail-on inconclusive`,
		Args: args(1, 1),
		RunE: func(c *cobra.Command, given []string) error { return g.check(c, filepath.Clean(given[0])) },
	}
	f := c.Flags()
	f.BoolVar(&g.json, "json", false, "print the decision as JSON (see tollgate schema gate)")
	f.StringVar(&g.against, "against", "", "the `target` of the same run that the others are held against")
	f.StringVar(&g.history, "history", "", "`folder` of the runs before this one (default: that of the run)")
	f.StringVar(&g.scenario, "scenario", "", "scenario `file` that the run was made with, or its name in the library: run it once more before an alarm counts")
	f.StringVar(&g.lab, "lab", "", "lab `file` that the run was made with, for the rerun")
	f.BoolVar(&g.rerun, "rerun", true, "with --scenario: run it once more; --rerun=false only reports the alarm")
	f.Float64Var(&g.Percent, "percent", 5, "least change of a latency that is minded, in percent")
	f.Float64Var(&g.MS, "ms", 1, "and in milliseconds")
	f.BoolVar(&g.Suspect, "suspect", false, "nights that are suspect count like valid ones")
	f.StringVar(&g.failOn, "fail-on", "regression", "`what` makes the exit status other than 0: nothing, regression or inconclusive")
	f.StringVar(&g.alarms, "export-alarms", "", "`file` to write a CloudFormation template to, with CloudWatch alarms at the gate's levels")
	f.StringVar(&g.maxCost, "max-cost", "", "no rerun that would cost more than this many US `dollars`")
	f.BoolVar(&g.yes, "yes", false, "the same for the rerun: "+yesHelp)
	g.bookFlags.flags(c)
	_ = c.RegisterFlagCompletionFunc("scenario", completeScenario)
	_ = c.RegisterFlagCompletionFunc("fail-on", cobra.FixedCompletions([]string{"nothing", "regression", "inconclusive"}, cobra.ShellCompDirectiveNoFileComp))
	return c
}

func (g *gating) check(c *cobra.Command, dir string) error {
	switch g.failOn {
	case "nothing", "regression", "inconclusive":
	default:
		return usage(fmt.Errorf("--fail-on %s: say nothing, regression or inconclusive", g.failOn))
	}
	if g.Percent <= 0 || g.MS <= 0 {
		return usage(errors.New("--percent and --ms must be above 0"))
	}
	if g.lab == standardInput {
		return usage(errors.New("--lab -: name a file: a rerun reads it more than once"))
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
	err = d.Write(dir)
	if err == nil {
		err = tellGate(run, g.nights, d)
	}
	if err == nil && g.alarms != "" {
		err = exportAlarms(c, g.alarms, g.scenario, run, d)
	}
	return errors.Join(err, printAs(c.OutOrStdout(), g.json, d), g.verdict(d))
}

// decide judges a run, with a rerun if there is an alarm.
func (g *gating) decide(c *cobra.Command, run *results.Run) (*compare.Decision, error) {
	before, err := compare.ReadDecision(run.Dir)
	if err != nil {
		return nil, err
	}
	judge, err := g.judge(c, run)
	if err != nil {
		return nil, err
	}
	d, err := judge(run)
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
	second, err := judge(again)
	if err != nil {
		return nil, err
	}
	second.RerunOf = d.Run
	d.Confirm(*second)
	return d, second.Write(again.Dir)
}

// doubt notes, while there is no alarm, that the files named could not confirm one.
func (g *gating) doubt(c *cobra.Command, run *results.Run, d *compare.Decision) {
	if !g.rerun || g.scenario == "" || d.RerunOf != "" {
		return
	}
	r := g.running
	if _, err := r.repeat(c, g.scenario, run); err != nil {
		d.Notes = append(d.Notes, fmt.Sprintf("an alarm could not be confirmed: %v", err))
	}
}

// judge returns what a run is judged by: its history, or a target of its own.
func (g *gating) judge(c *cobra.Command, run *results.Run) (func(*results.Run) (*compare.Decision, error), error) {
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
	nights, err := nightsIn(c, folder, run.Document.Scenario)
	if err != nil {
		return nil, err
	}
	g.nights = nights
	return func(r *results.Run) (*compare.Decision, error) {
		night := compare.ValuesOf(r)
		if r != run {
			night.RerunOf = run.Document.ID
		}
		d := compare.Check(night, nights, g.GateOptions)
		return &d, nil
	}, nil
}

// verdict is the exit status of a decision.
func (g *gating) verdict(d *compare.Decision) error {
	switch {
	case g.failOn == "nothing":
	case d.Outcome == compare.Regression:
		return coded{exitRegression, errors.New("regression")}
	case d.Outcome == compare.Refused:
		return coded{exitInvalid, errors.New("the run is not judged; the decision says why")}
	case d.Outcome == compare.Undecided && g.failOn == "inconclusive":
		return coded{exitInconclusive, errors.New("not decided")}
	}
	return nil
}
