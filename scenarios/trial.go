package scenarios

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// A TrialMode says which requests are tried before the load.
type TrialMode string

// The modes.
const (
	TrialIdempotent TrialMode = ""     // those whose methods are idempotent
	TrialAll        TrialMode = "all"  // every request
	TrialNone       TrialMode = "none" // nothing
)

// TrialTries is how often a trial request is sent at most: a throttled request or a
// cold function gets another chance.
const TrialTries = 3

// A Trial is a request that is sent to a target before the load, to check its response; or
// a flow, all of its steps. All are indices, that of a flow among those of its population.
type Trial struct{ Population, Target, Request int }

// idempotent are the methods of which sending once more changes nothing.
// Source: RFC 9110, section 9.2.2.
var idempotent = []string{http.MethodGet, http.MethodHead, http.MethodOptions, http.MethodTrace, http.MethodPut, http.MethodDelete}

// try decides what is tried. In a scenario without load, probes decide, too: see
// [Plan.LeaveUntried].
func (p *Plan) try() {
	s := p.Scenario
	if s.Trial == TrialNone {
		return
	}
	var risky, once []string
	for _, population := range p.Populations {
		if len(population.Walks) > 0 {
			more, unique := p.tryFlows(&population)
			risky, once = append(risky, more...), append(once, unique...)
			continue
		}
		for i, request := range population.Requests {
			if request.once() {
				once = append(once, request.Name)
				continue
			}
			if s.Trial != TrialAll && !slices.Contains(idempotent, request.Method) {
				risky = append(risky, fmt.Sprintf("%s (%s)", request.Name, request.Method))
				continue
			}
			for _, t := range population.To {
				p.Trials = append(p.Trials, Trial{population.Number, t, int(population.FirstRequest) + i})
			}
		}
	}
	if len(risky) > 0 {
		p.Untried = append(p.Untried, strings.Join(risky, ", ")+" only with --trial all, since the method is not idempotent")
	}
	if len(once) > 0 {
		p.Untried = append(p.Untried, "none for "+strings.Join(once, ", ")+": it would use up rows of unique data")
	}
	slices.SortStableFunc(p.Trials, func(a, b Trial) int { return a.Target - b.Target })
}

// tryFlows has the flows of a population tried whose steps may all be sent once more. It
// returns those that may not, and those that take rows of unique data.
func (p *Plan) tryFlows(of *PlannedPopulation) (risky, once []string) {
	for i := range of.Walks {
		var methods []string
		unique := false
		for _, step := range of.Walks[i].Steps {
			unique = unique || p.Sent[step.Request].once()
			if m := p.Sent[step.Request].Method; p.Scenario.Trial != TrialAll && !slices.Contains(idempotent, m) && !slices.Contains(methods, m) {
				methods = append(methods, m)
			}
		}
		switch {
		case unique:
			once = append(once, of.Walks[i].Name)
			continue
		case methods != nil:
			risky = append(risky, fmt.Sprintf("%s (%s)", of.Walks[i].Name, strings.Join(methods, ", ")))
			continue
		}
		for _, t := range of.To {
			p.Trials = append(p.Trials, Trial{of.Number, t, i})
		}
	}
	return risky, once
}

// Sendings is how many requests one try of a trial sends at most, and to its target.
func (p *Plan) Sendings(t Trial) (all, toTarget int64) {
	flows := p.Populations[t.Population].Walks
	if len(flows) == 0 {
		return 1, 1
	}
	for _, step := range flows[t.Request].Steps { // each once
		all++
		if !step.Elsewhere {
			toTarget++
		}
	}
	return all, toTarget
}

// LeaveUntried removes the trials of a target, with the reason.
func (p *Plan) LeaveUntried(target int, why string) {
	before := len(p.Trials)
	p.Trials = slices.DeleteFunc(p.Trials, func(t Trial) bool { return t.Target == target })
	if len(p.Trials) < before {
		p.Untried = append(p.Untried, p.Scenario.Targets[target].Name+": "+why)
	}
}

// trials is how many requests trials send to a target at most, those of all shards where the
// plan is of the whole run. What its flows send to other
// hosts costs nothing there.
func (p *Plan) trials(target string) (n int64) {
	for _, t := range p.Trials {
		if p.Scenario.Targets[t.Target].Name == target {
			_, own := p.Sendings(t)
			n += TrialTries * own
		}
	}
	return n * int64(max(1, p.Scenario.machines))
}
