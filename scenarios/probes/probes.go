package probes

import (
	"errors"
	"slices"
	"strings"

	"tollgate/scenarios"
	"tollgate/scenarios/probes/cache"
	"tollgate/scenarios/probes/claims"
	"tollgate/scenarios/probes/coldstart"
	"tollgate/scenarios/probes/limits"
	"tollgate/scenarios/probes/overhead"
	"tollgate/scenarios/probes/probe"
	"tollgate/scenarios/probes/saturation"
	"tollgate/scenarios/probes/usageplan"
)

// Probes is the table of probes.
func Probes() []*probe.Probe {
	return []*probe.Probe{
		usageplan.Probe(), saturation.Probe(), coldstart.Probe(), cache.Probe(), limits.Probe(), overhead.Probe(), claims.Probe(),
	}
}

// Names are the names of all probes.
func Names() (names []string) {
	for _, p := range Probes() {
		names = append(names, p.Name)
	}
	return names
}

// Parse reads the probes of a scenario: a Question for each target that each of
// them asks. The error holds every problem, each with its position. Yes says that
// the user has confirmed what the run may cost or use up.
func Parse(s *scenarios.Scenario, yes bool) (all []probe.Question, err error) {
	var problems []error
	for number, entry := range s.Probes {
		known := Probes()
		if i := slices.IndexFunc(known, func(p *probe.Probe) bool { return p.Name == entry.Name }); i >= 0 {
			all = append(all, known[i].Questions(s, number, yes)...)
		} else {
			entry.Options.Problem("", "there is no such probe (there are %s)", strings.Join(Names(), ", "))
		}
		problems = append(problems, entry.Options.Err())
	}
	if err := errors.Join(problems...); err != nil {
		return nil, err
	}
	return all, nil
}

// NewPlan plans a scenario with its probes.
func NewPlan(s *scenarios.Scenario, yes bool) (*scenarios.Plan, []probe.Question, error) {
	questions, err := Parse(s, yes)
	if err != nil {
		return nil, nil, err
	}
	plan, err := scenarios.NewPlan(s)
	if err != nil {
		return nil, nil, err
	}
	for _, q := range questions {
		plan.Probes = append(plan.Probes, q.Announced())
		if q.Probe.Untried != "" && len(s.Stages) == 0 {
			plan.LeaveUntried(q.Index, "no trial before probe "+q.Probe.Name+", as "+q.Probe.Untried)
		}
	}
	return plan, questions, nil
}

// Refusals are the questions that need a confirmation, in one error; nil if none
// does.
func Refusals(all []probe.Question) error {
	var errs []error
	for _, q := range all {
		errs = append(errs, q.Refused)
	}
	return errors.Join(errs...)
}
