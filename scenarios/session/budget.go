package session

import (
	"errors"
	"fmt"

	"tollgate/pricing"
	"tollgate/results"
	"tollgate/scenarios/load"
)

// A budget is what a run may cost and may have cost so far: each request at the
// most that it may cost. A nil one has no limit.
type budget struct {
	limit, aside pricing.Money // aside: for reading CloudWatch, and for probes
	requests     *load.Budget
}

// warnFrom is the share of its limit from which a run gets a warning.
const warnFrom = 0.8

// newBudget is nil without a limit. A shard has its portion.
func (s *session) newBudget() (*budget, error) {
	if s.MaxCost.Cmp(pricing.Money{}) <= 0 {
		return nil, nil
	}
	if s.Book == nil {
		return nil, errors.New("a limit on the cost of the run needs a price book")
	}
	prices, err := s.plan.Prices(s.Book)
	if err != nil {
		return nil, fmt.Errorf("the cost of each request is unknown, so the limit cannot be kept: %w", err)
	}
	left := s.MaxCost.Sub(prices.Reserved).Times(s.plan.Portion())
	if left.Cmp(pricing.Money{}) < 0 {
		left = pricing.Money{}
	}
	reserved := prices.Reserved.Times(s.plan.Portion())
	limit := left.Add(reserved)
	if limit.Cmp(pricing.Money{}) == 0 { // of a shard that sends nothing
		limit = s.MaxCost
	}
	return &budget{limit, reserved, load.NewBudget(left.Picos(), prices.Requests)}, nil
}

func (b *budget) job() *load.Budget {
	if b == nil {
		return nil
	}
	return b.requests
}

// spent is what may have been spent, including what is set aside.
func (b *budget) spent() pricing.Money {
	picos, _ := b.requests.Spent()
	return b.aside.Add(pricing.OfPicos(picos))
}

// share is that as a share of the limit.
func (b *budget) share() float64 {
	if b == nil {
		return 0
	}
	return b.spent().Float() / b.limit.Float()
}

// note adds a warning to the run if it stopped at its limit, or came close to it.
func (b *budget) note(r *results.Recorder, stopped bool) error {
	if !stopped && b.share() < warnFrom {
		return nil
	}
	text := fmt.Sprintf("the run may have cost $%s, %.0f %% of its limit of $%s", b.spent().Text(4), 100*b.share(), b.limit.Text(4))
	if stopped {
		text = "stopped before its end: " + b.exhausted()
	}
	return r.Update(func(d *results.Document) { d.Warnings = append(d.Warnings, text) })
}

func (b *budget) exhausted() string {
	return fmt.Sprintf("the next request might have exceeded the limit of $%s ($%s may be spent)", b.limit.Text(4), b.spent().Text(4))
}
