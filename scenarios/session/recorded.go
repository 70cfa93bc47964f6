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

// Observe reads what AWS saw of a recorded run, again or for the first time. It
// needs c's Observer, and the Book if a bill is to follow. A lab ends with its run,
// so it cannot be asked again.
//
// The recorded copy of the scenario says which metrics to read: the names of APIs,
// stages and functions, and the region. It does not say where requests are sent
// beyond that, nor with whose credentials: endpoint and profile are those of the
// AWS SDK's default chain, or of the scenario that the user names (c.Scenario).
func Observe(ctx context.Context, dir string, c Config) (*results.Run, error) {
	r, err := c.recorded(dir)
	if err != nil {
		return nil, err
	}
	var lab []string
	for _, t := range r.targets {
		if t.Lab {
			lab = append(lab, t.Name)
		}
	}
	if lab != nil {
		return nil, fail(CouldNot, "%s: %s stood in the lab, which ended with the run: it can be observed only during a run; run the scenario again", dir, strings.Join(lab, ", "))
	}
	if c.Observer == nil {
		return nil, fail(CouldNot, "%s: there is nothing to observe with", dir)
	}
	if err := r.resolved(stepObserve, r.observed); err != nil {
		return nil, err
	}
	kept, err := r.observe(ctx, c)
	if err != nil {
		return nil, err
	}
	note(r.run, stepObserve, strings.Join(slices.DeleteFunc(append([]string{kept}, r.run.Observed.Shortfalls()...), func(s string) bool { return s == "" }), "; "))
	if c.Book != nil && r.scenario.Pricing.HasMonth() {
		problem := ""
		if err := r.price(c); err != nil {
			problem = err.Error()
		}
		note(r.run, stepPrice, problem)
	}
	return r.run, conclude(r.run)
}

// Price bills a recorded run again with c's Book.
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
	if !r.scenario.Pricing.HasMonth() {
		return nil, fail(BadInput, "%s: its scenario does not say what month to price; give it a pricing block with requests_per_month", dir)
	}
	lacking := r.price(c)
	switch {
	case r.run.Billed():
	case lacking != nil:
		return nil, lacking
	case r.run.Untold() != "":
		return nil, fail(CouldNot, "%s: no target has a bill: %s", dir, r.run.Untold())
	}
	note(r.run, stepPrice, textOf(lacking)) // the others have theirs
	return r.run, conclude(r.run)
}

func textOf(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
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
	return c.recordedAs(run)
}

// recordedAs is recorded, of a directory that is open already.
func (c *Config) recordedAs(run *results.Run) (r *recorded, err error) {
	s, dir := c.Scenario, run.Dir
	switch i := run.Document.Imported; {
	case i != nil:
		return nil, fail(BadInput, "%s is imported: %s recorded it, so it has no scenario, which says what its targets are and in which order they took turns: tollgate report reads it, and so do check and compare, with another run", dir, i.By())
	case s == nil:
		if s, err = scenarios.ParseRecorded(filepath.Join(dir, results.FileScenario), run.Scenario); err != nil {
			return nil, &Failure{BadInput, err}
		}
	case results.Digest(s.Source) != run.Document.Digest:
		return nil, fail(BadInput, "%s is not the scenario that %s recorded: their SHA-256 differ; name the file that ran, unchanged%s", s.File, dir, run.Document.EffectiveHint())
	}
	r = &recorded{run: run, scenario: s}
	named := map[string]targets.Target{}
	for i, t := range s.Targets {
		j := slices.IndexFunc(run.Document.Targets, func(d results.TargetDoc) bool { return d.Name == t.Name })
		if t.Region == "" && j >= 0 { // its host has changed since: the variable that held it, or AWS's names
			t.Region = run.Document.Targets[j].Region
		}
		s.Targets[i], named[t.Name] = t, t
	}
	for _, doc := range run.Document.Targets {
		t, ok := named[doc.Name]
		if !ok || t.Kind.Name != doc.Kind {
			return nil, fail(BadInput, "%s: %s has no target %q of kind %s, which run.json says ran", dir, results.FileScenario, doc.Name, doc.Kind)
		}
		if c.Scenario == nil { // no key, token or profile of a recorded copy is used
			t.Auth, t.Lab = targets.Auth{}, t.Lab || doc.Lab
		}
		r.targets = append(r.targets, t)
	}
	if len(r.targets) == 0 {
		return nil, &Failure{CouldNot, errors.New(dir + ": the run has no targets")}
	}
	if c.Furnish != nil && run.Document.Lab != "" {
		record, err := results.ReadFile(dir, results.FileLab)
		if err != nil {
			return nil, &Failure{CouldNot, err}
		}
		c.Furnish(record, s, r.targets)
	}
	return r, nil
}

// resolved refuses a recorded copy in which environment variables decide what a
// step needs to know.
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

// priced says whether a value of a scenario affects its bills.
func priced(path string) bool {
	return strings.HasPrefix(path, "pricing.") || slices.ContainsFunc(
		[]string{".function.memory", ".function.architecture", ".cache", ".rules", ".zones"},
		func(end string) bool { return strings.HasPrefix(path, "targets.") && strings.HasSuffix(path, end) })
}

// observed says whether a value of a scenario decides which metrics are read. A
// host name does only if it gives the region or the API's id.
func (r *recorded) observed(path string) bool {
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

func (r *recorded) price(c Config) error {
	if err := r.resolved(stepPrice, priced); err != nil {
		return err
	}
	return newBilling(r.run, c.Book, r.scenario, r.targets).price(r.run)
}

// observe reads what AWS saw. Of targets that cannot be read now (credentials are
// gone, or CloudWatch has dropped its minutes) what was read before is kept, and
// the result says so. If nothing can be read at all, that is an error, and the run
// stays as it was.
func (r *recorded) observe(ctx context.Context, c Config) (kept string, err error) {
	before := map[string]results.ObservedDoc{}
	if r.run.Observed != nil {
		for _, d := range r.run.Observed.Targets {
			before[d.Target] = d
		}
	}
	seen, err := c.Observer.Observe(ctx, r.run, r.targets)
	if err != nil {
		return "", err
	}
	if !slices.ContainsFunc(seen.Targets, hasValues) {
		if why := troubles(seen.Targets); why != "" {
			return "", fail(CouldNot, "%s", why)
		}
	}
	r.run.Observed = seen
	if err := readLogs(ctx, c.Log, r.run, r.targets); err != nil {
		return "", err
	}
	var lost []results.ObservedDoc
	for i, now := range seen.Targets {
		if old := before[now.Target]; hasValues(old) && !hasValues(now) {
			lost, seen.Targets[i] = append(lost, now), old
		}
	}
	if kept = troubles(lost); kept != "" {
		kept += "; what was read before is kept"
	}
	return kept, results.WriteObserved(r.run.Dir, seen)
}

func hasValues(o results.ObservedDoc) bool {
	return slices.ContainsFunc(o.Metrics, func(m results.ObservedMetric) bool { return len(m.Points) > 0 })
}

func troubles(docs []results.ObservedDoc) string {
	var order []string
	about := map[string][]string{}
	for _, d := range docs {
		why := d.Error
		if why == "" && len(d.Metrics) > 0 {
			why = "CloudWatch has nothing of the run's minutes"
		}
		for _, c := range d.Checks {
			if d.Error == "" && c.AWS == nil && c.Client != nil && c.What == "requests" {
				why = c.Note
			}
		}
		if why == "" { // CloudWatch does not watch it
			continue
		}
		if about[why] == nil {
			order = append(order, why)
		}
		about[why] = append(about[why], d.Target)
	}
	for i, why := range order {
		order[i] = strings.Join(about[why], ", ") + ": " + why
	}
	return strings.Join(order, "; ")
}
