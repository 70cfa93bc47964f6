package session

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"tollgate/scenarios"
	"tollgate/scenarios/load"
	"tollgate/targets"
)

// A sender is a population with what its requests are sent to and proved by.
type sender struct {
	*scenarios.PlannedPopulation
	targets []targets.Target // of the run, as the population proves itself to them
	stamps  []targets.Stamp
}

// senders are those of all populations. Only a population with a proof of its own needs
// stamps of its own; their warnings are watched.
func (s *session) newSenders(ctx context.Context) (all []sender, err error) {
	var problems []error
	for i := range s.plan.Populations {
		one := sender{&s.plan.Populations[i], s.targets, s.stamps}
		if one.Auth != nil {
			one.targets = slices.Clone(s.targets)
			own := make([]targets.Target, 0, len(one.To))
			for _, target := range one.To {
				one.targets[target].Auth = *one.Auth
				own = append(own, one.targets[target])
			}
			made, err := stamps(ctx, &s.Config, own)
			problems = append(problems, err)
			s.warnings.watch(own, made)
			one.stamps = slices.Clone(s.stamps)
			for k, target := range one.To {
				one.stamps[target] = made[k]
			}
		}
		all = append(all, one)
	}
	return all, errors.Join(problems...)
}

// newOwnStamps are those of requests with an auth of their own, at the targets that they
// are sent to.
func (s *session) newOwnStamps(ctx context.Context) error {
	var problems []error
	s.own = targets.OwnStamps{}
	add := func(target int, requests []scenarios.Request) {
		for _, r := range requests {
			t := s.targets[target]
			if r.Auth == nil || *r.Auth == (targets.Auth{}) || s.Stamp == nil {
				continue
			}
			key := targets.OwnAuth{Target: t.Name, Auth: *r.Auth}
			if _, made := s.own[key]; made {
				continue
			}
			t.Auth = *r.Auth
			stamp, err := s.Stamp(ctx, t)
			if err != nil {
				problems = append(problems, fmt.Errorf("request %q at target %q: %w", r.Name, t.Name, err))
			}
			s.own[key] = stamp
			s.warnings.watch([]targets.Target{t}, []targets.Stamp{stamp})
		}
	}
	for i := range s.plan.Populations {
		for _, target := range s.plan.Populations[i].To {
			add(target, s.plan.Populations[i].Requests)
		}
	}
	for _, q := range s.questions {
		add(q.Index, s.Scenario.Requests)
	}
	return errors.Join(problems...)
}

// flowNumber is the first number under which walks through flows are recorded. A
// scenario with flows has no probes.
func (s *session) flowNumber() uint16 { return uint16(len(s.plan.Sent)) }

// jobOf is what the engine of one population needs, but for its epoch and recorder.
func (s *session) jobOf(one *sender, job load.Job) load.Job {
	job.Targets, job.Stamps, job.Pick, job.Rows = one.targets, one.stamps, one.Pick, s.plan.Rows(one.Number)
	job.Drives = func(target int) bool { return slices.Contains(one.To, target) }
	job.Options = s.plan.EngineFor(one.Number)
	job.Flows, job.Stride, job.Grace = one.Walks, s.plan.Stride, s.Scenario.Grace
	job.FlowNumber, job.Asked = s.flowNumber(), s.plan.Asked
	if one.Name != "" {
		job.Whose = " population " + one.Name
	}
	return job
}
