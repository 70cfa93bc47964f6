package scenarios

import (
	"fmt"
	"slices"

	"tollgate/results"
	"tollgate/targets"
)

// unmeasured warns of thresholds that will fail for lack of what they measure.
func (p *Plan) unmeasured() []error {
	var all []error
	for _, t := range p.Scenario.Thresholds {
		for _, target := range p.Scenario.Targets {
			if t.Target != "" && t.Target != target.Name || target.Kind == nil {
				continue
			}
			if why := p.lacksMeasure(t, target); why != "" {
				all = append(all, fmt.Errorf("threshold %q will fail at target %s: %s", t.Text, target.Name, why))
			}
		}
	}
	return all
}

// lacksMeasure says why what t limits will not be measured at a target; "" if it may be.
func (p *Plan) lacksMeasure(t results.Threshold, target targets.Target) string {
	switch {
	case t.Metric == "cold_share" && !target.Kind.OnAWS():
		return "there is no function's log of a target of kind " + target.Kind.Name
	case t.Metric == "cold_share" && !target.Lab && target.Function.Name == "":
		return "the target does not say whose log to read: give it function.name"
	case t.Clock == results.TLS && target.URL != nil && target.URL.Scheme == "http":
		return "its address begins with http://, so there is no TLS"
	case t.Unit() == "usd":
		if !target.Kind.OnAWS() {
			return "AWS does not bill for a target of kind " + target.Kind.Name
		}
		if !p.Scenario.Pricing.HasMonth() {
			return "there is no month to price: add pricing: {requests_per_month: 10M}"
		}
	default:
		if t.Statistic == "" {
			return ""
		}
		watched := target.Watch()
		if d := target.Distribution; d != nil {
			watched = slices.Concat(watched, d.Origin.Watch())
		}
		for _, w := range watched { // the lab names its APIs when it starts
			if w.Metric == t.Of && (target.Lab || w.Dimensions(target) != nil) {
				return ""
			}
		}
		return fmt.Sprintf("CloudWatch has no %s of a target of kind %s, or the target does not say of what to read it", t.Of, target.Kind.Name)
	}
	return ""
}
