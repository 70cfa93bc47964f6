package session

import (
	"errors"
	"slices"
	"time"

	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/targets"
)

func (s *session) document(now time.Time) results.Document {
	doc := results.Document{
		Version: results.Version, ID: results.RunID(now, s.Scenario.Name),
		Scenario: s.Scenario.Name, Lab: results.Digest(s.lab.Record),
		State: results.Running, Started: now, Seed: s.plan.Seed, Decide: s.plan.Decide, Tool: s.Tool, Tags: s.Tags, Inputs: s.Inputs,
		Reasons: []string{}, Thresholds: results.Pending(s.Scenario.Thresholds),
		Trial:      s.trial,
		Overridden: s.Scenario.Overridden, Generated: s.Scenario.Generated,
		Machine: results.ThisMachine(),
	}
	for _, w := range slices.Concat(s.plan.Warnings, s.Warnings) {
		doc.Warnings = append(doc.Warnings, w.Error())
	}
	for _, p := range s.plan.Stages {
		doc.Stages = append(doc.Stages, results.StageDoc{
			Name: p.Name, WarmUp: p.WarmUp, Load: p.Words(), Seconds: p.Own().Seconds(), Blocks: p.Blocks, BlockS: p.Block.Seconds(), Due: p.Starts, FirstBlock: p.After,
		})
	}
	for i := range s.Scenario.Populations {
		doc.Populations = append(doc.Populations, s.populationDoc(&s.plan.Populations[i]))
	}
	doc.Flows = s.flowDocs()
	for _, q := range s.questions {
		if !slices.Contains(doc.Probes, q.Probe.Name) {
			doc.Probes = append(doc.Probes, q.Probe.Name)
		}
	}
	for _, r := range s.plan.Sent {
		doc.Requests = append(doc.Requests, r.Name)
		if r.Elsewhere() {
			doc.Elsewhere = append(doc.Elsewhere, r.Name)
		}
	}
	doc.SocketSteps = s.socketSteps()
	doc.Preflights = s.plan.Preflights()
	for _, t := range s.targets {
		doc.Targets = append(doc.Targets, results.TargetDoc{
			Name: t.Name, Kind: t.Kind.Name, Title: t.Title(), Behind: behind(&t), URL: t.Address(), Lab: t.Lab, Local: t.Modelled() && !t.Lab, Region: t.Region, Messages: t.Messages,
			Lacks: t.Kind.Lacks(s.Scenario.Requires), Connection: ConnectionOf(&t),
			ReleaseHeader: t.Releases.Header, Functions: s.functionDocs(&t), Integrations: s.integrationDocs(&t), Routes: s.routeDocs(&t),
		})
	}
	for i, tried := range s.tried {
		doc.Targets[i].TrialSockets = tried
	}
	return doc
}

// behind is the kind of what is behind a distribution.
func behind(t *targets.Target) string {
	if d := t.Distribution; d == nil || d.Origin == nil || d.Unstated() {
		return ""
	}
	return t.Distribution.Origin.Kind.Name
}

// socketSteps are what requests do over WebSocket, by their names; nil: none does anything.
func (s *session) socketSteps() map[string]string {
	steps := map[string]string{}
	for i := range s.plan.Sent {
		if own := s.plan.Sent[i].OverSocket(); own != nil {
			steps[s.plan.Sent[i].Name] = own.Does.String()
			if own.Reply.None {
				steps[s.plan.Sent[i].Name] = results.StepPosts
			}
		}
	}
	if len(steps) == 0 {
		return nil
	}
	return steps
}

// functionDocs are the functions behind a target and the requests that call each, where
// routes have functions of their own.
func (s *session) functionDocs(t *targets.Target) (docs []results.FunctionDoc) {
	if len(t.Functions)+len(t.Integrations) == 0 {
		return nil
	}
	all, routes := t.AllFunctions()
	if t.Function.Name == "" {
		all = slices.Insert(all, 0, t.Function)
	}
	for _, f := range all {
		doc := results.FunctionDoc{Name: f.Name, Routes: routes[f.Name]}
		if t.Messages {
			doc.Connections = scenarios.ConnectionRoutes(t, f.Name)
		}
		docs = append(docs, doc)
	}
	at := func(name string) *results.FunctionDoc {
		return &docs[slices.IndexFunc(docs, func(d results.FunctionDoc) bool { return d.Name == name })]
	}
	for _, r := range s.plan.Sent {
		if r.Elsewhere() {
			continue
		}
		if t.Messages {
			if name, is := r.FunctionOf(t); is {
				at(name).Requests = append(at(name).Requests, r.Name)
			}
			continue
		}
		if _, without := t.IntegrationAt(r.Method, r.Path); without {
			continue
		}
		_, f := t.FunctionAt(r.Method, r.Path)
		at(f.Name).Requests = append(at(f.Name).Requests, r.Name)
	}
	if len(docs) == 1 && len(docs[0].Requests)+docs[0].Connections == 0 { // all lead elsewhere
		return nil
	}
	return docs
}

// integrationDocs are what stands behind routes of a target in place of a function, and the
// requests that lead to each.
func (s *session) integrationDocs(t *targets.Target) (docs []results.IntegrationDoc) {
	at := func(i targets.Integration) int {
		return slices.IndexFunc(docs, func(d results.IntegrationDoc) bool { return d.Name == i.Called() })
	}
	for _, i := range t.Integrations {
		if at(i) < 0 {
			docs = append(docs, results.IntegrationDoc{Name: i.Called(), Type: i.Type, Action: i.Action})
		}
		docs[at(i)].Routes = append(docs[at(i)].Routes, i.Route)
	}
	for _, r := range s.plan.Sent {
		if i, without := t.IntegrationAt(r.Method, r.Path); without && !r.Elsewhere() {
			docs[at(i)].Requests = append(docs[at(i)].Requests, r.Name)
		}
	}
	return docs
}

// routeDocs are the routes of a target that have metrics, and the requests that each takes.
func (s *session) routeDocs(t *targets.Target) (docs []results.RouteDoc) {
	for _, route := range t.Detailed {
		doc := results.RouteDoc{Route: route}
		for _, r := range s.plan.Sent {
			if !r.Elsewhere() && t.RouteAt(r.Method, r.Path) == route {
				doc.Requests = append(doc.Requests, r.Name)
			}
		}
		docs = append(docs, doc)
	}
	return docs
}

func (s *session) flowDocs() (docs []results.FlowDoc) {
	for i := range s.plan.Populations {
		for _, f := range s.plan.Populations[i].Walks {
			doc := results.FlowDoc{Name: f.Name, Population: s.plan.Populations[i].Name, Weight: f.Weight}
			for _, step := range f.Steps {
				doc.Steps = append(doc.Steps, s.plan.Sent[step.Request].Name)
			}
			docs = append(docs, doc)
		}
	}
	return docs
}

func (s *session) populationDoc(p *scenarios.PlannedPopulation) results.PopulationDoc {
	doc := results.PopulationDoc{Name: p.Name, Start: p.Start.Seconds(), Targets: p.Targets}
	for _, r := range p.Requests {
		doc.Requests = append(doc.Requests, r.Name)
	}
	doc.Requests = append(doc.Requests, s.plan.PreflightsOf(p)...)
	for _, stage := range p.Stages {
		doc.Stages = append(doc.Stages, stage.Number+1)
	}
	return doc
}

func end(r *results.Recorder, aborted *results.Abort, interrupted bool) error {
	switch {
	case interrupted:
		return r.Close(results.Interrupted)
	case aborted != nil:
		err := r.Update(func(d *results.Document) { d.Aborted = aborted })
		return errors.Join(err, r.Close(results.Aborted))
	}
	return r.Close(results.Finished)
}
