package results

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
)

// A FlowDoc is one of the flows that users walked. Each of its steps is a request of the
// run with figures of its own.
//
// Steps that went to other hosts (Document.Elsewhere) have figures of their own, too, and are
// in no sum of the target: neither its latency nor its bill is about them.
//
// Each walk is recorded as a sample whose Request is behind those of the requests and the
// probes (see Document.Flow): from when its first step was due to the end of its last, with
// the outcome of the step that ended it. So seconds, percentiles, shards and torn runs work
// for flows as for requests. Rejected: a file of their own, which would need all of that
// again.
type FlowDoc struct {
	Name       string   `json:"name" text:"name"` // in a population, "population/flow"
	Population string   `json:"population,omitempty" text:"name"`
	Weight     int      `json:"weight"`
	Steps      []string `json:"steps" text:"name"` // names of requests, in order
}

// flowPrefix distinguishes flows from requests in the files of a run.
const flowPrefix = "flow:"

// Flow is the number under which a sample of the i'th flow is recorded.
func (d *Document) Flow(i int) uint16 { return uint16(len(d.Requests) + len(d.Probes) + i) }

// An owner is what a recorded request number stands for.
type owner uint8

const (
	ofLoad owner = iota
	ofProbe
	ofFlow
	ofBrowser // a preflight
	ofOtherHost
	ofRelease
)

// owner says what a recorded request number stands for.
func (d *Document) owner(request uint16) owner {
	switch {
	case request >= d.release(Base) && d.namesReleases():
		return ofRelease
	case d.asksFirst(request):
		return ofBrowser
	case int(request) < len(d.Requests) && slices.Contains(d.Elsewhere, d.Requests[request]):
		return ofOtherHost
	case int(request) < len(d.Requests):
		return ofLoad
	case request >= d.Flow(0) && len(d.Flows) > 0:
		return ofFlow
	}
	return ofProbe
}

// apart reports whether a recorded request number is no request to a target, or not once
// more: that of a flow, of a request to another host, or of a release.
func (d *Document) apart(request uint16) bool {
	of := d.owner(request)
	return of == ofFlow || of == ofOtherHost || of == ofRelease
}

// FlowFigures are what came of one flow at a target.
type FlowFigures struct {
	Started    int64            `json:"started"`
	Rate       float64          `json:"started_per_s"`
	Completed  int64            `json:"completed"`            // all steps sent that were to be sent, each with a good response
	Failed     int64            `json:"failed"`               // a step had no good response, or had a value missing
	CutOff     int64            `json:"cut_off"`              // by the end of the load
	FailedAt   map[string]int64 `json:"failed_at,omitempty"`  // failed ones by the name of the step, where there were any
	Requests   int64            `json:"requests"`             // of all its steps that were sent
	Preflights int64            `json:"preflights,omitempty"` // that browsers sent before these
	Duration   Percentiles      `json:"duration_ms"`          // of completed ones: from when the first step was due to the end of the last, think times included
}

// flowFigures are the flows that began at a target; nil where none did.
func (r *Run) flowFigures(all *totals, target uint16) map[string]FlowFigures {
	var figures map[string]FlowFigures
	for i, flow := range r.Document.Flows {
		sum := all.part(r.Document.request(int(target), int(r.Document.Flow(i))))
		if sum.total() == 0 {
			continue
		}
		f := FlowFigures{
			Started: sum.total(), Rate: per(sum.total(), all.taken(r.Document.sentBy(int(target), flow.Population), all.starts)),
			Completed: sum.sum.Ended[OK], CutOff: sum.sum.Errors[ErrCancelled], Duration: PercentilesOf(cmp.Or(sum.good(Response), New())),
		}
		f.Failed = f.Started - f.Completed - f.CutOff
		for _, step := range flow.Steps {
			p := all.part(r.Document.request(int(target), slices.Index(r.Document.Requests, step)))
			f.Requests += p.sent()
			f.failed(step, p.sum.Failed+p.sum.Errors[ErrGenerator]-p.sum.Errors[ErrBlocked])
		}
		if asks := r.Document.preflight(flow); asks >= 0 {
			p := all.part(r.Document.request(int(target), asks))
			f.Preflights = p.total()
			f.failed(flow.Preflight(), p.sum.Failed+p.sum.Errors[ErrGenerator])
		}
		if figures == nil {
			figures = map[string]FlowFigures{}
		}
		figures[flow.Name] = f
	}
	return figures
}

// failed counts flows that failed at a step.
func (f *FlowFigures) failed(step string, n int64) {
	if n <= 0 {
		return
	}
	if f.FailedAt == nil {
		f.FailedAt = map[string]int64{}
	}
	f.FailedAt[step] = n
}

// flowNames are the names of the flows, in order.
func (d *Document) flowNames() (names []string) {
	for _, f := range d.Flows {
		names = append(names, f.Name)
	}
	return names
}

// OfFlow reads a flow from the scope of a threshold: the first word before the colon may
// be one, "checkout", with a step of it, "checkout/login". A limit on a flow is one on its
// duration and its outcome. Flows of populations are read by Within, as requests are.
func (t Threshold) OfFlow(flows []string) (Threshold, error) {
	if !slices.Contains(flows, t.Target) {
		return t, nil
	}
	if m := metricNamed(t.Metric); m != nil && !m.part {
		return t, fmt.Errorf("%s is known of a target, not of one of its flows: leave out %s", m.name, t.Target)
	}
	if t.Request != "" {
		t.Request = "/" + t.Request
	}
	t.Target, t.Request = "", t.Target+t.Request
	return t, nil
}

// flowsStarted counts the flows of a population that began at a target, every for all.
func (r *Run) flowsStarted(target uint16, population int) (n int64, flows bool) {
	for i := range r.FlowSeconds {
		s := &r.FlowSeconds[i]
		if s.Target == target && r.Document.owner(s.Request) == ofFlow && (population == every || r.Document.populationOf(r.Document.stageOf(s.Block)) == population) {
			for _, k := range s.Ended {
				n += k
			}
		}
	}
	return n, len(r.Document.Flows) > 0
}

// checkFlows refuses flows that no plan has.
func (d *Document) checkFlows() error {
	var errs []error
	var names []string
	errs = append(errs, d.checkSocketSteps()...)
	for _, name := range d.Elsewhere {
		errs = append(errs, OneOf("elsewhere", name, d.Requests...))
	}
	for i, f := range d.Flows {
		at := fmt.Sprintf("flows[%d]", i)
		if f.Weight < 0 || f.Weight > math.MaxInt32 {
			errs = append(errs, fmt.Errorf("%s.weight: %d is not a weight", at, f.Weight))
		}
		for _, step := range f.Steps {
			errs = append(errs, OneOf(at+".steps", step, d.Requests...))
		}
		if f.Population != "" {
			errs = append(errs, OneOf(at+".population", f.Population, d.populationNames()...))
		}
		names = append(names, f.Name)
	}
	for i := range d.Targets {
		for name, f := range d.Targets[i].Flows {
			errs = append(errs, OneOf(fmt.Sprintf("targets[%d].flows", i), name, names...))
			for step := range f.FailedAt {
				errs = append(errs, OneOf(fmt.Sprintf("targets[%d].flows.%s.failed_at", i, name), step, d.Requests...))
			}
		}
	}
	return errors.Join(errs...)
}
