package results

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"tollgate/pricing"
	"tollgate/targets"
)

// mostTargets bounds the targets of a run; a scenario has far fewer. What is drawn
// and compared takes time for each block of each of them.
const mostTargets = 1000

// check refuses what no run can have: values that are none of a few, and too many of
// something. Names are checked by their tags (see cleanse).
func (d *Document) check() error {
	errs := []error{
		distinct("target", namesOf(d).targets),
		distinct("request", namesOf(d).requests),
		distinct("stage", d.StageNames()),
		d.Tags.Check(),
		OneOf("state", d.State, Running, Finished, Interrupted, Aborted, Torn),
		OneOf("verdict", d.Verdict, Valid, Suspect, Unknown, Invalid, ""),   // none while it runs
		OneOf("result", d.Result, Pass, Fail, Incomplete, NotEvaluated, ""), // versions before this field leave it out
		directoryName("id", d.ID),
		length("stopped_s", d.Stopped),
	}
	if len(d.Targets) > mostTargets {
		return fmt.Errorf("targets: there are %d of them, and a run has at most %d", len(d.Targets), mostTargets)
	}
	for i := range d.Targets {
		errs = append(errs, d.Targets[i].check(fmt.Sprintf("targets[%d]", i)))
	}
	for i, name := range d.Preflights {
		errs = append(errs, OneOf(fmt.Sprintf("preflights[%d]", i), name, d.Requests...))
	}
	for i, t := range d.Thresholds {
		errs = append(errs, OneOf(fmt.Sprintf("thresholds[%d].unit", i), t.Unit, "ms", "share", "per_s", "count", "bytes", "usd", ""))
	}
	return errors.Join(append(errs, checkStages(d.Stages), d.checkPopulations(), d.checkFlows(), d.Decide.Check(), d.Imported.check(), checkProbeStages(d.ProbeStages), d.checkTrials(), d.checkShards())...)
}

// The bounds of stages, which readers lay end to end block by block: a scenario
// can ask for a thousand blocks a stage.
const (
	maxBlocks  = 1 << 16
	maxSeconds = 1e9
)

// checkStages refuses stages that no plan has.
func checkStages(stages []StageDoc) error {
	var errs []error
	all := 0
	for i, s := range stages {
		at := fmt.Sprintf("stages[%d]", i)
		errs = append(errs, line(at+".load", s.Load, maxAddress), length(at+".for_s", s.Seconds), length(at+".block_s", s.BlockS))
		if s.Blocks < 0 || s.Blocks > maxBlocks {
			errs = append(errs, fmt.Errorf("%s.blocks: %d is not a number of blocks", at, s.Blocks))
			continue
		}
		if s.FirstBlock < 0 || s.FirstBlock > s.Blocks {
			errs = append(errs, fmt.Errorf("%s.first_block: %d is none of %d blocks", at, s.FirstBlock, s.Blocks))
		}
		all += s.Blocks
		if s.Due < 0 || s.DueAll < 0 {
			errs = append(errs, fmt.Errorf("%s.due_per_target: %d is not a number of requests", at, min(s.Due, s.DueAll)))
		}
	}
	if all > maxBlocks {
		errs = append(errs, fmt.Errorf("stages: %d blocks are more than the %d that a run can have", all, maxBlocks))
	}
	return errors.Join(errs...)
}

// length checks a length of time in seconds.
func length(field string, s float64) error {
	if s != 0 && !(s >= 1e-9 && s <= maxSeconds) {
		return fmt.Errorf("%s: %g is not a length of time", field, s)
	}
	return nil
}

func (t *TargetDoc) check(at string) error {
	errs := []error{
		line(at+".url", t.URL, maxAddress), t.Figures.check(at), checkBill(at+".bill", t.Bill), line(at+".unbilled", t.Unbilled, maxAddress),
	}
	for name, f := range t.ByRequest {
		errs = append(errs, f.check(at+".by_request."+name))
	}
	for name, f := range t.ByPopulation {
		errs = append(errs, f.check(at+".by_population."+name))
	}
	for name, f := range t.ByStage {
		errs = append(errs, f.check(at+".by_stage."+name))
	}
	errs = append(errs, t.checkReleases(at)...)
	for name := range t.Protocols {
		errs = append(errs, OneOf(at+".requests_by_protocol", name, protocolNames[:]...))
	}
	return errors.Join(errs...)
}

// check refuses keys that are no outcome, clock, status or class of errors.
func (f *Figures) check(at string) error {
	errs := []error{knownClocks(at+".latency_ms", f.Latency)}
	for name, o := range f.Outcomes {
		errs = append(errs, OneOf(at+".outcomes", name, outcomeNames[:]...), knownClocks(at+".outcomes."+name, o.Latency))
	}
	for name := range f.Cache {
		if _, known := targets.CacheAnswerNamed(name); !known {
			errs = append(errs, fmt.Errorf("%s.cache: %.40q is no answer of a cache", at, name))
		}
	}
	for class := range f.Errors {
		errs = append(errs, OneOf(at+".errors", class, errNames[:]...))
	}
	for code := range f.Status {
		if n, err := strconv.Atoi(code); err != nil || n < 1 || n > 999 {
			errs = append(errs, fmt.Errorf("%s.status: %.20q is not a status code", at, code))
		}
	}
	return errors.Join(errs...)
}

func knownClocks(at string, latency map[string]Percentiles) error {
	var errs []error
	for _, name := range slices.Sorted(maps.Keys(latency)) {
		errs = append(errs, OneOf(at, name, clockNames[:]...))
	}
	return errors.Join(errs...)
}

func checkBill(at string, b *pricing.Bill) error {
	if b == nil {
		return nil
	}
	errs := []error{word(at+".region", b.Region), word(at+".book", b.Book), word(at+".free_tier", string(b.FreeTier))}
	for _, l := range b.Lines {
		errs = append(errs, word(at+".lines.dimension", l.Dimension), word(at+".lines.unit", string(l.Unit)),
			OneOf(at+".lines.basis", l.Basis, pricing.Measured, pricing.Reported, pricing.Stated, pricing.Assumed, ""))
	}
	return errors.Join(errs...)
}

// directoryName checks the name of a directory, which leads nowhere else.
func directoryName(field, s string) error {
	if strings.ContainsAny(s, `/\`) || s == ".." {
		return fmt.Errorf("%s: %.60q is not the name of a directory", field, s)
	}
	return word(field, s)
}

// distinct refuses names that are there twice.
func distinct(what string, names []string) error {
	var errs []error
	seen := map[string]bool{}
	for _, n := range names {
		if seen[n] {
			errs = append(errs, fmt.Errorf("%s %.60q is there twice", what, n))
		}
		seen[n] = true
	}
	if len(names) >= 1<<16 {
		errs = append(errs, fmt.Errorf("%d %ss are too many", len(names), what))
	}
	return errors.Join(errs...)
}

// check refuses what no observation has.
func (o *Observed) check(n names) error {
	if o == nil {
		return nil
	}
	if len(o.Targets) > len(n.targets) {
		return fmt.Errorf("targets: %d are more than the %d that %s has", len(o.Targets), len(n.targets), FileRun)
	}
	var errs []error
	for i, t := range o.Targets {
		for _, c := range t.Checks {
			errs = append(errs, OneOf(fmt.Sprintf("targets[%d].reconciliation.unit", i), c.Unit, "count", "ms", "percent"))
		}
	}
	return errors.Join(errs...)
}
