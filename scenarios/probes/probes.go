package probes

import (
	"errors"
	"slices"
	"strings"

	"tollgate/scenarios"
)

// Probes are the questions that can be asked.
func Probes() []*Probe {
	return []*Probe{UsagePlan(), Saturation(), ColdStart(), Cache(), Limits(), Overhead(), Claims()}
}

// Named returns the probe of that name.
func Named(name string) (*Probe, bool) {
	all := Probes()
	i := slices.IndexFunc(all, func(p *Probe) bool { return p.Name == name })
	if i < 0 {
		return nil, false
	}
	return all[i], true
}

// Names are the names of all probes.
func Names() (names []string) {
	for _, p := range Probes() {
		names = append(names, p.Name)
	}
	return names
}

// Parse reads the probes of a scenario: a Question for each target that each
// of them asks. The error holds everything that is wrong, each with its place.
// Yes says that whoever runs it has confirmed what it may cost or use up.
func Parse(s *scenarios.Scenario, yes bool) ([]Question, error) {
	var all []Question
	var problems []error
	for number, asked := range s.Probes {
		p, known := Named(asked.Name)
		if !known {
			asked.Options.Problem("", "there is no such probe (there are %s)", strings.Join(Names(), ", "))
			problems = append(problems, asked.Options.Err())
			continue
		}
		for i, t := range s.Targets {
			if len(asked.Targets) > 0 && !slices.Contains(asked.Targets, t.Name) {
				continue
			}
			q := p.Parse(asked.Options, About{Scenario: s, Target: t, Yes: yes})
			q.Probe, q.Target, q.Index, q.Number = p, t, i, number
			all = append(all, q)
		}
		problems = append(problems, asked.Options.Err())
	}
	if err := errors.Join(problems...); err != nil {
		return nil, err
	}
	return all, nil
}

// NewPlan decides what a scenario will do, its probes included.
func NewPlan(s *scenarios.Scenario, yes bool) (*scenarios.Plan, []Question, error) {
	questions, err := Parse(s, yes)
	if err != nil {
		return nil, nil, err
	}
	plan, err := scenarios.NewPlan(s)
	if err != nil {
		return nil, nil, err
	}
	for _, q := range questions {
		plan.Probes = append(plan.Probes, scenarios.Announced{
			Probe: q.Probe.Name, Target: q.Target.Name, Requests: q.Requests, For: q.For, Peak: q.Peak, Changes: q.Renews.Announced(q.Target),
		})
		if q.Probe.Untried != "" && len(s.Stages) == 0 {
			plan.LeaveUntried(q.Index, "no trial before probe "+q.Probe.Name+", as "+q.Probe.Untried)
		}
	}
	return plan, questions, nil
}

// Refusals are why questions are not to be asked, such as a quota that they
// would use up, all at once; nil: there are none.
func Refusals(all []Question) error {
	var errs []error
	for _, q := range all {
		errs = append(errs, q.Refused)
	}
	return errors.Join(errs...)
}
