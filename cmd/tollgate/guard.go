package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"time"

	"tollgate/pricing"
	"tollgate/scenarios"
	"tollgate/scenarios/probes"
)

// guard refuses a run that would cost more than it may, send more than it may or
// where it may not, and returns the limit that --max-cost sets, zero for none.
// Nothing has been connected to before.
func (r *running) guard(s *scenarios.Scenario, book *pricing.Book) (limit pricing.Money, err error) {
	if r.maxCost != "" {
		if limit, err = pricing.ParseMoney(r.maxCost); err != nil || limit.Cmp(pricing.Money{}) <= 0 {
			return limit, usage(fmt.Errorf("--max-cost %s: say an amount of US dollars above 0, such as 0.50", r.maxCost))
		}
	}
	g, err := newGuard(book)
	if err != nil {
		return limit, err
	}
	g.Yes, g.MaxCost = r.yes, limit
	p, _, err := probes.NewPlan(s, r.yes)
	if err != nil {
		return limit, usage(fmt.Errorf("%s: %w", s.File, err))
	}
	var refused []error
	for _, refusal := range g.Refusals(p) {
		refused = append(refused, refusal)
	}
	if err := errors.Join(refused...); err != nil {
		return limit, coded{exitBudget, fmt.Errorf("%w\nnothing was sent; tollgate plan %s shows what would be", err, s.File)}
	}
	return limit, nil
}

// unbillable warns of a monthly bill that the run could not make in the end.
func unbillable(p *scenarios.Plan, book *pricing.Book) []error {
	err := p.Unbillable(book)
	if err == nil {
		return nil
	}
	lacks := pricing.Lacks(err)
	if len(lacks) == 0 {
		return []error{fmt.Errorf("there will be no monthly bill: %w", err)}
	}
	return []error{fmt.Errorf("there will be no monthly bill, since the price book has no prices for %s: %s", scenarios.LacksText(lacks), pricing.Remedy(lacks))}
}

// newGuard holds runs to the limits of the environment and the configuration.
func newGuard(book *pricing.Book) (scenarios.Guard, error) {
	all, err := limits()
	return scenarios.Guard{Book: book, Limits: all, Lookup: lookUp}, err
}

// lookUpTimeout is how long a name may take to be looked up; longer, and it
// counts as public.
const lookUpTimeout = 3 * time.Second

func lookUp(name string) ([]netip.Addr, error) {
	ctx, cancel := context.WithTimeout(context.Background(), lookUpTimeout)
	defer cancel()
	return net.DefaultResolver.LookupNetIP(ctx, "ip", name)
}
