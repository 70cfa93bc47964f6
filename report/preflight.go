package report

import (
	"fmt"
	"strings"

	"tollgate/pricing"
	"tollgate/results"
)

// Preflights say how many requests browsers sent to ask what pages may send, "" where none
// did.
func (r *Report) Preflights() string {
	var parts []string
	for _, d := range r.Doors {
		var n int64
		for _, name := range r.Document.Preflights {
			n += d.ByRequest[name].Requests
		}
		if n > 0 {
			parts = append(parts, fmt.Sprintf("%s for %s at %s", pricing.Counted(n, "preflight"), pricing.Counted(d.Requests, "request"), d.Name))
		}
	}
	if len(parts) == 0 {
		return ""
	}
	return strings.Join(parts, ", ") + ": requests of their own, which the figures of targets and flows do not count; the response time of a request includes its preflight"
}

// costing names what has a share of a flow's cost: one of its steps, its preflights, or what servers pushed.
func costing(d Door, flow, step string) string {
	if step == (&results.FlowDoc{Name: flow}).Pushes() {
		return "pushes"
	}
	if f := d.TargetDoc.Flows[flow]; step == flow+"/preflight" && f.Started > 0 {
		each := float64(f.Preflights) / float64(f.Started)
		return fmt.Sprintf("preflights (%s each)", digits(each))
	}
	return strings.TrimPrefix(step, flow+"/")
}
