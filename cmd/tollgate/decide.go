package main

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tollgate/pricing"
	"tollgate/pricing/document"
	"tollgate/results"
	"tollgate/results/compare"
	"tollgate/scenarios"
	"tollgate/scenarios/load/engines"
)

// decideFlags say until what a run goes on. They are no part of its scenario, so that a
// run with them can continue one without.
type decideFlags struct{ margin, within string }

func (f *decideFlags) flags(c *cobra.Command) {
	c.Flags().StringVar(&f.margin, "decide", "", "go on until the targets' comparison is decided: different, or equivalent within this `margin`, such as 5% or p50,p99:5%")
	c.Flags().StringVar(&f.within, "within", "", fmt.Sprintf("with --decide: how `long` the load may take (default: %v)", scenarios.DecideWithin))
}

// decideHelp is what run says of runs that go on until they are decided.
const decideHelp = `With --decide (or decide: in the scenario) a run goes on, block by block, until each
asked metric of each target is better or worse than the first target's, or equivalent
within the margin: p50 and the highest of p99, p95 and p90 that a block has, unless
others are named (--decide p90:5%). The chance of any wrong verdict is 5 % however often
one looks. The run ends undecided after --within, or when the requests: of decide: or
--max-cost may be used up, and says what is known. --continue adds blocks to an earlier
run of the same scenario file on the same machine that has not decided this yet, and makes
one run of both. The load has to be one steady stage.`

// apply puts the flags into a scenario.
func (f *decideFlags) apply(s *scenarios.Scenario) error {
	if f.margin != "" {
		d, err := scenarios.ParseDecide(f.margin)
		if err != nil {
			return usage(fmt.Errorf("--decide: %w", err))
		}
		if s.Decide.Margin = d.Margin; len(d.Metrics) > 0 {
			s.Decide.Metrics = d.Metrics
		}
	}
	if f.within == "" {
		return nil
	}
	within, err := document.ParseDuration(f.within)
	switch {
	case err != nil:
		return usage(fmt.Errorf("--within: %w", err))
	case within <= 0:
		return usage(fmt.Errorf("--within %s: give a length of time such as 10m", f.within))
	case s.Decide.Margin == 0:
		return usage(errors.New("--within limits a run that goes on until it is decided: say until what, with --decide 5%"))
	}
	s.Decide.Within = within
	return nil
}

// goOn opens the run that is to be continued, and refuses it where the new blocks would
// be no blocks of the same measurement.
func (r *runFlags) goOn(c *cobra.Command, s *scenarios.Scenario) error {
	if r.continues == "" {
		return nil
	}
	dir, err := runNamed(runsFolder(), r.continues)
	if err != nil {
		return usage(fmt.Errorf("--continue: %w", err))
	}
	run, err := results.Open(dir)
	if err != nil {
		return fmt.Errorf("--continue: %w", err)
	}
	refused := func(format string, a ...any) error {
		return usage(fmt.Errorf("--continue: %s cannot be continued: %w", filepath.Base(dir), fmt.Errorf(format, a...)))
	}
	d := &run.Document
	if why := notContinued(d); why != "" {
		return refused("%s", why)
	}
	if err := errors.Join(r.same(c, s, d), r.sameTargets(s, d)); err != nil {
		return refused("%w", err)
	}
	if d.Decide != nil && s.Decide.Margin == 0 {
		s.Decide.Margin, s.Decide.Metrics = d.Decide.Margin, d.Decide.Metrics
	}
	if alreadyDecided(d.Decide, &s.Decide) {
		return refused("it has decided %s already: ask for a smaller margin or another metric", decidedText(d.Decide))
	}
	if s.Decide.Margin == 0 {
		return usage(errors.New("--continue adds blocks until the run is decided: say until what, with --decide 5%"))
	}
	s.Seed, s.Decide.After, s.Probes = d.Seed, d.MeasuredStages()[0].Blocks, nil // the probes were asked
	r.earlier = run
	return nil
}

// alreadyDecided says whether a run has decided all that is asked of it now.
func alreadyDecided(was *results.Decide, asked *scenarios.Decide) bool {
	return was != nil && was.Decided() && asked.Margin >= was.Margin && !slices.ContainsFunc(asked.Metrics, func(m string) bool {
		return !slices.Contains(was.Metrics, m)
	})
}

// sameTargets chooses the targets and the engine of the earlier run.
func (r *runFlags) sameTargets(s *scenarios.Scenario, d *results.Document) error {
	if _, err := engines.All.Named(d.Engine.Name); err != nil || r.engine != "" && r.engine != d.Engine.Name {
		return fmt.Errorf("it was made with engine %s", d.Engine.Name)
	}
	s.Engine.Use = d.Engine.Name
	return choose(s, names(d))
}

// names are those of the targets of a run.
func names(d *results.Document) (all []string) {
	for _, t := range d.Targets {
		all = append(all, t.Name)
	}
	return all
}

// notContinued says why no run can go on from this one; "" if one can.
func notContinued(d *results.Document) string {
	now := results.ThisMachine()
	switch {
	case d.Verdict == results.Invalid:
		return "it is invalid, and more blocks do not change that"
	case d.State == results.Interrupted && d.Decide != nil: // its record has the blocks that were begun
	case d.State != results.Finished:
		return fmt.Sprintf("it is %s, so its last block may not be complete", d.State)
	}
	switch {
	case d.Imported != nil:
		return "another program recorded it"
	case d.Generated:
		return "tollgate ab made its scenario, so that there is no file of it"
	case len(d.MeasuredStages()) != 1:
		return fmt.Sprintf("its load has %d stages, and blocks can be added to one steady stage only", len(d.MeasuredStages()))
	case now.OS != d.Machine.OS || now.Arch != d.Machine.Arch || now.CPUs != d.Machine.CPUs:
		return fmt.Sprintf("it was made on %s/%s with %d processors, and this machine is %s/%s with %d: the generator is part of what is measured", d.Machine.OS, d.Machine.Arch, d.Machine.CPUs, now.OS, now.Arch, now.CPUs)
	case isPart(d):
		return "it is itself the second part of a run: continue the run that was made of both"
	}
	return ""
}

// isPart says whether a run is what was added to another one, which both are part of a third.
func isPart(d *results.Document) bool {
	return slices.ContainsFunc(d.Stages, func(s results.StageDoc) bool { return s.FirstBlock > 0 })
}

// forecastOf is how long a run is likely to go on: by the latest run of the very scenario,
// else as is assumed.
func forecastOf(p *scenarios.Plan) *compare.Forecast {
	folder, digest := runsFolder(), results.Digest(p.Scenario.Source)
	for _, name := range runsIn(folder) {
		dir := filepath.Join(folder, name)
		if headOf(dir).Digest != digest {
			continue
		}
		run, err := results.Open(dir)
		if err != nil || !slices.Equal(names(&run.Document), p.Scenario.TargetNames()) || isPart(&run.Document) {
			continue
		}
		if f := compare.ForecastFrom(run, p.Decide); f != nil {
			return f
		}
	}
	stage := &p.Stages[len(p.Stages)-1]
	return compare.ForecastAssumed(p.Decide, len(p.Scenario.Targets), stage.Requests()/int64(stage.Blocks))
}

// decidedText is what a run decides, or has decided.
func decidedText(d *results.Decide) string {
	return fmt.Sprintf("%s within %s", strings.Join(d.Metrics, " and "), compare.Percent(d.Margin))
}

// decideText is what a run goes on for, and how long at most.
func decideText(d *results.Decide) string {
	return fmt.Sprintf("%s: after %d blocks at least, and %s at most (%s)", decidedText(d), results.FewestBlocks, pricing.Count(int64(d.Most)), d.Limit)
}

// likelyText says in words how long it is likely to take.
func likelyText(p *scenarios.Plan, cost *scenarios.Estimate, f *compare.Forecast) string {
	basis := "; assumed, as no run of this scenario was found: log-normal response times, blocks that vary by 2%, and targets that do not differ"
	if f.Of > 0 {
		basis = fmt.Sprintf("; if its blocks vary as the %d of %s did", f.Of, f.Run)
	}
	takes := func(blocks int) string {
		stage := &p.Stages[len(p.Stages)-1]
		share := float64(blocks) / float64(stage.Blocks)
		length := time.Duration(blocks*len(p.Scenario.Targets)) * stage.Block
		text := fmt.Sprintf("%s (%v", pricing.Counted(blocks, "block"), length.Round(time.Second))
		if n := p.Requests(); n > 0 {
			text += ", " + pricing.Counted(int64(share*float64(n)), "request")
		}
		if likely := cost.Total.Likely; likely.Float() > 0 {
			text += ", " + scenarios.Dollars(likely.Times(pricing.Ratio(int64(blocks), int64(stage.Blocks))))
		}
		return text + ")"
	}
	switch {
	case f.Median == 0:
		return "fewer than half of such runs are decided within " + takes(f.Most) + basis
	case f.Ninety == 0:
		return "half of such runs are decided within " + takes(f.Median) + ", and fewer than nine of ten within " + takes(f.Most) + basis
	}
	return "half of such runs are decided within " + takes(f.Median) + ", nine of ten within " + takes(f.Ninety) + basis
}
