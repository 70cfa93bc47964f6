package load

import (
	"errors"
	"slices"
	"sync/atomic"
)

// ErrSpent is why an engine stops in the middle of a turn: what its requests
// may cost has come to the limit.
var ErrSpent = errors.New("the limit on the cost of the run is reached")

// A Budget holds what a run may cost, in billionths of a thousandth of a dollar
// (10⁻¹² dollars, so that sums of any length are exact). Every request is paid
// for when it is taken up, at what it may cost at most. A nil Budget pays for all.
//
// Loops do not pay out of the budget itself, which would have them contend for
// one cache line at every request, but out of a allowance each, which they fill a
// thousandth of the limit at a time.
type Budget struct {
	limit, chunk int64
	prices       [][]int64 // by target, by request
	dearest      []int64   // by target
	taken        atomic.Int64
}

// NewBudget makes a budget with a limit and the price of each request at each target.
func NewBudget(limit int64, prices [][]int64) *Budget {
	p := &Budget{limit: limit, chunk: max(1, limit/1000), prices: prices}
	for _, at := range prices {
		most := int64(0)
		for _, price := range at {
			most = max(most, price)
		}
		p.dearest = append(p.dearest, most)
	}
	return p
}

// knows says whether it has a price of each request at each target.
func (p *Budget) knows(targets, requests int) bool {
	return p == nil || len(p.prices) >= targets && !slices.ContainsFunc(p.prices, func(at []int64) bool { return len(at) < requests })
}

// Spent returns what was spent, and the limit. While a turn is under way it may
// be too much by what lies in wallets: a thousandth of the limit for each loop.
func (p *Budget) Spent() (spent, limit int64) {
	if p == nil {
		return 0, 0
	}
	return p.taken.Load(), p.limit
}

// take takes an amount out of the budget, if it is in there.
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

// An Allowance is what one goroutine pays with.
type Allowance struct {
	Budget *Budget
	left   int64
	Empty  bool // and so is the budget
}

// Affords says whether any request at a target can be paid for.
func (w *Allowance) Affords(target uint16) bool {
	return w.Budget == nil || w.left >= w.Budget.dearest[target] || w.fill(w.Budget.dearest[target])
}

// fill takes a chunk out of the budget, or just what is needed.
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

// Pay pays for a request that can be afforded.
func (w *Allowance) Pay(target, request uint16) {
	if w.Budget != nil {
		w.left -= w.Budget.prices[target][request]
	}
}

// Close puts what is left back.
func (w *Allowance) Close() {
	if w.Budget != nil {
		w.Budget.taken.Add(-w.left)
		w.left = 0
	}
}
