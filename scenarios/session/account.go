package session

import (
	"errors"
	"fmt"

	"tollgate/pricing"
	"tollgate/results"
	"tollgate/scenarios/load"
)

// An account is what a run may spend and has spent: each request at what it may
// cost at most. A nil one has no limit.
type account struct {
	limit, aside pricing.Money
	budget       *load.Budget
}

// warnFrom is from which share of its limit a run is warned about.
const warnFrom = 0.8

// open opens the account of a run, nil where nobody set a limit.
func (s *session) openAccount() (*account, error) {
	if s.MaxCost.Cmp(pricing.Money{}) <= 0 {
		return nil, nil
	}
	if s.Book == nil {
		return nil, errors.New("a limit on what the run may cost needs a price book")
	}
	tariff, err := s.plan.Tariff(s.Book)
	if err != nil {
		return nil, fmt.Errorf("what each request would cost is not known, so the limit cannot be kept: %w", err)
	}
	left := s.MaxCost.Sub(tariff.Aside)
	if left.Cmp(pricing.Money{}) < 0 {
		left = pricing.Money{}
	}
	return &account{s.MaxCost, tariff.Aside, load.NewBudget(left.Picos(), tariff.Prices)}, nil
}

// pays is the budget for the engine.
func (a *account) pays() *load.Budget {
	if a == nil {
		return nil
	}
	return a.budget
}

// spent is what was spent so far, with what is set aside.
func (a *account) spent() pricing.Money {
	picos, _ := a.budget.Spent()
	return a.aside.Add(pricing.OfPicos(picos))
}

// share is that as a share of the limit.
func (a *account) share() float64 {
	if a == nil {
		return 0
	}
	return a.spent().Float() / a.limit.Float()
}

// note keeps a word about the limit among the run's warnings.
func (a *account) note(r *results.Recorder, stopped bool) error {
	if !stopped && a.share() < warnFrom {
		return nil
	}
	word := fmt.Sprintf("the run may have cost $%s, %.0f %% of the $%s that it may", a.spent().Text(4), 100*a.share(), a.limit.Text(4))
	if stopped {
		word = "stopped before its end: " + a.exhausted()
	}
	return r.Update(func(d *results.Document) { d.Warnings = append(d.Warnings, word) })
}

// exhausted says why the run stopped.
func (a *account) exhausted() string {
	return fmt.Sprintf("the next request might have cost more than is left of the $%s that the run may cost ($%s are reckoned as spent)", a.limit.Text(4), a.spent().Text(4))
}
