package session

import (
	"context"

	"tollgate/results"
	"tollgate/scenarios/probes"
)

// Try sends the trial requests of a scenario, and nothing else: what Run does before its load.
// Nothing is recorded.
func Try(ctx context.Context, c Config) ([]results.Trial, error) {
	plan, questions, err := probes.NewPlan(c.Scenario, c.Yes)
	if err != nil {
		return nil, fail(BadInput, "%s: %w", c.Scenario.File, err)
	}
	s := &session{Config: c, plan: plan, questions: questions}
	defer s.close()
	if s.budget, err = s.newBudget(); err != nil {
		return nil, &Failure{BadInput, err}
	}
	if err := s.connect(ctx); err != nil {
		return nil, s.early(ctx, err)
	}
	return s.trial, nil
}

// Remedies are what most likely helps against trial requests that failed.
func Remedies(c Config, failed []results.Trial) string {
	return wordingOf(c.Scenario).remedies(&results.Document{}, failed)
}
