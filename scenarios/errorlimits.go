package scenarios

import (
	"fmt"
	"strings"

	"tollgate/results"
)

// errorLimits warns of limits on response times without a limit on errors: times
// are those of good responses alone, so a run may lose almost every request and
// keep them.
func (p *Plan) errorLimits() []error {
	var all []string
	for _, t := range p.Scenario.Thresholds {
		if t.Unit() == "ms" && t.Less && !p.limitsErrors(t) {
			all = append(all, fmt.Sprintf("%q", t.Text))
		}
	}
	if all == nil {
		return nil
	}
	subject := "threshold " + all[0] + " looks"
	if len(all) > 1 {
		subject = "thresholds " + strings.Join(all, ", ") + " look"
	}
	return []error{fmt.Errorf("%s at good responses only, and would pass whatever share of the requests fails or times out: add a limit such as \"error_share < 1%%\"", subject)}
}

// limitsErrors says whether every request that t looks at is also looked at by a
// limit on errors.
func (p *Plan) limitsErrors(t results.Threshold) bool {
	for _, target := range p.Scenario.Targets {
		for _, request := range p.Scenario.Requests {
			if !about(t, target.Name, request.Name) {
				continue
			}
			limited := false
			for _, g := range p.Scenario.Thresholds {
				errors := g.Metric == "error_share" && g.Less || g.Metric == "goodput" && !g.Less
				limited = limited || errors && about(g, target.Name, request.Name)
			}
			if !limited {
				return false
			}
		}
	}
	return true
}

// about says whether a threshold looks at a request at a target.
func about(t results.Threshold, target, request string) bool {
	return (t.Target == "" || t.Target == target) && (t.Request == "" || t.Request == request)
}
