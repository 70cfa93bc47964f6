package scenarios

import (
	"tollgate/pricing"
	"tollgate/targets"
)

// A Tariff is what a run spends while it runs: the price of each request, and
// what is set aside for the rest. All of it is what it may cost at most, as the
// High of the plan's [Estimate] is.
type Tariff struct {
	Prices [][]int64     // by target, by request, in picodollars
	Aside  pricing.Money // for reading CloudWatch afterwards, and for probes
}

// Tariff prices each request of the plan.
func (p *Plan) Tariff(book *pricing.Book) (Tariff, error) {
	book = p.Scenario.Book(book)
	var f Tariff
	for _, t := range p.Scenario.Targets {
		row := make([]int64, len(p.Scenario.Requests))
		f.Prices = append(f.Prices, row)
		if t.Lab {
			continue
		}
		var most pricing.Money
		for i, r := range p.Scenario.Requests {
			price, err := p.priceOf(t, book, r.bodySize())
			if err != nil {
				return Tariff{}, err
			}
			if row[i] = price.Picos(); price.Cmp(most) > 0 {
				most = price
			}
		}
		f.Aside = f.Aside.Add(estimateWatching(t).High).Add(most.Times(pricing.Whole(p.announced(t.Name).Requests)))
	}
	return f, nil
}

// priceOf is what one request with a body of that size costs, if all that are
// planned at the target are such.
func (p *Plan) priceOf(t targets.Target, book *pricing.Book, body int64) (pricing.Money, error) {
	traffic := p.traffic(t, highGuess)
	if traffic.Requests.Quantity.Sign() == 0 {
		return pricing.Money{}, nil
	}
	traffic.RequestBytes = pricing.Point(body+requestHead, pricing.Assumed, "guess before the run")
	cost, err := p.costOf(t, book, traffic)
	return cost.Times(pricing.Whole(1).Div(traffic.Requests.Quantity)), err
}
