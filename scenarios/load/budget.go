package load

import (
	"errors"
	"slices"
	"sync/atomic"
)

// ErrSpent stops a turn: the next request might exceed the budget.
var ErrSpent = errors.New("the limit on the cost of the run is reached")

// A Budget limits what a run may cost, in picodollars (10⁻¹² dollars, so that sums of
// any length are exact). Each request is charged when it is taken up, at its highest
// possible cost. A nil Budget has no limit.
//
// Loops charge an allowance each, which they fill a thousandth of the limit at a time:
// at the budget itself they would contend for one cache line at every request.
type Budget struct {
	limit, chunk int64
	prices       [][]int64 // by target, by request
	highest      []int64   // by target
	taken        atomic.Int64
}

// NewBudget makes a budget with a limit and the price of each request at each target.
func NewBudget(limit int64, prices [][]int64) *Budget {
	p := &Budget{limit: limit, chunk: max(1, limit/1000), prices: prices}
	for _, at := range prices {
		p.highest = append(p.highest, slices.Max(append([]int64{0}, at...)))
	}
	return p
}

// knows reports whether it has a price of each request at each target.
func (p *Budget) knows(targets, requests int) bool {
	return p == nil || len(p.prices) >= targets && !slices.ContainsFunc(p.prices, func(at []int64) bool { return len(at) < requests })
}

// Spent returns what was spent, and the limit. While a turn is under way it may
// be too high by the allowances: a thousandth of the limit for each loop.
func (p *Budget) Spent() (spent, limit int64) {
	if p == nil {
		return 0, 0
	}
	return p.taken.Load(), p.limit
}

func (p *Budget) take(amount int64) bool {
	for {
		before := p.taken.Load()
		if amount > p.limit-before {
			return false
		}
		if p.taken.CompareAndSwap(before, before+amount) {
			return true
		}
	}
}

// An Allowance is the part of the budget that one goroutine charges.
type Allowance struct {
	Budget *Budget
	left   int64
	Empty  bool // and so is the budget
}

// Affords reports whether any request at a target is within the budget.
func (w *Allowance) Affords(target uint16) bool {
	return w.Budget == nil || w.left >= w.Budget.highest[target] || w.fill(w.Budget.highest[target])
}

func (w *Allowance) fill(need int64) bool {
	for _, amount := range [2]int64{max(w.Budget.chunk, need-w.left), need - w.left} {
		if w.Budget.take(amount) {
			w.left += amount
			return true
		}
	}
	w.Empty = true
	return false
}

// Pay charges a request that is within the budget.
func (w *Allowance) Pay(target, request uint16) {
	if w.Budget != nil {
		w.left -= w.Budget.prices[target][request]
	}
}

// Close returns what is left to the budget.
func (w *Allowance) Close() {
	if w.Budget != nil {
		w.Budget.taken.Add(-w.left)
		w.left = 0
	}
}
