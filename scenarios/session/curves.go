package session

import (
	"errors"
	"fmt"

	"tollgate/pricing"
	"tollgate/results"
)

// Curves returns what a month at each billed target of a recorded run would
// cost with other numbers of requests, everything else as it was measured, and
// the number that the bills are made for. Of c it needs the Book. A run whose
// scenario asks for no bill has no curves.
func Curves(dir string, c Config) (curves []pricing.Curve, requests int64, err error) {
	r, err := c.recorded(dir)
	if err != nil {
		return nil, 0, err
	}
	p := r.scenario.Pricing
	if c.Book == nil || p.RequestsPerMonth == 0 {
		return nil, 0, nil
	}
	var problems []error
	for i, t := range r.targets {
		if len(t.Kind.Billed) == 0 {
			continue
		}
		curve, err := c.Book.Curve(p.Region, pricing.Door{
			Name: t.Name, Billed: t.Kind.Billed, Traffic: results.Traffic(r.run, i, t, monthOf(r.scenario)),
		})
		if err != nil {
			problems = append(problems, fmt.Errorf("target %q: %w", t.Name, err))
			continue
		}
		curves = append(curves, curve)
	}
	return curves, p.RequestsPerMonth, errors.Join(problems...)
}
