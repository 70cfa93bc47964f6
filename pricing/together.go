package pricing

import (
	"cmp"
	"slices"
	"strings"
)

// A portion is the usage of one of several that share an account.
type portion struct {
	of    string // in words
	usage Usage
}

// ordered are the keys of the price book in the order of a bill.
var ordered = func() map[string]int {
	at := map[string]int{}
	for i, key := range Keys() {
		at[key] = i
	}
	return at
}()

func (u Used) key() string { return u.Dimension.Key(u.Reading.Variant) }

// together adds up what several use. Tiers and allowances are the account's, so the sum
// is what is priced; its lines are in the order of a bill, whichever comes first.
func together(all ...portion) Usage {
	sum, ways := added(all...), map[string][]string{}
	for _, p := range all {
		for _, u := range p.usage {
			if u.Reading.Quantity.Sign() != 0 {
				ways[u.key()] = append(ways[u.key()], p.of+": "+u.Reading.Derivation)
			}
		}
	}
	for i := range sum {
		way := ways[sum[i].key()]
		sum[i].Reading.Derivation = strings.Join(way, "; ")
		if len(way) > 1 {
			sum[i].Reading.Derivation += derivation("; in all %s", sum[i].Reading.Quantity)
		}
	}
	return sum
}

// added is the same without its words.
func added(all ...portion) (sum Usage) {
	at := map[string]int{}
	for _, p := range all {
		for _, u := range p.usage {
			key := u.key()
			i, known := at[key]
			if !known {
				i = len(sum)
				at[key] = i
				sum = append(sum, Used{u.Dimension, Reading{Variant: u.Reading.Variant}})
			}
			r := &sum[i].Reading
			r.Quantity = r.Quantity.Add(u.Reading.Quantity)
			r.Caveat = cmp.Or(r.Caveat, u.Reading.Caveat)
			if u.Reading.Quantity.Sign() != 0 {
				r.Basis = weakestOf(r.Basis, u.Reading.Basis)
			}
		}
	}
	slices.SortStableFunc(sum, func(a, b Used) int { return ordered[a.key()] - ordered[b.key()] })
	return sum
}

// weakestOf is the weaker basis of a sum so far, which has none at first, and of more.
func weakestOf(sum, more Basis) Basis {
	if sum == "" {
		return more
	}
	return weakest(sum, more)
}

// nextTo returns the book with what others of the account use in the same month, on
// every bill that it makes: a month's cost is the account's then.
func (b *Book) nextTo(others Usage) *Book {
	own := *b
	own.others = others
	return &own
}

// withOthers is a usage with that of the others of the account.
func (b *Book) withOthers(u Usage) Usage {
	if len(b.others) == 0 {
		return u
	}
	return together(portion{"this API", u}, portion{"the other APIs", b.others})
}

// joined are the terms of a curve with what others of the account use, whatever the
// variable is.
func (b *Book) joined(region string, terms []growth, over span) ([]growth, error) {
	if len(b.others) == 0 {
		return terms, nil
	}
	at := map[string]int{}
	for i, g := range terms {
		at[g.rate.Key] = i
	}
	for _, u := range b.others {
		q := u.Reading.Quantity
		if q.Sign() == 0 {
			continue
		}
		if i, both := at[u.key()]; both {
			terms[i].stretches = slices.Clone(terms[i].stretches)
			for s := range terms[i].stretches {
				terms[i].stretches[s].fixed = terms[i].stretches[s].fixed.Add(q)
			}
			continue
		}
		rate, err := b.Rate(region, u.key())
		if err != nil {
			return nil, err
		}
		terms = append(terms, growth{rate: rate, stretches: []stretch{{from: over.from, to: over.to, fixed: q}}})
	}
	slices.SortStableFunc(terms, func(x, y growth) int { return ordered[x.rate.Key] - ordered[y.rate.Key] })
	return terms, nil
}
