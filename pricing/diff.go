package pricing

import (
	"maps"
	"slices"
)

// A Change is a rate that two books do not agree on.
type Change struct {
	Region string
	Key    string
	Before *Rate // nil: the rate is new
	After  *Rate // nil: the rate is gone
	Least  Quantity
	Most   Quantity // by which factors the price of the next unit changes; both zero where a rate is new or gone
	Free   bool     // it became or stopped being free, so there is no factor
}

// drasticFactor is by how much a price may rise or fall before someone must
// check it.
const drasticFactor = 2

// Drastic says whether a rate is gone, or some price of it at least halves or
// doubles and more: more often an error of reading than a change of price.
func (c Change) Drastic() bool {
	switch {
	case c.After == nil || c.Free:
		return true
	case c.Before == nil:
		return false
	}
	return c.Most.Cmp(Whole(drasticFactor)) > 0 || c.Least.Cmp(Ratio(1, drasticFactor)) < 0
}

// Diff returns what changes from b to other, in the order of a bill, region by
// region, where both books have the region: see [Book.Without]. Only prices and
// free allowances count; sources and dates do not.
func (b *Book) Diff(other *Book) (changes []Change) {
	for _, region := range b.Regions() {
		if _, both := other.regions[region]; !both {
			continue
		}
		for _, key := range Keys() {
			before, was := b.find(region, key)
			after, is := other.find(region, key)
			c := Change{Region: region, Key: key}
			if was {
				c.Before = &before
			}
			if is {
				c.After = &after
			}
			if c.differs() {
				changes = append(changes, c)
			}
		}
	}
	return changes
}

// Without returns the regions of b that the other book does not have.
func (b *Book) Without(other *Book) []string {
	return slices.DeleteFunc(b.Regions(), func(region string) bool {
		_, both := other.regions[region]
		return both
	})
}

func (c *Change) differs() bool {
	if c.Before == nil || c.After == nil {
		return c.Before != c.After
	}
	c.factors()
	same := c.Least.Cmp(Whole(1)) == 0 && c.Most.Cmp(Whole(1)) == 0 && !c.Free && c.Before.KnownTo.Cmp(c.After.KnownTo) == 0
	return !same || !maps.EqualFunc(c.Before.Free, c.After.Free, func(a, b Allowance) bool { return a.Quantity.Cmp(b.Quantity) == 0 })
}

// factors compares the prices of the next unit wherever either of them changes.
func (c *Change) factors() {
	c.Least, c.Most = Whole(1), Whole(1)
	first := true
	for _, q := range append([]Quantity{{}}, append(c.Before.edges(), c.After.edges()...)...) {
		if !c.Before.knows(q.Add(Whole(1))) || !c.After.knows(q.Add(Whole(1))) {
			continue
		}
		was, is := c.Before.next(q), c.After.next(q)
		if was.Sign() == 0 || is.Sign() == 0 {
			c.Free = c.Free || was.Cmp(is) != 0
			continue
		}
		f := is.Div(was)
		if first || f.Cmp(c.Least) < 0 {
			c.Least = f
		}
		if first || f.Cmp(c.Most) > 0 {
			c.Most = f
		}
		first = false
	}
}

// next returns the price of one more unit after q of them.
func (r Rate) next(q Quantity) Quantity {
	for _, t := range r.Tiers {
		if t.UpTo.Sign() == 0 || q.Cmp(t.UpTo) < 0 {
			return Quantity(t.Price).Div(r.Per)
		}
	}
	return Quantity{}
}
