package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"strings"
	"sync"
	"time"

	"tollgate/pricing"
	"tollgate/scenarios"
	"tollgate/scenarios/probes"
	"tollgate/scenarios/session"
)

// guard refuses a run that exceeds a limit on cost, load or hosts, and returns the
// limit of --max-cost, zero for none. No connection has been made before.
func (r *runFlags) guard(s *scenarios.Scenario, book *pricing.Book) (limit pricing.Money, err error) {
	if r.maxCost != "" {
		if limit, err = pricing.ParseMoney(r.maxCost); err != nil || limit.Cmp(pricing.Money{}) <= 0 {
			return limit, usage(fmt.Errorf("--max-cost %s: give an amount of US dollars above 0, such as 0.50", r.maxCost))
		}
	}
	if r.spent.Cmp(pricing.Money{}) > 0 {
		if limit = limit.Sub(r.spent); limit.Cmp(pricing.Money{}) <= 0 {
			return limit, coded{exitBudget, fmt.Errorf("earlier attempts have spent --max-cost %s", r.maxCost)}
		}
	}
	g, err := newGuard(book)
	if err != nil {
		return limit, err
	}
	g.Yes, g.MaxCost, g.Runs = r.yes, limit, r.times
	whole := s
	if s.Shard.Count > 0 { // limits are for all shards together
		whole = s.Whole()
	}
	p, _, err := probes.NewPlan(whole, r.yes)
	if err == nil && p.Decide != nil && limit.Cmp(pricing.Money{}) > 0 {
		if err = s.Afford(book, limit); err == nil {
			p, _, err = probes.NewPlan(s, r.yes)
		}
	}
	if err != nil {
		return limit, usage(fmt.Errorf("%s: %w", s.File, err))
	}
	var refused []error
	for _, refusal := range g.Refusals(p) {
		refused = append(refused, refusal)
	}
	if err := errors.Join(refused...); err != nil {
		return limit, coded{exitBudget, fmt.Errorf("%w\nnothing was sent; %s", err, shownBy(s))}
	}
	return limit, nil
}

// unbillable warns of a monthly bill that the run could not make in the end.
func unbillable(p *scenarios.Plan, book *pricing.Book) []error {
	names, err := p.Unbillable(book)
	if err == nil {
		return nil
	}
	what := scenarios.NoBill
	if len(names) < len(p.Scenario.Targets) {
		what += " of " + strings.Join(names, ", ")
	}
	lacks := pricing.Lacks(err)
	if len(lacks) == 0 {
		return []error{fmt.Errorf("%s: %w", what, err)}
	}
	return []error{fmt.Errorf("%s, since the price book has no prices for %s: %s", what, scenarios.LacksText(lacks), pricing.Remedy(lacks))}
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

// warnOfCost is from which share of --max-cost a run warns.
const warnOfCost = 0.8

// A costWarning warns, once, when a run comes near its --max-cost.
type costWarning struct {
	w     io.Writer
	limit string
	late  bool // warn at the end: until then the screen belongs to the live view

	mu     sync.Mutex
	share  float64
	warned bool
}

// watch reads the progress and passes it on.
func (s *costWarning) watch(next func(session.Progress)) func(session.Progress) {
	return func(p session.Progress) {
		s.mu.Lock()
		s.share = max(s.share, p.Spent)
		if !s.late {
			s.warn()
		}
		s.mu.Unlock()
		next(p)
	}
}

// spent is the share of the limit that the run may have cost.
func (s *costWarning) spent() pricing.Quantity {
	s.mu.Lock()
	defer s.mu.Unlock()
	return pricing.Ratio(int64(s.share*1e9), 1e9)
}

// end warns if that had to wait.
func (s *costWarning) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.warn()
}

func (s *costWarning) warn() {
	if s.share >= warnOfCost && !s.warned {
		s.warned = true
		fmt.Fprintf(s.w, "warning: the run may have cost %.0f %% of --max-cost %s; it stops before a request that might exceed it\n", 100*s.share, s.limit)
	}
}
