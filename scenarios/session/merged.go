package session

import (
	"context"

	"tollgate/results"
	"tollgate/scenarios"
)

// Conclude takes a run that was merged from its shards through the steps that no shard takes
// by itself: it reads what AWS saw, once for all of them, prices a month, and compares the
// targets. Its scenario is the recorded copy, unless c names the file. What environment
// variables decide in a copy is not known, and it has no load: the steps that need these are
// left out.
func Conclude(ctx context.Context, dir string, c Config) (*results.Run, error) {
	r, err := c.recorded(dir)
	if err != nil {
		return nil, err
	}
	plan := &scenarios.Plan{} // a copy says nothing about the load
	if c.Scenario != nil {
		if plan, err = scenarios.NewPlan(c.Scenario.Whole()); err != nil {
			return nil, &Failure{BadInput, err}
		}
	}
	c.Scenario = r.scenario
	unobserved, unpriced := r.resolved(stepObserve, r.observed), r.resolved(stepPrice, priced)
	if unobserved != nil {
		c.Observer = nil
	}
	if unpriced != nil {
		c.Book = nil
	}
	s := &session{Config: c, plan: plan, targets: r.targets}
	run, err := s.conclude(ctx, dir)
	if err != nil || unobserved == nil && unpriced == nil {
		return run, err
	}
	note(run, stepObserve, textOf(unobserved))
	note(run, stepPrice, textOf(unpriced))
	return run, results.WriteDocument(run.Dir, run.Document)
}
