package results

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// A PopulationDoc is a part of the load that ran next to the others: with requests of
// its own, named "population/request", and stages of its own.
type PopulationDoc struct {
	Name     string   `json:"name" text:"name"`
	Start    float64  `json:"start_s"` // after the start of the load
	Targets  []string `json:"targets" text:"name"`
	Requests []string `json:"requests" text:"name"`
	Stages   []int    `json:"stages"` // numbers of its stages, from 1
}

// populations are the populations of the run; one without a name where there are none.
func (d *Document) populations() []PopulationDoc {
	if len(d.Populations) > 0 {
		return d.Populations
	}
	one := PopulationDoc{Targets: namesOf(d).targets, Requests: d.Requests}
	for i := range d.Stages {
		one.Stages = append(one.Stages, i+1)
	}
	return []PopulationDoc{one}
}

// loads says whether a target received load: one that only probes ask is in no population.
func (d *Document) loads(target int) bool {
	return len(d.Populations) == 0 || slices.ContainsFunc(d.Populations, func(p PopulationDoc) bool {
		return slices.Contains(p.Targets, d.Targets[target].Name)
	})
}

// populationOf returns the number of the population that a stage belongs to, every if
// there are none.
func (d *Document) populationOf(stage int) int {
	return slices.IndexFunc(d.Populations, func(p PopulationDoc) bool { return slices.Contains(p.Stages, stage+1) })
}

// sender returns the number of the population that sends a request, every if there are
// none.
func (d *Document) sender(request int) int {
	return slices.IndexFunc(d.Populations, func(p PopulationDoc) bool { return slices.Contains(p.Requests, d.Requests[request]) })
}

// at names a population at a target: "rest", or "rest/free".
func (p *PopulationDoc) at(target string) string { return scopeText(target, p.Name, "") }

// checkPopulations refuses populations that no plan has: each stage belongs to one.
func (d *Document) checkPopulations() error {
	if len(d.Populations) == 0 {
		return nil
	}
	var errs []error
	var populations, requests []string
	stages := map[int]bool{}
	for i, p := range d.Populations {
		at := fmt.Sprintf("populations[%d]", i)
		errs = append(errs, length(at+".start_s", p.Start))
		for _, t := range p.Targets {
			errs = append(errs, OneOf(at+".targets", t, namesOf(d).targets...))
		}
		for _, r := range p.Requests {
			errs = append(errs, OneOf(at+".requests", r, d.Requests...))
			if !strings.HasPrefix(r, p.Name+"/") {
				errs = append(errs, fmt.Errorf("%s.requests: %.60q is not named after the population", at, r))
			}
		}
		for _, s := range p.Stages {
			if s < 1 || s > len(d.Stages) || stages[s] {
				errs = append(errs, fmt.Errorf("%s.stages: %d is no stage of this population alone", at, s))
			}
			stages[s] = true
		}
		populations, requests = append(populations, p.Name), append(requests, p.Requests...)
	}
	if len(stages) < len(d.Stages) {
		errs = append(errs, fmt.Errorf("populations: %d of %d stages are in none", len(d.Stages)-len(stages), len(d.Stages)))
	}
	return errors.Join(append(errs, distinct("population", append(populations, namesOf(d).targets...)), distinct("request of a population", requests))...)
}
