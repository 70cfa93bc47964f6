package report

import (
	"errors"
	"fmt"
	"reflect"
	"slices"

	"tollgate/results"
)

// Overlay lays runs over each other: one run with the targets of all, each with
// the number of its run behind its name, so that every picture and table shows
// them side by side. Nothing is merged or averaged. Where the runs had other
// stages of load, what goes by blocks is left out.
func Overlay(runs ...*results.Run) (*results.Run, error) {
	if len(runs) == 0 {
		return nil, errors.New("there are no runs to combine")
	}
	if len(runs) == 1 {
		return runs[0], nil
	}
	o := &results.Run{
		Dir: runs[0].Dir, Document: runs[0].Document, Scenario: runs[0].Scenario,
		Series: map[results.Key]*results.Histogram{}, Lag: map[results.Group]*results.Histogram{}, Sizes: map[results.SizeKey]*results.Sizes{},
	}
	d := &o.Document
	d.Targets, d.Thresholds, d.Reasons, d.Warnings, d.Failures = nil, nil, nil, nil, nil
	for i, run := range runs {
		d.Warnings = append(d.Warnings, fmt.Sprintf("targets marked “run %d” are from the run %s", i+1, run.Document.ID))
		overlay(o, run, i+1)
	}
	if slices.ContainsFunc(runs, func(r *results.Run) bool { return !reflect.DeepEqual(r.Document.Stages, runs[0].Document.Stages) }) {
		d.Stages = nil
		d.Warnings = append(d.Warnings, "the runs had different stages of load: charts over time and figures by stage are left out")
	}
	d.Populations = overlaidPopulations(d.Stages != nil, runs)
	if slices.ContainsFunc(runs, func(r *results.Run) bool { return r.Document.Digest != runs[0].Document.Digest }) {
		d.Warnings = append(d.Warnings, "the runs are of different scenarios; the scenario below is that of the first")
	}
	return o, nil
}

// overlay adds the n'th run's targets, and all that belongs to them.
func overlay(o, run *results.Run, n int) {
	d, first := &o.Document, uint16(len(o.Document.Targets))
	for _, t := range observedTargets(run) {
		t.Name = ofRun(t.Name, n)
		d.Targets = append(d.Targets, t)
	}
	for _, t := range run.Document.Thresholds {
		t.Target = ofRun(t.Target, n)
		d.Thresholds = append(d.Thresholds, t)
	}
	for _, f := range run.Findings {
		f.Target = ofRun(f.Target, n)
		o.Findings = append(o.Findings, f)
	}
	for _, s := range run.Seconds {
		s.Target += first
		o.Seconds = append(o.Seconds, s)
	}
	for k, h := range run.Series {
		k.Target += first
		o.Series[k] = h
	}
	d.Requests = slices.Compact(slices.Sorted(slices.Values(slices.Concat(d.Requests, run.Document.Requests))))
	d.Reasons = append(d.Reasons, prefixed(run.Document.Reasons, n)...)
	d.Failures = append(d.Failures, prefixed(run.Document.Failures, n)...)
	if r := run.Document.Result; r == results.Fail || r != results.Pass && d.Result != results.Fail {
		d.Result = r
	}
	d.Verdict = graver(d.Verdict, run.Document.Verdict)
	if run.Document.State != results.Finished {
		d.State = run.Document.State
	}
	if n > 1 {
		d.Seconds += run.Document.Seconds
		d.Generator.Lag.P99 = max(d.Generator.Lag.P99, run.Document.Generator.Lag.P99)
	}
}

// overlaidPopulations are the populations of all runs by name, at the targets of the runs
// that have them. What load each sent is known if the runs had the same stages.
func overlaidPopulations(sameStages bool, runs []*results.Run) (all []results.PopulationDoc) {
	for i, run := range runs {
		for _, p := range run.Document.Populations {
			at := slices.IndexFunc(all, func(known results.PopulationDoc) bool { return known.Name == p.Name })
			if at < 0 {
				at = len(all)
				one := results.PopulationDoc{Name: p.Name, Requests: p.Requests}
				if sameStages {
					one.Start, one.Stages = p.Start, p.Stages
				}
				all = append(all, one)
			}
			for _, target := range p.Targets {
				all[at].Targets = append(all[at].Targets, ofRun(target, i+1))
			}
		}
	}
	return all
}

// ofRun names a target of the n'th run.
func ofRun(target string, n int) string { return fmt.Sprintf("%s, run %d", target, n) }

func prefixed(reasons []string, n int) (out []string) {
	for _, r := range reasons {
		out = append(out, fmt.Sprintf("run %d: %s", n, r))
	}
	return out
}

// graver is the worse of two verdicts; no verdict is the worst.
func graver(a, b results.Verdict) results.Verdict {
	order := []results.Verdict{"", results.Invalid, results.Unknown, results.Suspect, results.Valid}
	return order[max(0, min(slices.Index(order, a), slices.Index(order, b)))]
}
