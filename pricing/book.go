package pricing

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// A Book is a dated price list: for each region a rate for every dimension.
// It is never changed in place.
type Book struct {
	name    string
	asOf    string
	free    FreeTier
	regions map[string]map[string]Rate // by region, by the dimension's key

	account *Account // whose prices it has: see [Book.For]; nil: those of any
}

// String names the book with its date.
func (b *Book) String() string { return b.name + " " + b.asOf }

// AsOf returns the date of the book, as "2026-11-22".
func (b *Book) AsOf() string { return b.asOf }

// Regions returns the regions that the book has rates for, sorted.
func (b *Book) Regions() []string { return slices.Sorted(maps.Keys(b.regions)) }

// Rate returns the rate with the given key in a region.
func (b *Book) Rate(region, key string) (Rate, error) {
	rates, ok := b.regions[region]
	if !ok {
		return Rate{}, b.lacks(region, key, fmt.Sprintf("no region %q; it has %s", region, strings.Join(b.Regions(), ", ")))
	}
	r, ok := rates[key]
	if !ok {
		return Rate{}, b.lacks(region, key, fmt.Sprintf("no rate for %q in %s%s", key, region, instead(rates, key)))
	}
	return r, nil
}

func (b *Book) lacks(region, key, what string) error {
	return &NoRateError{b.String(), region, key, fmt.Sprintf("price book %s has %s", b, what)}
}

// instead names the rates of the same dimension, for a key whose variant is unknown.
func instead(rates map[string]Rate, key string) string {
	for _, d := range Dimensions {
		if len(d.Variants) > 0 && strings.HasPrefix(key, d.ID+".") {
			return fmt.Sprintf("; %s has rates for %s", d.Title, strings.Join(d.Variants, ", "))
		}
	}
	if len(rates) == 0 {
		return "; it has none there"
	}
	return ""
}

// Keys returns the keys of a region's rates, sorted.
func (b *Book) Keys(region string) []string { return slices.Sorted(maps.Keys(b.regions[region])) }

// Only returns the book with some of its regions alone.
func (b *Book) Only(regions ...string) *Book {
	o := *b
	o.regions = maps.Clone(b.regions)
	maps.DeleteFunc(o.regions, func(region string, _ map[string]Rate) bool { return !slices.Contains(regions, region) })
	return &o
}

// Granting returns the book with the allowances of a free tier subtracted from
// every bill that it makes.
func (b *Book) Granting(f FreeTier) *Book {
	g := &Book{name: b.name, asOf: b.asOf, free: f, regions: make(map[string]map[string]Rate, len(b.regions))}
	for region, rates := range b.regions {
		g.regions[region] = make(map[string]Rate, len(rates))
		for key, r := range rates {
			pool := key
			if d, _, known := ofKey(key); known && d.Allowance != "" {
				pool = d.Allowance
			}
			g.regions[region][key] = r.granting(f, pool, rates[pool].Free)
		}
	}
	return g
}

// Overlay returns the book with the rates of another in place of its own and
// in addition to them: a region of its own, or a negotiated discount.
func (b *Book) Overlay(over *Book) *Book {
	name := b.name
	if over.name != name {
		name += " with " + over.name
	}
	return b.With(name, max(b.asOf, over.asOf), over.Granting(b.free).regions)
}

// Stating returns the book with prices of one unit, as the user states them, in
// place of its own in some regions. They have no tiers and no allowances.
func (b *Book) Stating(regions []string, prices map[string]Money, source string) *Book {
	rates := make(map[string]map[string]Rate, len(regions))
	for _, region := range regions {
		rates[region] = make(map[string]Rate, len(prices))
		for key, price := range prices {
			d, _, _ := ofKey(key)
			rates[region][key] = Rate{Key: key, Unit: d.Unit, Per: Whole(1), Tiers: []Tier{{Price: price}}, Source: source, Verified: true, Stated: true}
		}
	}
	return b.With(b.name+" with stated rates", b.asOf, rates)
}

// With returns a book of another name and date in which some regions have new
// rates in addition to, and in place of, those of b.
func (b *Book) With(name, asOf string, rates map[string]map[string]Rate) *Book {
	o := *b
	o.name, o.asOf, o.regions = name, asOf, maps.Clone(b.regions)
	for region, found := range rates {
		merged := make(map[string]Rate, len(found))
		maps.Copy(merged, b.regions[region])
		maps.Copy(merged, found)
		o.regions[region] = merged
	}
	return &o
}
