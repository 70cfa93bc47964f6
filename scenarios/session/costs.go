package session

import (
	"errors"
	"fmt"
	"slices"

	"tollgate/pricing"
	"tollgate/results"
)

// Costs are what a month at the billed targets of a recorded run would cost with
// more or fewer requests, everything else as measured.
type Costs struct {
	Month   int64 // requests that the bills are made for
	Curves  []pricing.Curve
	LeftOut []string             // targets whose price is unknown, or of which a month cannot be told
	Surface *pricing.CostSurface // by the size of responses too; nil: there are fewer than two candidates, or they are billed in different regions
}

// surfaceSteps are the values of each variable of a cost surface.
const surfaceSteps = 120

// CostsOf computes them of a recorded run with c's Book. They are nil if the
// scenario has no monthly bill.
func CostsOf(run *results.Run, c Config) (*Costs, error) {
	r, err := c.recordedAs(run)
	if err != nil {
		return nil, err
	}
	if c.Book == nil {
		return nil, nil
	}
	if err := r.resolved(stepPrice, priced); err != nil {
		return nil, err
	}
	b := newBilling(r.run, c.Book, r.scenario, r.targets)
	if b == nil {
		return nil, nil
	}
	costs := &Costs{Month: b.requests()}
	var problems []error
	var open choice
	for i, t := range r.targets {
		candidate, billed := b.candidate(r.run, i)
		switch {
		case !billed:
			continue
		case b.untold[i] != "":
			costs.LeftOut = append(costs.LeftOut, t.Name)
			continue
		}
		region := b.BillRegion(t)
		curve, err := b.book.Curve(region, candidate)
		switch {
		case pricing.Unknowable(err):
			costs.LeftOut = append(costs.LeftOut, t.Name)
			continue
		case err != nil:
			problems = append(problems, fmt.Errorf("target %q: %w", t.Name, err))
			continue
		}
		costs.Curves = append(costs.Curves, curve)
		if len(r.run.Document.Targets[i].Lacks) == 0 {
			if !candidate.Traffic.Streaming {
				candidate.Largest = t.Door().LargestResponse()
			}
			open.add(region, candidate)
		}
	}
	costs.Surface, err = open.surface(b.book)
	return costs, errors.Join(append(problems, err)...)
}

// A choice is the candidates that have all required features.
type choice struct {
	candidates []pricing.Candidate
	regions    []string // each once
}

func (c *choice) add(region string, candidate pricing.Candidate) {
	c.candidates = append(c.candidates, candidate)
	if !slices.Contains(c.regions, region) {
		c.regions = append(c.regions, region)
	}
}

// surface is nil without a choice, or if the candidates are billed in different
// regions.
func (c *choice) surface(book *pricing.Book) (*pricing.CostSurface, error) {
	limited := slices.ContainsFunc(c.candidates, func(one pricing.Candidate) bool { return one.Largest > 0 })
	if len(c.candidates) < 2 || !limited || len(c.regions) != 1 {
		return nil, nil
	}
	return book.CostSurface(c.regions[0], c.candidates, surfaceSteps)
}
