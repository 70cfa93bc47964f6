package session

import (
	"context"
	"errors"
	"slices"
	"time"

	"tollgate/results"
	"tollgate/targets"
)

// labPatience is how long the lab may take to say what it saw, once the run
// was interrupted: it ends with the session, so it cannot be asked later.
const labPatience = 10 * time.Second

// conclude takes a recorded run through the remaining steps. What was recorded
// is summed up and written first, so that no later step can lose it.
func (s *session) conclude(ctx context.Context, dir string) (*results.Run, error) {
	run, err := results.Open(dir)
	if err != nil {
		return nil, err
	}
	s.tell(Progress{Step: Concluding, Dir: dir})
	if err := conclude(run); err != nil || s.failedTrial() {
		return run, err
	}
	s.observe(ctx, run)
	s.price(run)
	s.compare(run)
	s.drift(run)
	return run, conclude(run)
}

func (s *session) observe(ctx context.Context, run *results.Run) {
	if s.Observer == nil {
		return
	}
	if ctx.Err() != nil {
		if !slices.ContainsFunc(s.targets, func(t targets.Target) bool { return !t.Lab }) {
			patient, done := context.WithTimeout(context.WithoutCancel(ctx), labPatience)
			defer done()
			ctx = patient
		} else {
			note(run, stepObserve, "left out, as the run was interrupted; tollgate observe "+run.Dir+" does it")
			return
		}
	}
	s.tell(Progress{Step: Observing, Dir: run.Dir})
	err := observe(ctx, s.Observer, run, s.targets)
	if err == nil {
		err = readLogs(ctx, s.Log, run, s.targets)
	}
	if err != nil {
		if errors.Is(err, context.Canceled) {
			err = errors.New("interrupted")
		}
		note(run, stepObserve, err.Error()+"; tollgate observe "+run.Dir+" does it again")
	}
}

func (s *session) price(run *results.Run) {
	if s.Book == nil || s.Scenario.Pricing.RequestsPerMonth == 0 {
		return
	}
	s.tell(Progress{Step: Pricing, Dir: run.Dir})
	if err := price(s.Book, run, s.Scenario, s.targets); err != nil {
		note(run, stepPrice, err.Error()+"; tollgate price "+run.Dir+" does it again")
	}
}
