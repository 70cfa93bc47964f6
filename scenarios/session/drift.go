package session

import (
	"slices"
	"time"

	"tollgate/results"
	"tollgate/results/compare"
	"tollgate/scenarios"
)

// stepDrift names the look at the run's own course among the steps.
const stepDrift = "drift"

// steadyFor is how long a stage of steady load is at least that drift is looked
// for in: nobody expects any of what is over sooner.
const steadyFor = 30 * time.Second

// drift looks whether targets got worse while their load stayed the same, and
// keeps what it finds among the findings.
func (s *session) drift(run *results.Run) {
	found := compare.Drift(run, func(stage int) bool { return stage < len(s.plan.Stages) && steady(&s.plan.Stages[stage]) })
	if len(found) == 0 {
		return
	}
	all := slices.Concat(found, run.Findings)
	if err := results.WriteFindings(run.Dir, all); err != nil {
		note(run, stepDrift, err.Error())
		return
	}
	run.Findings = all
}

// steady says whether a stage has the same load from its beginning to its end,
// for long enough.
func steady(p *scenarios.PlannedStage) bool {
	if p.For < steadyFor {
		return false
	}
	switch p.Shape.(type) {
	case nil, scenarios.Constant, scenarios.Poisson: // nil: so many users, always
		return true
	}
	return false
}
