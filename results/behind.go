package results

import (
	"cmp"
	"fmt"
	"maps"
	"net/http"
	"slices"

	"tollgate/pricing"
	"tollgate/targets"
)

// A FunctionDoc is one of several functions behind a target: routes of an API may call
// functions of their own.
type FunctionDoc struct {
	Name     string   `json:"name" text:"name"`               // "" where the target's own is not named
	Routes   []string `json:"routes,omitempty" text:"name"`   // that lead to it; none: it has what no route takes
	Requests []string `json:"requests,omitempty" text:"name"` // names of those that call it

	Connections int `json:"connections,omitempty"` // how often each connection over WebSocket calls it, by $connect and $disconnect

	Figures *Figures `json:"figures,omitempty"` // of these; nil: none were sent
}

// ObservedFunction is what Lambda says of one of several functions behind a target.
type ObservedFunction struct {
	Name    string           `json:"name" text:"name"`
	Metrics []ObservedMetric `json:"metrics"`
}

// Invocations is how many Lambda counted over the window; false: it is not known.
func (o *ObservedFunction) Invocations() (float64, bool) {
	return o.total(targets.RoleInvocations, "Sum")
}

// Errors is how many invocations failed.
func (o *ObservedFunction) Errors() (float64, bool) { return o.total(targets.RoleErrors, "Sum") }

// MeanMS is how long they took on average.
func (o *ObservedFunction) MeanMS() (float64, bool) { return o.total(targets.RoleDuration, "Average") }

func (o *ObservedFunction) total(role targets.Role, statistic string) (float64, bool) {
	return totalOf(o.Metrics, role, statistic)
}

// totalOf is a statistic of the metric with a role over the window; false: it is not known.
func totalOf(metrics []ObservedMetric, role targets.Role, statistic string) (float64, bool) {
	for _, m := range metrics {
		if m.Role == string(role) && len(m.Points) > 0 {
			x, known := m.Total[statistic]
			return x, known
		}
	}
	return 0, false
}

// ObservedFunction finds what Lambda says of a function; nil: nothing.
func (o *ObservedDoc) ObservedFunction(name string) *ObservedFunction {
	if o == nil {
		return nil
	}
	if i := slices.IndexFunc(o.Functions, func(f ObservedFunction) bool { return f.Name == name }); i >= 0 {
		return &o.Functions[i]
	}
	return nil
}

// byFunction fills in the figures of what each function behind a target got.
func (d *Document) byFunction(all *totals, target int) []FunctionDoc {
	docs := slices.Clone(d.Targets[target].Functions)
	for i := range docs {
		docs[i].Figures = d.figuresOf(all, target, docs[i].Requests)
	}
	return docs
}

// figuresOf are those of the requests of some names; nil: none were sent.
func (d *Document) figuresOf(all *totals, target int, names []string) *Figures {
	p := d.calling(all, target, names)
	if p.total() == 0 {
		return nil
	}
	f := p.figures(all.active(allOf(target)))
	return &f
}

// calling adds up the requests of some names at a target.
func (d *Document) calling(all *totals, target int, names []string) *part {
	p := newPart()
	for _, name := range names {
		if r := slices.Index(d.Requests, name); r >= 0 {
			p.merge(all.part(d.request(target, r)))
		}
	}
	return p
}

// A sharing is what single functions and integrations behind a target got of its requests.
type sharing struct {
	functions    []usage // the target's own first
	integrations []IntegrationDoc
	called       []usage // of these
}

// sharingOf reads it off what those of some names got; nil where all requests lead to one
// function.
func sharingOf(run *Run, i int, t targets.Target, got func(names []string) *part) *sharing {
	doc := &run.Document.Targets[i]
	if len(doc.Functions) < 2 && len(doc.Integrations) == 0 {
		return nil
	}
	s := &sharing{integrations: doc.Integrations}
	functions, _ := t.AllFunctions()
	for _, f := range doc.Functions {
		u := usageOf(got(f.Requests), t)
		u.watched = run.watchedFunction(t.Name, f)
		if doc.Sockets != nil {
			u.perSocket(run, uint16(i), f)
		}
		if at := slices.IndexFunc(functions, func(o targets.Function) bool { return o.Name == f.Name }); at >= 0 && f.Name != "" {
			u.target.Function = functions[at]
		}
		u.target.Function.Name = f.Name
		s.functions = append(s.functions, u)
	}
	for _, c := range doc.Integrations {
		s.called = append(s.called, usageOf(got(c.Requests), t))
	}
	return s
}

// notes say what a workload, which has one function, takes for granted.
func (s *sharing) notes() (notes []string) {
	if s == nil {
		return nil
	}
	if len(s.functions) > 1 {
		notes = append(notes, "the functions behind the routes are taken to be one, with the memory of the target's own")
	}
	for _, c := range s.integrations {
		notes = append(notes, fmt.Sprintf("requests that lead to %s are taken to invoke the function, since a workload has one thing behind its front door", c.Name))
	}
	return notes
}

// reached are the requests that came to the front door.
func (s *sharing) reached() (n int64) {
	for _, u := range slices.Concat(s.functions, s.called) {
		n += u.reached
	}
	return n
}

// asFunction is the month's traffic of a function of which u is the use.
func (u usage) asFunction(factor pricing.Quantity, m Month) pricing.FunctionTraffic {
	of := u.target.Function
	f := pricing.FunctionTraffic{Name: of.Name, Invocations: u.invocations(), Duration: u.duration(), MemoryMB: of.MemoryMB, Architecture: of.Architecture}
	if of.MemoryAssumed {
		f.MemoryBasis = pricing.Assumed
	}
	f = f.Times(factor)
	f.ColdStarts, f.Init = m.coldStarts(f.Invocations)
	return f
}

// watchedFunction is what Lambda says of one function, without what the warm-up and the
// trial invoked.
func (r *Run) watchedFunction(target string, doc FunctionDoc) map[targets.Role]ObservedMetric {
	found := map[targets.Role]ObservedMetric{}
	if r.Observed == nil {
		return found
	}
	for i := range r.Observed.Targets {
		o := &r.Observed.Targets[i]
		if o.Target != target || o.Error != "" || o.ObservedFunction(doc.Name) == nil {
			continue
		}
		for _, m := range o.ObservedFunction(doc.Name).Metrics {
			if len(m.Points) == 0 {
				continue
			}
			if targets.Role(m.Role) == targets.RoleInvocations {
				m.Total = maps.Clone(m.Total)
				m.Total["Sum"] = max(0, m.Total["Sum"]-r.InvokedBefore(target, doc))
			}
			m.Points = r.afterWarmUp(m.Points)
			found[targets.Role(m.Role)] = m
		}
	}
	return found
}

// InvokedBefore is how often requests of the trial and the warm-up invoked a function, as far
// as the counts of the load leave them out: those of connections have the warm-up.
func (r *Run) InvokedBefore(target string, f FunctionDoc) (n float64) {
	requests := f.Requests
	for _, t := range r.Document.Trial {
		if t.Target == target && slices.Contains(requests, t.Request) && t.Status > 0 && t.Status != http.StatusForbidden && t.Status != http.StatusTooManyRequests {
			n++
		}
	}
	sockets := false
	for i := range r.Document.Targets {
		if t := &r.Document.Targets[i]; t.Name == target && t.Sockets != nil {
			sockets = true
			if apart := bothSockets(t.TrialSockets, t.ProbeSockets); apart != nil {
				n += float64(int64(f.Connections) * apart.Opened)
			}
		}
	}
	if r.WarmUp == nil || sockets {
		return n
	}
	for i := range r.WarmUp.Seconds {
		s := &r.WarmUp.Seconds[i]
		if int(s.Target) >= len(r.Document.Targets) || r.Document.Targets[s.Target].Name != target || int(s.Request) >= len(r.Document.Requests) || !slices.Contains(requests, r.Document.Requests[s.Request]) {
			continue
		}
		for code, of := range s.Status {
			if code != http.StatusForbidden && code != http.StatusTooManyRequests {
				n += float64(of)
			}
		}
	}
	return n
}

// traffic shares what came to the front door.
func (s *sharing) traffic(t *pricing.Traffic, reached int64, m Month) {
	factor := pricing.Ratio(reached, max(1, s.reached()))
	t.Function = "the target's function"
	for i, u := range s.functions {
		f := u.asFunction(factor, m)
		if i > 0 {
			t.Functions = append(t.Functions, f)
			continue
		}
		t.Function, t.Invocations, t.Duration, t.ColdStarts, t.Init = cmp.Or(f.Name, t.Function), f.Invocations, f.Duration, f.ColdStarts, f.Init
	}
	for i, c := range s.integrations {
		t.Called = append(t.Called, s.called[i].asCall(c, factor))
	}
}
