package session

import (
	"context"
	"errors"
	"fmt"
	"os"
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

// recorded opens a run directory and reads its copy of the scenario.
func (c *Config) recorded(dir string) (*recorded, error) {
	run, err := results.Open(dir)
	if err != nil {
		return nil, &Failure{CouldNot, err}
	}
	env := c.Env
	if env == nil {
		env = os.LookupEnv
	}
	s, err := scenarios.ParseRecorded(filepath.Join(dir, results.FileScenario), run.Scenario, env)
	if err != nil {
		return nil, &Failure{BadInput, err}
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
		r.targets = append(r.targets, t)
	}
	if len(r.targets) == 0 {
		return nil, &Failure{CouldNot, errors.New(dir + ": the run has no targets")}
	}
	return r, nil
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
	if err := price(c.Book, r.run, r.scenario, r.targets); err != nil {
		problem = err.Error()
	}
	note(r.run, stepPrice, problem)
}
