package report

import (
	"fmt"

	"tollgate/results/compare"
)

// WithHistory sets the run beside the nights of its scenario, oldest first. Too
// few of them to draw are no mistake: the report then has no history.
func (r *Report) WithHistory(nights []compare.Night) {
	var doors []string // which have the colours that they have elsewhere on the page
	for _, d := range r.Doors {
		doors = append(doors, d.Name)
	}
	tr, err := newTrend(r.Scenario, nights, doors)
	if err != nil {
		return
	}
	tr.mark(r.ID)
	r.Trend = tr
}

// GateSheet is what the gate held each metric against.
func (p *page) GateSheet() *sheet {
	s := &sheet{ID: "by-gate", Caption: "The gate, metric by metric", Columns: heads("target", "text:metric", "measured", "expected", "limit", "text:result")}
	for _, g := range p.Gate.Gates {
		result := words("pass").classed("good")
		switch {
		case g.Alarm:
			result = words("alarm").classed("bad")
		case g.P == nil && p.Gate.Comparison == nil:
			result = words("learning")
		}
		in := func(v *float64) entry {
			return figureOr(v, func(v float64) string { return inUnit(v, g.Unit) })
		}
		s.add(words(g.Target), words(fmt.Sprint(metricTitle(g.Metric))), in(g.Value), in(g.Expected), in(g.Limit), result.noted(g.Why))
	}
	return s.sorted()
}
