package session

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/targets"
)

// The steps after the load read a recorded run and add to its directory, so each
// can be repeated. A step that fails leaves a warning in run.json, which goes away
// when it is repeated and succeeds.
const (
	stepObserve = "observe"
	stepPrice   = "price"
	stepCompare = "compare"
	stepDrift   = "drift"
	stepOutput  = "output"
)

// labPatience is how long the lab may take to say what it saw once the run was
// interrupted: it ends with the session, so it cannot be asked later.
const labPatience = 10 * time.Second

// conclude takes a recorded run through the remaining steps. It sums up what was
// recorded first, so that no later step can lose it.
func (s *session) conclude(ctx context.Context, dir string) (*results.Run, error) {
	run, err := results.Open(dir)
	if err != nil {
		return nil, err
	}
	s.report(Progress{Step: Concluding, Dir: dir})
	if err := conclude(run); err != nil || s.failedTrial() {
		return run, err
	}
	if s.shard != nil { // the rest is about the whole run
		return run, nil
	}
	if s.Observer != nil {
		s.observe(ctx, run)
	}
	if b := newBilling(run, s.Book, s.Scenario, s.targets); b != nil {
		s.report(Progress{Step: Pricing, Dir: run.Dir})
		if err := b.price(run); err != nil {
			note(run, stepPrice, err.Error()+"; tollgate price "+run.Dir+" does it again")
		}
	}
	s.compare(run)
	s.drift(run)
	return run, conclude(run)
}

func (s *session) observe(ctx context.Context, run *results.Run) {
	if ctx.Err() != nil {
		if slices.ContainsFunc(s.targets, func(t targets.Target) bool { return !t.Lab }) {
			note(run, stepObserve, "left out, as the run was interrupted; tollgate observe "+run.Dir+" does it")
			return
		}
		patient, done := context.WithTimeout(context.WithoutCancel(ctx), labPatience)
		defer done()
		if s.Now != nil {
			defer context.AfterFunc(s.Now, done)()
		}
		ctx = patient
	}
	s.report(Progress{Step: Observing, Dir: run.Dir})
	seen, err := s.Observer.Observe(ctx, run, s.targets)
	if err == nil {
		err = results.WriteObserved(run.Dir, seen)
	}
	if err == nil {
		run.Observed = seen
		note(run, stepObserve, strings.Join(seen.Shortfalls(), "; "))
		err = readLogs(ctx, s.Log, run, s.targets)
	}
	if err != nil {
		if errors.Is(err, context.Canceled) {
			err = errors.New("interrupted")
		}
		note(run, stepObserve, err.Error()+"; tollgate observe "+run.Dir+" does it again")
	}
}

func conclude(run *results.Run) error {
	run.Document = results.Summarise(run)
	return results.WriteDocument(run.Dir, run.Document)
}

// note keeps how a step went among the run's warnings, in place of its earlier
// warning.
func note(run *results.Run, step, problem string) {
	prefix := step + ": "
	run.Document.Warnings = slices.DeleteFunc(slices.Clone(run.Document.Warnings), func(w string) bool {
		return strings.HasPrefix(w, prefix) || step == stepPrice && strings.HasPrefix(w, scenarios.NoBill)
	})
	if problem != "" {
		run.Document.Warnings = append(run.Document.Warnings, prefix+strings.ReplaceAll(problem, "\n", "; "))
	}
}
