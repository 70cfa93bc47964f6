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

// Holds says whether a block is one of the population's.
func (p *PopulationDoc) Holds(d *Document, block uint32) bool {
	return slices.Contains(p.Stages, d.stageOf(block)+1)
}

// populationOf returns the number of the population that a stage belongs to, every if
// there are none.
func (d *Document) populationOf(stage int) int {
	return slices.IndexFunc(d.Populations, func(p PopulationDoc) bool { return slices.Contains(p.Stages, stage+1) })
}

// sender returns the number of the population that sends a request, every if there are
// none.
func (d *Document) sender(request int) int {
	if request >= len(d.Requests) { // of a probe
		return every
	}
	return slices.IndexFunc(d.Populations, func(p PopulationDoc) bool { return slices.Contains(p.Requests, d.Requests[request]) })
}

// at names a population at a target: "rest", or "rest/free".
func (p *PopulationDoc) at(target string) string { return scopeText(target, p.Name, "") }

// UnequalLoads say which populations sent load to some targets only. A difference between
// targets may then be one of their loads.
func (d *Document) UnequalLoads() (reasons []string) {
	loaded := 0
	for i := range d.Targets {
		if d.loads(i) {
			loaded++
		}
	}
	for _, p := range d.Populations {
		if len(p.Targets) < loaded {
			reasons = append(reasons, fmt.Sprintf("population %s sent load to %s only: that other targets were not under it may explain a difference", p.Name, strings.Join(p.Targets, ", ")))
		}
	}
	return reasons
}

func (d *Document) populationNames() (names []string) {
	for _, p := range d.Populations {
		names = append(names, p.Name)
	}
	return names
}

// sends says whether a population sends load to a target, or for "" whether it exists.
func (d *Document) sends(population, target string) bool {
	return population == "" || slices.ContainsFunc(d.Populations, func(p PopulationDoc) bool {
		return p.Name == population && slices.Contains(p.Targets, target)
	})
}

// byPopulation are the figures of each population that sent requests to a target.
func byPopulation(all *totals, target uint16) map[string]Figures {
	var figures map[string]Figures
	for i, name := range all.doc.populationNames() {
		if k := (partKey{target, i, every, every}); all.part(k).total() > 0 {
			if figures == nil {
				figures = map[string]Figures{}
			}
			figures[name] = all.figures(k)
		}
	}
	return figures
}

// Within reads the population from the scope of a threshold: the first word before the
// colon may be one, or the word after the target, or the first of a stage ("@free/2").
// Requests and stages of a population are named with it. A metric that is known of a whole target only is an error.
func (t Threshold) Within(populations []string) (Threshold, error) {
	first, _, _ := strings.Cut(t.Request, "/")
	ofStage, _, _ := strings.Cut(t.Stage, "/")
	switch {
	case slices.Contains(populations, t.Target):
		t.Target, t.Population = "", t.Target
		t.Request = within(t.Population, t.Request)
	case slices.Contains(populations, first):
		t.Population = first
		if t.Request == first {
			t.Request = ""
		}
	case t.Request == "" && slices.Contains(populations, ofStage):
		t.Population = ofStage
	default:
		return t, nil
	}
	t.Stage = within(t.Population, t.Stage)
	if m := metricNamed(t.Metric); m != nil && !m.part {
		return t, fmt.Errorf("%s is known of a target, not of one of its populations: leave out %s", m.name, t.Population)
	}
	return t, nil
}

// within puts a population's name before that of one of its requests or stages.
func within(population, name string) string {
	if name == "" || strings.HasPrefix(name, population+"/") {
		return name
	}
	return population + "/" + name
}

// ForPopulation is a threshold that is written in a population: the same with the
// population in its text, which is then read like any other.
func (t Threshold) ForPopulation(population string) (Threshold, error) {
	_, limit, scoped := strings.Cut(t.Text, ":")
	if !scoped {
		limit = t.Text
	}
	scope := population
	if t.Request != "" {
		scope += "/" + t.Request
	}
	if t.Target != "" {
		scope = t.Target + "/" + scope
	}
	if t.Stage != "" {
		scope += "@" + t.Stage
	}
	return ParseThreshold(scope + ": " + strings.TrimSpace(limit))
}

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
