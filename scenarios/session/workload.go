package session

import (
	"cmp"
	"fmt"
	"slices"

	"tollgate/pricing"
	"tollgate/results"
)

// A TargetWorkload is what a run measured at a target, as a workload.
type TargetWorkload struct {
	Target   string
	Door     string // its own front door; "": an origin has none
	Workload *pricing.Workload
	Unbilled string        // why a month cannot be told, without a workload then; "": it can
	Book     *pricing.Book // with the rates that the scenario states
}

// Workloads are what a recorded run measured at each target, or at one of them, as
// workloads that can be priced at every front door. The month has so many requests;
// with 0, those that the scenario states. A target that is in no region of AWS has a
// workload without one. Of several targets, those of which a month cannot be told are
// named. The run stays as it is.
func Workloads(dir, target string, requests int64, c Config) (all []TargetWorkload, err error) {
	r, err := c.recorded(dir)
	if err != nil {
		return nil, err
	}
	if err := r.resolved(stepPrice, priced); err != nil {
		return nil, err
	}
	p := r.scenario.Pricing
	month := monthOf(p)
	month.Requests = cmp.Or(requests, month.Requests)
	if month.Requests > 0 {
		month.Flows = 0
	}
	for i, t := range r.targets {
		if target != "" && t.Name != target {
			continue
		}
		if why := results.Unbilled(r.run, i); why != "" && target == "" && len(r.targets) > 1 {
			all = append(all, TargetWorkload{Target: t.Name, Unbilled: why})
			continue
		}
		w, err := results.Workload(r.run, i, t, month.At(r.run, i), r.scenario.BillRegion(t))
		if err != nil {
			return nil, &Failure{BadInput, fmt.Errorf("%s: %w", dir, err)}
		}
		w.Requires = r.scenario.Requires
		one := TargetWorkload{Target: t.Name, Workload: w, Book: r.scenario.Book(c.Book)}
		if d := t.Door(); len(d.Billed) > 0 {
			one.Door = d.Name
		}
		all = append(all, one)
	}
	switch {
	case len(all) == 0:
		return nil, fail(BadInput, "%s: no target is called %q", dir, target)
	case !slices.ContainsFunc(all, func(w TargetWorkload) bool { return w.Unbilled == "" }):
		return nil, fail(BadInput, "%s: no target has a bill: %s: %s", dir, all[0].Target, all[0].Unbilled)
	}
	return all, nil
}
