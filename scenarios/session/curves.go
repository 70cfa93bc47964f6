package session

import (
	"errors"
	"fmt"
	"math"

	"tollgate/pricing"
	"tollgate/results"
)

// Costs are what a month at the billed targets of a recorded run would cost if
// it had other requests, everything else as it was measured.
type Costs struct {
	Month   int64 // requests that the bills are made for
	Curves  []pricing.Curve
	Terrain *pricing.Terrain // over the size of responses, too; nil: fewer than two targets can be chosen between
}

// terrainSteps are the values of each variable of a map of costs.
const terrainSteps = 120

// CostsOf reads them off a run directory. Of c it needs the Book. They are nil
// for a run whose scenario asks for no bill.
func CostsOf(dir string, c Config) (*Costs, error) {
	r, err := c.recorded(dir)
	if err != nil {
		return nil, err
	}
	p := r.scenario.Pricing
	if c.Book == nil || p.RequestsPerMonth == 0 {
		return nil, nil
	}
	costs := &Costs{Month: p.RequestsPerMonth}
	var problems []error
	var open []pricing.Door // to be chosen: they have all that is required
	largest := int64(math.MaxInt64)
	for i, t := range r.targets {
		if len(t.Kind.Billed) == 0 {
			continue
		}
		door := pricing.Door{Name: t.Name, Billed: t.Kind.Billed, Traffic: results.Traffic(r.run, i, t, monthOf(r.scenario))}
		curve, err := c.Book.Curve(p.Region, door)
		if err != nil {
			problems = append(problems, fmt.Errorf("target %q: %w", t.Name, err))
			continue
		}
		costs.Curves = append(costs.Curves, curve)
		if len(r.run.Document.Targets[i].Lacks) == 0 {
			open = append(open, door)
			if limit := t.Kind.Limits.ResponseBytes; limit > 0 {
				largest = min(largest, limit)
			}
		}
	}
	if len(open) > 1 && largest < math.MaxInt64 {
		costs.Terrain, err = c.Book.Terrain(p.Region, open, largest, terrainSteps)
		problems = append(problems, err)
	}
	return costs, errors.Join(problems...)
}
