package pricing

import (
	"errors"
	"fmt"
	"slices"
	"sort"
)

// A Candidate is one way to serve some traffic, as far as money is concerned.
type Candidate struct {
	Name    string
	Billed  []Dimension
	Traffic Traffic // a month of it, at any number of requests but zero
	Largest int64   // bytes of a response that it can send; 0: no limit is documented

	Each Quantity // requests of Traffic for each that the month is stated in, where preflights come on top; 0: one
}

// scale is the traffic of a month that is stated in so many requests.
func (c Candidate) scale(requests Quantity) Traffic {
	if c.Each.Sign() > 0 {
		requests = requests.Mul(c.Each)
	}
	return c.Traffic.Scale(requests)
}

// month is how many requests the month is stated in.
func (c Candidate) month() Quantity {
	if c.Each.Sign() > 0 {
		return c.Traffic.Requests.Quantity.Div(c.Each)
	}
	return c.Traffic.Requests.Quantity
}

// A Curve is a door's monthly cost as a function of one variable, requests a
// month for the most part, with everything else about its traffic unchanged.
// It is piecewise linear: it bends where a tier or a free allowance ends, or
// another measure of a load balancer becomes the largest, and jumps where a
// payload needs one metered unit more.
type Curve struct {
	Name  string
	terms []growth
}

// A growth is one line of the bill: units at a rate.
type growth struct {
	rate      Rate
	stretches []stretch // ascending; before the first and after the last they go on
	before    []growth  // that use the same free allowance first
}

// MostRequests is how many requests a month break-even points are sought up
// to: 10¹¹, some 38,000 a second without a pause.
var MostRequests = Whole(100_000_000_000)

// Curve returns the cost of a candidate as a function of requests a month.
func (b *Book) Curve(region string, c Candidate) (Curve, error) {
	if c.Traffic.Requests.Quantity.Sign() <= 0 {
		return Curve{}, fmt.Errorf("%s: traffic without requests has no cost per request", c.Name)
	}
	return b.curve(region, c.Name, c.Billed, span{to: MostRequests, step: Whole(1)}, c.scale)
}

// A span is where a variable is traced.
type span struct {
	from, to, step Quantity
	whole          bool
	jumps          []Quantity // whole values, ascending, after which there may be a jump
}

// curve returns the cost over a span, where traffic gives the month at a value.
func (b *Book) curve(region, name string, billed []Dimension, over span, traffic func(Quantity) Traffic) (Curve, error) {
	c := Curve{Name: name}
	months := make(map[fractionKey]Traffic)
	at := func(x Quantity) Traffic {
		key := x.r.key()
		t, ok := months[key]
		if !ok {
			t = traffic(x)
			months[key] = t
		}
		return t
	}
	var errs []error
	var terms []growth
	for _, dim := range billed {
		g, err := b.growth(region, dim, over, at)
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", name, err))
			continue
		}
		if len(g.stretches) > 0 {
			terms = append(terms, g)
		}
	}
	terms, err := b.joined(region, terms, over)
	if err != nil {
		errs = append(errs, fmt.Errorf("%s: %w", name, err))
	}
	for _, g := range terms {
		g.before = c.sharing(g.rate)
		c.terms = append(c.terms, g)
	}
	return c, errors.Join(errs...)
}

// growth traces a dimension between the jumps of a span.
func (b *Book) growth(region string, d Dimension, over span, at func(Quantity) Traffic) (g growth, err error) {
	variant, used := "", false
	if why := d.Meter(at(over.to)).Unknown; why != "" {
		return growth{}, &UnknownUseError{why}
	}
	read := func(x Quantity) Quantity {
		r := d.Meter(at(x))
		if r.Quantity.Sign() != 0 {
			variant, used = r.Variant, true
		}
		return r.Quantity
	}
	from := over.from
	for _, to := range append(slices.Clone(over.jumps), over.to) {
		if to.Cmp(from) < 0 || to.Cmp(over.to) > 0 {
			continue
		}
		part, err := trace(read, from, to, over.step, over.whole)
		if err != nil {
			return growth{}, fmt.Errorf("%s %w", d.ID, err)
		}
		g.stretches = append(g.stretches, part...)
		from = to.Add(Whole(1))
	}
	if !used {
		return growth{}, nil
	}
	g.stretches = merged(g.stretches)
	g.rate, err = b.Rate(region, d.Key(variant))
	return g, err
}

func (g growth) at(x Quantity) Quantity { return g.stretchAt(x).at(x) }

func (g growth) stretchAt(x Quantity) stretch {
	i := sort.Search(len(g.stretches), func(i int) bool { return x.Cmp(g.stretches[i].to) <= 0 })
	return g.stretches[min(i, len(g.stretches)-1)]
}

// sharing are the terms that use the same free allowance as a rate.
func (c Curve) sharing(r Rate) (all []growth) {
	for _, g := range c.terms {
		if r.granted != nil && g.rate.pool == r.pool {
			all = append(all, g)
		}
	}
	return all
}

// At returns the exact cost of a month at x.
func (c Curve) At(x Quantity) (cost Money) {
	for _, g := range c.terms {
		cost = cost.Add(g.rate.costAfter(g.at(x), g.used(x)))
	}
	return cost
}

// knows says whether every price at x is known; if not, At has what is.
func (c Curve) knows(x Quantity) bool {
	return !slices.ContainsFunc(c.terms, func(g growth) bool { return !g.rate.knows(g.rate.charged(g.at(x), g.used(x))) })
}

// used is what others have used of the allowance at x.
func (g growth) used(x Quantity) (sum Quantity) {
	for _, other := range g.before {
		sum = sum.Add(other.at(x))
	}
	return sum
}

// sharedEdges returns where the cost of a term with a shared allowance may bend: where
// the others have used it up, where it is used up together with this one, and where
// a tier ends, with and without anything free.
func (g growth) sharedEdges() (at []Quantity) {
	before := summed(g.before)
	together := summed(append(slices.Clone(g.before), g))
	free := g.rate.granted.Quantity
	at = append(crossed(before, free), crossed(together, free)...)
	for _, end := range g.rate.ends() {
		at = append(at, crossed(together, free.Add(end))...)
		at = append(at, crossed(g.stretches, end)...)
	}
	return at
}

// crossed returns where a quantity reaches a value.
func crossed(stretches []stretch, value Quantity) (at []Quantity) {
	for i, s := range stretches {
		at = append(at, s.reaches([]Quantity{value}, i == len(stretches)-1)...)
	}
	return at
}

// summed adds up growths, stretch by stretch.
func summed(all []growth) (sum []stretch) {
	var ends []Quantity
	for _, g := range all {
		for _, s := range g.stretches {
			ends = append(ends, s.from, s.to)
		}
	}
	ends = ascending(ends)
	for i := 1; i < len(ends); i++ {
		s := stretch{from: ends[i-1], to: ends[i]}
		middle := s.from.Add(s.to).Div(Whole(2))
		for _, g := range all {
			part := g.stretchAt(middle)
			s.fixed, s.each = s.fixed.Add(part.fixed), s.each.Add(part.each)
		}
		sum = append(sum, s)
	}
	return sum
}

// Bends returns the values, ascending and without repeats, at which the curve
// bends or, for whole variables, between which it jumps.
func (c Curve) Bends() (at []Quantity) {
	for _, g := range c.terms {
		if len(g.before) > 0 {
			at = append(at, g.sharedEdges()...)
		}
		for i, s := range g.stretches {
			if i > 0 {
				at = append(at, s.from)
			}
			if i < len(g.stretches)-1 {
				at = append(at, s.to)
			}
			at = append(at, s.reaches(g.rate.edges(), i == len(g.stretches)-1)...)
		}
	}
	return ascending(slices.DeleteFunc(at, func(x Quantity) bool { return x.Sign() <= 0 }))
}

// reaches returns where the quantity reaches an edge within the stretch; the last one
// has no end.
func (s stretch) reaches(edges []Quantity, last bool) (at []Quantity) {
	if s.each.Sign() == 0 {
		return nil
	}
	for _, edge := range edges {
		x := edge.Sub(s.fixed).Div(s.each)
		if x.Cmp(s.from) >= 0 && (last || x.Cmp(s.to) <= 0) {
			at = append(at, x)
		}
	}
	return at
}

func ascending(qs []Quantity) []Quantity {
	slices.SortFunc(qs, Quantity.Cmp)
	return slices.CompactFunc(qs, func(a, b Quantity) bool { return a.Cmp(b) == 0 })
}
