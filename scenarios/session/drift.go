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

// spikeFrom is how many times the load before it a spike has at least.
const spikeFrom = 2

// steadyFor is how long a stage of steady load is at least that drift is looked
// for in: nobody expects any of what is over sooner.
const steadyFor = 30 * time.Second

// drift looks whether targets got worse while their load stayed the same, and what
// a spike of load left behind, and keeps what it finds among the findings.
func (s *session) drift(run *results.Run) {
	found := slices.Concat(
		compare.Drift(run, func(stage int) bool { return stage < len(s.plan.Stages) && steady(&s.plan.Stages[stage]) }),
		compare.Spikes(run, s.spike),
	)
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
func steady(p *scenarios.PlannedStage) bool { return p.For >= steadyFor && even(p) }

// even says whether a stage has the same load from its beginning to its end.
func even(p *scenarios.PlannedStage) bool {
	a, open := p.Load.(scenarios.Arrivals)
	if !open {
		return true // always so many users
	}
	switch a.Shape.(type) {
	case scenarios.Constant, scenarios.Poisson:
		return true
	}
	return false
}

// spike says whether a stage is one: far more load than in the stages around it,
// which are of one and the same.
func (s *session) spike(stage int) bool {
	all := s.plan.Stages
	if stage == 0 || stage+1 >= len(all) {
		return false
	}
	before, after := &all[stage-1], &all[stage+1]
	_, open := before.Load.(scenarios.Arrivals)
	return open && even(before) && even(after) && before.Load == after.Load && all[stage].Peak() >= spikeFrom*before.Peak()
}
