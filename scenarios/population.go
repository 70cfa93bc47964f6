package scenarios

import (
	"slices"
	"time"

	"tollgate/pricing/document"
	"tollgate/targets"
)

const (
	maxPopulations = 32  // engines drive load at the same time
	maxSent        = 400 // requests of all populations: the head of each stage of a sample file names them
)

// A Population is a part of the load that runs next to the others: the users of one API
// key, a background, a burst. It selects targets and requests of the scenario and has
// stages of its own. A scenario without populations is one population, without a name.
//
// Rejected: requests that are written in a population, since what is sent would then
// stand in two places; and a weight for each population, which would mix them into one
// load whose parts could not have rates of their own.
type Population struct {
	Name     string
	Targets  []string  // that it sends to, in the order of the scenario
	Requests []Request // named "population/request"
	Flows    []Flow    // named "population/flow", whose steps they are; none: each stands alone
	Stages   []Stage
	Start    time.Duration // from the beginning of the run's load
	Auth     *targets.Auth // in place of the targets' own; nil: theirs
}

// populations are the parts of s that run side by side.
func (s *Scenario) populations() []Population {
	if len(s.Populations) > 0 {
		return s.Populations
	}
	return []Population{{Targets: s.TargetNames(), Requests: s.Requests, Flows: s.Flows, Stages: s.Stages}}
}

// KeepTargets removes all other targets, and the populations that send to no other.
func (s *Scenario) KeepTargets(names []string) {
	s.Targets = slices.DeleteFunc(s.Targets, func(t targets.Target) bool { return !slices.Contains(names, t.Name) })
	for i := range s.Populations {
		p := &s.Populations[i]
		p.Targets = slices.DeleteFunc(p.Targets, func(t string) bool { return !slices.Contains(names, t) })
	}
	s.Populations = slices.DeleteFunc(s.Populations, func(p Population) bool { return len(p.Targets) == 0 })
}

// HasLoad reports whether anything but probes sends requests.
func (s *Scenario) HasLoad() bool { return len(s.Stages) > 0 || len(s.Populations) > 0 }

func (s *Scenario) populationNames() (names []string) {
	for _, p := range s.Populations {
		names = append(names, p.Name)
	}
	return names
}

// firstWord is what the scope of a threshold may begin with.
func (s *Scenario) firstWord() string {
	if len(s.Populations) > 0 {
		return "target or population"
	}
	return "target"
}

// readPopulations reads the mapping of names to populations, in the order of the file.
func (in *input) readPopulations(v document.Value, s *Scenario) {
	if v.Node == nil {
		return
	}
	if v.Type != document.Mapping || len(v.Entries) == 0 || len(v.Entries) > maxPopulations {
		v.Problem("needs a mapping from names to populations, at least one and at most %d: \"free: {auth: {api_key: '${env:FREE_KEY}'}, load: [{constant: {rate: 10/s, for: 30s}}]}\"", maxPopulations)
		return
	}
	sent := 0
	for _, e := range v.Entries {
		one, at := v.At(e.Value, v.Below(e.Key)), v.At(e.At(), v.Path)
		if err := document.CheckName(e.Key); err != nil {
			at.Problem("%v", err)
		}
		if slices.Contains(s.TargetNames(), e.Key) {
			at.Problem("%q is the name of a target: a threshold could mean either", e.Key)
		}
		p := in.population(e.Key, one, s)
		s.Populations, sent = append(s.Populations, p), sent+len(p.Requests)
	}
	for _, name := range s.TargetNames() {
		if in.Key("probes") == nil && !slices.ContainsFunc(s.Populations, func(p Population) bool { return slices.Contains(p.Targets, name) }) {
			v.Problem("target %s is in none of them: name it in targets of one, or remove it", name)
		}
	}
	if sent > maxSent {
		v.Problem("its populations have %d requests together, and %d are possible: select fewer (requests)", sent, maxSent)
	}
}

func (in *input) population(name string, v document.Value, s *Scenario) Population {
	f := in.fields(v, "targets", "requests", "flows", "load", "start", "auth", "thresholds")
	f.Need("load")
	p := Population{Name: name, Start: f.DurationOr("start", 0, longestStage, 0), Stages: in.stages(f.Get("load"))}
	for i := range p.Stages {
		p.Stages[i].Name = name + "/" + p.Stages[i].Name
	}
	p.Targets = selectedTargets(f.Get("targets"), s)
	if len(s.Flows) > 0 {
		f.selectFlows(&p, s)
	} else {
		p.Requests = selectedRequests(f.Get("requests"), s)
		if f.Has("flows") {
			f.Get("flows").Problem("the scenario has no flows: select requests")
		}
	}
	for i := range p.Requests {
		p.Requests[i].Name = name + "/" + p.Requests[i].Name
	}
	p.Auth = in.ownAuth(f.Get("auth"))
	return p
}

// selectedTargets are the targets that a list names, in the order of the file; all of
// them without a list.
func selectedTargets(v document.Value, s *Scenario) (chosen []string) {
	var listed []string
	for _, item := range v.List(maxTargets) {
		name := item.Name()
		if slices.Contains(listed, name) && name != "" {
			item.Problem("%q is listed twice", name)
		}
		mentions(item, "target", name, s.TargetNames())
		listed = append(listed, name)
	}
	for _, name := range s.TargetNames() {
		if v.Node == nil || slices.Contains(listed, name) {
			chosen = append(chosen, name)
		}
	}
	return chosen
}

// selectedRequests are the requests that a list names, or a mapping from names to
// weights; all of them without either.
func selectedRequests(v document.Value, s *Scenario) []Request {
	var chosen []Request
	take := func(at document.Value, name string, weight int) {
		mentions(at, "request", name, requestNames(s.Requests))
		for _, r := range s.Requests {
			if r.Name != name {
				continue
			}
			if slices.Contains(requestNames(chosen), name) {
				at.Problem("%q is listed twice", name)
			}
			if weight > 0 {
				r.Weight = weight
			}
			chosen = append(chosen, r)
		}
	}
	if v.Node == nil {
		return slices.Clone(s.Requests)
	}
	selection(v, maxRequests, take)
	return chosen
}

// selection reads which of the scenario's requests or flows a population has: a list of
// names, or a mapping from names to weights. A weight of 0 is the scenario's own.
func selection(v document.Value, most int, take func(v document.Value, name string, weight int)) {
	if v.Type == document.Mapping && len(v.Entries) > 0 {
		for _, e := range v.Entries {
			take(v.At(e.At(), v.Path), e.Key, int(v.At(e.Value, v.Below(e.Key)).Whole(1, maxWeight)))
		}
		return
	}
	for _, item := range v.List(most) {
		take(item, item.Name(), 0)
	}
}

func requestNames(all []Request) []string {
	names := make([]string, len(all))
	for i, r := range all {
		names[i] = r.Name
	}
	return names
}
