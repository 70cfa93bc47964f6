package pricing

import (
	"fmt"
	"iter"
	"slices"
)

// Bounds are what the same bill could as well have come to, by months that were
// drawn from what a run measured: with 10, 50 and 90 % probability no more.
type Bounds struct {
	Low    Money  `json:"month_usd_low"`    // p10
	Middle Money  `json:"month_usd_median"` // p50
	High   Money  `json:"month_usd_high"`   // p90
	From   string `json:"month_usd_from"`   // how they were found
}

// fewestMonths is how many months a p10 and a p90 need at least.
const fewestMonths = 10

// Bounds prices many months that could have been at one door. It is nil where
// nothing varies: money without an interval is better than a made-up one.
func (b *Book) Bounds(region string, billed []Dimension, months iter.Seq[Traffic], from string) (*Bounds, error) {
	var costs []Money
	for t := range months {
		cost, err := b.costOf(region, billed, t)
		if err != nil {
			return nil, err
		}
		costs = append(costs, cost)
	}
	n := len(costs)
	if n < fewestMonths {
		return nil, nil
	}
	slices.SortFunc(costs, Money.Cmp)
	if costs[0].Cmp(costs[n-1]) == 0 {
		return nil, nil
	}
	return &Bounds{
		Low: costs[n/10-1], Middle: costs[n/2-1], High: costs[n*9/10-1],
		From: fmt.Sprintf("p10, p50 and p90 of %d months drawn from %s", n, from),
	}, nil
}

// costOf is the sum of a bill, without its words.
func (b *Book) costOf(region string, billed []Dimension, t Traffic) (sum Money, err error) {
	for _, d := range billed {
		r := d.Meter(t)
		if r.Quantity.Sign() <= 0 {
			continue
		}
		rate, err := b.Rate(region, d.Key(r.Variant))
		if err != nil {
			return Money{}, err
		}
		sum = sum.Add(rate.Cost(r.Quantity))
	}
	return sum, nil
}
