package load

import (
	"errors"
	"slices"
	"sync/atomic"
)

// ErrSpent is why an engine stops in the middle of a turn: what its requests
// may cost has come to the limit.
var ErrSpent = errors.New("the limit on the cost of the run is reached")

// A Purse holds what a run may cost, in billionths of a thousandth of a dollar
// (10⁻¹² dollars, so that sums of any length are exact). Every request is paid
// for when it is taken up, at what it may cost at most. A nil Purse pays for all.
//
// Loops do not pay out of the purse itself, which would have them contend for
// one cache line at every request, but out of a wallet each, which they fill a
// thousandth of the limit at a time.
type Purse struct {
	limit, chunk int64
	prices       [][]int64 // by target, by request
	dearest      []int64   // by target
	taken        atomic.Int64
}

// NewPurse makes a purse with a limit and the price of each request at each target.
func NewPurse(limit int64, prices [][]int64) *Purse {
	p := &Purse{limit: limit, chunk: max(1, limit/1000), prices: prices}
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
func (p *Purse) knows(targets, requests int) bool {
	return p == nil || len(p.prices) >= targets && !slices.ContainsFunc(p.prices, func(at []int64) bool { return len(at) < requests })
}

// Spent returns what was spent, and the limit. While a turn is under way it may
// be too much by what lies in wallets: a thousandth of the limit for each loop.
func (p *Purse) Spent() (spent, limit int64) {
	if p == nil {
		return 0, 0
	}
	return p.taken.Load(), p.limit
}

// take takes an amount out of the purse, if it is in there.
func (p *Purse) take(amount int64) bool {
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

// A wallet is what one goroutine pays with.
type wallet struct {
	purse *Purse
	left  int64
	empty bool // and so is the purse
}

// affords says whether any request at a target can be paid for.
func (w *wallet) affords(target uint16) bool {
	return w.purse == nil || w.left >= w.purse.dearest[target] || w.fill(w.purse.dearest[target])
}

// fill takes a chunk out of the purse, or just what is needed.
func (w *wallet) fill(need int64) bool {
	for _, amount := range [2]int64{max(w.purse.chunk, need-w.left), need - w.left} {
		if w.purse.take(amount) {
			w.left += amount
			return true
		}
	}
	w.empty = true
	return false
}

// pay pays for a request that can be afforded.
func (w *wallet) pay(target, request uint16) {
	if w.purse != nil {
		w.left -= w.purse.prices[target][request]
	}
}

// close puts what is left back.
func (w *wallet) close() {
	if w.purse != nil {
		w.purse.taken.Add(-w.left)
		w.left = 0
	}
}
