package session

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/targets"
)

// Observe reads again, or for the first time, what AWS saw of a recorded run.
// Of c it needs the Observer, and the Book where a bill is to follow what was
// observed. A lab ends with its run, so what it saw cannot be asked for again.
//
// A recorded copy says which metrics to ask for, by the names of APIs, stages and
// functions, and in which region of AWS. It does not say where requests are sent
// beyond that, nor with whose credentials: endpoint and profile are those of the
// AWS SDK's default chain, or of the scenario that the user names (c.Scenario).
func Observe(ctx context.Context, dir string, c Config) (*results.Run, error) {
	r, err := c.recorded(dir)
	if err != nil {
		return nil, err
	}
	if names := r.atLab(); len(names) > 0 {
		return nil, fail(CouldNot, "%s: %s stood in the lab, which ended with the run: what it saw can be read only while a run lasts; run the scenario again", dir, strings.Join(names, ", "))
	}
	if c.Observer == nil {
		return nil, fail(CouldNot, "%s: there is nothing to observe with", dir)
	}
	if err := r.resolved(stepObserve, r.unnamed); err != nil {
		return nil, err
	}
	kept, err := r.observe(ctx, c)
	if err != nil {
		return nil, err
	}
	note(r.run, stepObserve, kept)
	if c.Book != nil && r.scenario.Pricing.RequestsPerMonth > 0 {
		r.price(c)
	}
	return r.run, conclude(r.run)
}

// Price bills a recorded run again. Of c it needs the Book.
func Price(dir string, c Config) (*results.Run, error) {
	r, err := c.recorded(dir)
	if err != nil {
		return nil, err
	}
	if c.Book == nil {
		return nil, fail(CouldNot, "%s: there is no price book to price with", dir)
	}
	if err := r.resolved(stepPrice, priced); err != nil {
		return nil, err
	}
	if r.scenario.Pricing.RequestsPerMonth == 0 {
		return nil, fail(BadInput, "%s: its scenario does not say what month to price; give it a pricing block with requests_per_month", dir)
	}
	if err := price(c.Book, r.run, r.scenario, r.targets); err != nil {
		return nil, err
	}
	note(r.run, stepPrice, "")
	return r.run, conclude(r.run)
}

// A recorded is a run directory with the scenario that ran.
type recorded struct {
	run      *results.Run
	scenario *scenarios.Scenario
	targets  []targets.Target // those that ran, as run.json numbers them
}

// recorded opens a run directory and reads its copy of the scenario, or takes the
// scenario that the user names in its place.
func (c *Config) recorded(dir string) (*recorded, error) {
	run, err := results.Open(dir)
	if err != nil {
		return nil, &Failure{CouldNot, err}
	}
	s := c.Scenario
	switch {
	case s == nil:
		if s, err = scenarios.ParseRecorded(filepath.Join(dir, results.FileScenario), run.Scenario); err != nil {
			return nil, &Failure{BadInput, err}
		}
	case results.Digest(s.Source) != run.Document.Digest:
		return nil, fail(BadInput, "%s is not the scenario that %s recorded: their SHA-256 differ; name the file that ran, unchanged", s.File, dir)
	}
	r := &recorded{run: run, scenario: s}
	named := map[string]targets.Target{}
	for i, t := range s.Targets {
		j := slices.IndexFunc(run.Document.Targets, func(d results.TargetDoc) bool { return d.Name == t.Name })
		if t.Region == "" && j >= 0 { // its host is not what it was: the variable that held it, or AWS's names
			t.Region = run.Document.Targets[j].Region
		}
		s.Targets[i], named[t.Name] = t, t
	}
	for _, doc := range run.Document.Targets {
		t, ok := named[doc.Name]
		if !ok || t.Kind.Name != doc.Kind {
			return nil, &Failure{BadInput, fmt.Errorf("%s: %s has no target %q of kind %s, which run.json says ran", dir, results.FileScenario, doc.Name, doc.Kind)}
		}
		if c.Scenario == nil { // no key, token or profile of a recorded copy is used
			t.Auth, t.Lab = targets.Auth{}, t.Lab || doc.Lab
		}
		r.targets = append(r.targets, t)
	}
	if len(r.targets) == 0 {
		return nil, &Failure{CouldNot, errors.New(dir + ": the run has no targets")}
	}
	return r, nil
}

// resolved refuses a recorded copy that leaves to the environment what a step
// needs to know.
func (r *recorded) resolved(step string, needs func(path string) bool) error {
	var lacks []string
	for _, ref := range r.scenario.Unresolved {
		if needs(ref.Path) {
			lacks = append(lacks, fmt.Sprintf("%s (%s)", ref.Path, ref.Variable))
		}
	}
	if lacks == nil {
		return nil
	}
	return fail(BadInput, "%s: environment variables decide %s, and are not read for a recorded copy: name the scenario file that ran, tollgate %s %s --scenario FILE",
		filepath.Join(r.run.Dir, results.FileScenario), strings.Join(lacks, ", "), step, r.run.Dir)
}

// priced says whether a value of a scenario is in its bills.
func priced(path string) bool {
	return strings.HasPrefix(path, "pricing.") || slices.ContainsFunc(
		[]string{".function.memory", ".function.architecture", ".cache", ".rules", ".zones"},
		func(end string) bool { return strings.HasPrefix(path, "targets.") && strings.HasSuffix(path, end) })
}

// unnamed says whether a value that the recorded copy left to the environment
// decides which metrics are read. A host name does only where the region or the
// API's id is not written beside it.
func (r *recorded) unnamed(path string) bool {
	for _, t := range r.targets {
		switch path {
		case "targets." + t.Name + ".url":
			return t.Region == "" || t.API == "" && t.Kind.APIByID
		case "targets." + t.Name + ".region":
			return t.Region == ""
		case "targets." + t.Name + ".api", "targets." + t.Name + ".stage",
			"targets." + t.Name + ".balancer", "targets." + t.Name + ".function.name":
			return true
		}
	}
	return false
}

func (r *recorded) atLab() (names []string) {
	for _, t := range r.targets {
		if t.Lab {
			names = append(names, t.Name)
		}
	}
	return names
}

// price bills the run once more after it was observed; a failure is a warning.
func (r *recorded) price(c Config) {
	problem := ""
	if err := r.resolved(stepPrice, priced); err != nil {
		problem = err.Error()
	} else if err := price(c.Book, r.run, r.scenario, r.targets); err != nil {
		problem = err.Error()
	}
	note(r.run, stepPrice, problem)
}
