package pricing

import (
	"errors"
	"fmt"
	"slices"
)

// A Door is one way to serve some traffic, as far as money is concerned.
type Door struct {
	Name    string
	Billed  []Dimension
	Traffic Traffic // a month of it, at any number of requests but zero
}

// A Curve is a door's monthly cost as a function of requests a month, with
// everything else about its traffic unchanged. It is continuous and piecewise
// linear: it bends only where a tier or a free allowance ends.
type Curve struct {
	Name  string
	terms []growth
}

// A growth is one line of the bill: fixed + each × requests units at a rate.
type growth struct {
	rate        Rate
	fixed, each Quantity
}

// MostRequests is how many requests a month break-even points are sought up
// to: 10¹¹, some 38,000 a second without a pause.
var MostRequests = Whole(100_000_000_000)

// Curve returns the cost of a door as a function of requests a month.
func (b *Book) Curve(region string, d Door) (Curve, error) {
	if d.Traffic.Requests.Quantity.Sign() <= 0 {
		return Curve{}, fmt.Errorf("%s: traffic without requests has no cost per request", d.Name)
	}
	c := Curve{Name: d.Name}
	var errs []error
	for _, dim := range d.Billed {
		g, err := b.growth(region, dim, d.Traffic)
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", d.Name, err))
			continue
		}
		if g.fixed.Sign() > 0 || g.each.Sign() > 0 {
			c.terms = append(c.terms, g)
		}
	}
	return c, errors.Join(errs...)
}

// growth reads a dimension at none and at a million requests, and once more at
// a point between to make sure that it grows linearly.
func (b *Book) growth(region string, d Dimension, t Traffic) (growth, error) {
	const far, between = 1_000_000, 1000
	none, some, many := d.Meter(t.Scale(Quantity{})), d.Meter(t.Scale(Whole(between))), d.Meter(t.Scale(Whole(far)))
	if many.Quantity.Sign() == 0 {
		return growth{}, nil
	}
	rate, err := b.Rate(region, d.Key(many.Variant))
	if err != nil {
		return growth{}, err
	}
	g := growth{rate, none.Quantity, many.Quantity.Sub(none.Quantity).Div(Whole(far))}
	if g.at(Whole(between)).Cmp(some.Quantity) != 0 || g.each.Sign() < 0 || g.fixed.Sign() < 0 {
		return growth{}, fmt.Errorf("%s does not grow linearly with requests", d.ID)
	}
	return g, nil
}

// at returns the units used by so many requests.
func (g growth) at(requests Quantity) Quantity { return g.fixed.Add(g.each.Mul(requests)) }

// At returns the exact cost of a month with so many requests.
func (c Curve) At(requests Quantity) (cost Money) {
	for _, g := range c.terms {
		cost = cost.Add(g.rate.Cost(g.at(requests)))
	}
	return cost
}

// Bends returns the numbers of requests, ascending and without repeats, at
// which the curve bends.
func (c Curve) Bends() (at []Quantity) {
	for _, g := range c.terms {
		if g.each.Sign() == 0 {
			continue
		}
		for _, edge := range g.rate.edges() {
			if n := edge.Sub(g.fixed).Div(g.each); n.Sign() > 0 {
				at = append(at, n)
			}
		}
	}
	return ascending(at)
}

// ascending sorts qs and drops repeats.
func ascending(qs []Quantity) []Quantity {
	slices.SortFunc(qs, Quantity.Cmp)
	return slices.CompactFunc(qs, func(a, b Quantity) bool { return a.Cmp(b) == 0 })
}
