// Package probes is the table of probes. Each asks one question about a deployed
// API: how large is its token bucket, how many requests does it carry, what does a
// cold start cost.
//
//  1. [Parse] reads the probes of a scenario: a question for each target that each
//     of them asks, with a limit on what it will send.
//  2. A session asks a question for its next stage of traffic, drives it through the
//     load engine, adds the results to the history, and repeats until the question
//     has seen enough.
//  3. The question concludes from the history: values with intervals, how they were
//     found, and what was assumed.
//
// A probe is a package with its options, plan and conclusion, and one line in the
// table [Probes]. Package probe is the interface, package estimate the shared
// statistics, package simulate the simulated targets of tests. The tests here run
// every probe against the lab, whose true values are known; those of package foreign
// against programs that others wrote.
//
// # Trials
//
// A session tries each request of a scenario once before its load. If a scenario
// has probes only, the trial could change what they measure, so each says whether
// one may precede it ([probe.Probe.Untried]). To let each model account for the
// trial was rejected: when a token or a key is back is what the probe is to find.
//
// # Why
//
// Probes run after the load of a scenario and outside of its metrics, thresholds
// and bill. A probe is meant to break things, and a threshold must not depend on
// whether one ran.
package probes

import (
	"errors"
	"slices"
	"strings"

	"tollgate/scenarios"
	"tollgate/scenarios/probes/cache"
	"tollgate/scenarios/probes/claims"
	"tollgate/scenarios/probes/coldstart"
	"tollgate/scenarios/probes/fanout"
	"tollgate/scenarios/probes/limits"
	"tollgate/scenarios/probes/overhead"
	"tollgate/scenarios/probes/probe"
	"tollgate/scenarios/probes/saturation"
	"tollgate/scenarios/probes/socketlife"
	"tollgate/scenarios/probes/usageplan"
)

// Probes is the table of probes.
func Probes() []*probe.Probe {
	return []*probe.Probe{
		usageplan.Probe(), saturation.Probe(), coldstart.Probe(), cache.Probe(), limits.Probe(), overhead.Probe(), socketlife.Probe(), fanout.Probe(), usageplan.Connects(), claims.Probe(),
	}
}

// Names are the names of all probes.
func Names() (names []string) {
	for _, p := range Probes() {
		names = append(names, p.Name)
	}
	return names
}

// ofMessages are the names of those that ask about connections of WebSocket.
func ofMessages() (names []string) {
	for _, p := range Probes() {
		if p.Messages {
			names = append(names, p.Name)
		}
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
			if why := known[i].Unfit(s, entry.Targets); why != "" {
				entry.Options.Problem("probe %s %s (of WebSocket are %s)", entry.Name, why, strings.Join(ofMessages(), ", "))
			} else {
				all = append(all, known[i].Questions(s, number, yes)...)
			}
		} else {
			entry.Options.Problem("there is no such probe (there are %s)", strings.Join(Names(), ", "))
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
		if q.Probe.Untried != "" && !s.HasLoad() {
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
