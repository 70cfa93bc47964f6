package pricing

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
)

// A Book is a dated price list: for each region a rate for every dimension.
// It is never changed in place.
type Book struct {
	name    string
	asOf    string
	free    FreeTier
	regions map[string]regional

	account *Account // whose prices it has: see [Book.For]; nil: those of any
	others  Usage    // of the account in the same month, on every bill: see [Book.nextTo]
}

// regional are the rates of a region by the dimension's key. They are read, or made from those
// of another book, when they are asked for first: a bill needs one region of many.
type regional func() map[string]Rate

// Regional returns a book whose regions are those of other books, which are read when
// their rates are asked for first.
func Regional(name, asOf string, regions map[string]func() *Book) *Book {
	b := &Book{name: name, asOf: asOf, free: NoFreeTier, regions: make(map[string]regional, len(regions))}
	for region, read := range regions {
		b.regions[region] = sync.OnceValue(func() map[string]Rate { return read().rates(region) })
	}
	return b
}

// rates are nil for a region that the book does not have.
func (b *Book) rates(region string) map[string]Rate {
	if of, has := b.regions[region]; has {
		return of()
	}
	return nil
}

func readAlready(found map[string]Rate) regional { return func() map[string]Rate { return found } }

// String names the book with its date.
func (b *Book) String() string { return b.name + " " + b.asOf }

// AsOf returns the date of the book, as "2026-11-22".
func (b *Book) AsOf() string { return b.asOf }

// Regions returns the regions that the book has rates of their own for, sorted.
func (b *Book) Regions() []string { return slices.Sorted(maps.Keys(b.regions)) }

// Rate returns the rate with the given key in a region.
func (b *Book) Rate(region, key string) (Rate, error) {
	r, ok := b.find(region, key)
	switch _, has := b.regions[region]; {
	case ok:
		return r, nil
	case !has:
		return Rate{}, b.lacks(region, key, fmt.Sprintf("no region %q; it has %s", region, strings.Join(b.Regions(), ", ")))
	default:
		return Rate{}, b.lacks(region, key, fmt.Sprintf("no rate for %q in %s%s", key, region, instead(b.rates(region), key)))
	}
}

// edgeRegion is where a book has the rates of edge locations.
const edgeRegion = "us-east-1"

// atEdge is what is billed at edge locations.
var atEdge = []Dimension{CloudFrontRequests, CloudFrontTransfer, CloudFrontOrigin, CloudFrontPlans, CloudFrontFunctions, CloudFrontInvalidations, EdgeRequests, EdgeDuration}

// AtEdge says whether a key is of what is billed at edge locations, which one region has for all.
func AtEdge(key string) bool { return keyOf(atEdge, key) }

// keyOf says whether a key belongs to one of some dimensions.
func keyOf(ds []Dimension, key string) bool {
	return slices.ContainsFunc(ds, func(d Dimension) bool { return slices.Contains(d.Keys(), key) })
}

// find returns a region's rate. What is billed at edge locations costs the same
// for every commercial region, so one region has it for all.
func (b *Book) find(region, key string) (Rate, bool) {
	r, ok := b.rates(region)[key]
	if ok {
		return r, true
	}
	if in, known := RegionNamed(region); !known || in.Partition != &commercial || !AtEdge(key) {
		return Rate{}, false
	}
	r, ok = b.rates(edgeRegion)[key]
	return r, ok
}

// rateFor is the rate for so many units, of which others have used some of the free
// ones; an error if the price of any of them is unknown.
func (b *Book) rateFor(region, key string, q Quantity, used pools) (Rate, error) {
	r, err := b.Rate(region, key)
	if err == nil && !r.knows(r.charged(q, used[r.pool])) {
		err = b.lacks(region, key, fmt.Sprintf("no price of %s above %s in %s", TitleOf(key), Figure(r.KnownTo), region))
	}
	return r, err
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
func (b *Book) Keys(region string) []string { return slices.Sorted(maps.Keys(b.rates(region))) }

// Only returns the book with some regions alone, each with all that is known of it.
func (b *Book) Only(regions ...string) *Book {
	o := *b
	o.regions = make(map[string]regional, len(regions))
	for _, region := range regions {
		found := make(map[string]Rate)
		for _, key := range Keys() {
			if r, ok := b.find(region, key); ok {
				found[key] = r
			}
		}
		o.regions[region] = readAlready(found)
	}
	return &o
}

// Granting returns the book with the allowances of a free tier subtracted from
// every bill that it makes.
func (b *Book) Granting(f FreeTier) *Book {
	g := &Book{name: b.name, asOf: b.asOf, free: f, regions: make(map[string]regional, len(b.regions))}
	for region, of := range b.regions {
		g.regions[region] = sync.OnceValue(func() map[string]Rate { return granting(f, of()) })
	}
	return g
}

// granting are the rates of a region with the allowances of a free tier.
func granting(f FreeTier, of map[string]Rate) map[string]Rate {
	granted := make(map[string]Rate, len(of))
	for key, r := range of {
		pool := key
		if d, _, known := ofKey(key); known && d.Allowance != "" && len(of[d.Allowance].Tiers) > 0 {
			pool = d.Allowance
		}
		granted[key] = r.granting(f, pool, of[pool].Free)
	}
	return granted
}

// Overlay returns the book with the rates of another in place of its own and
// in addition to them: a region of its own, or a negotiated discount.
func (b *Book) Overlay(over *Book) *Book {
	name := b.name
	if over.name != name {
		name += " with " + over.name
	}
	return b.with(name, max(b.asOf, over.asOf), over.Granting(b.free).regions)
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
func (b *Book) With(name, asOf string, found map[string]map[string]Rate) *Book {
	over := make(map[string]regional, len(found))
	for region, some := range found {
		over[region] = readAlready(some)
	}
	return b.with(name, asOf, over)
}

// overlaid are the rates of a region with some in addition to them, and in their place.
func overlaid(under, some map[string]Rate) map[string]Rate {
	all := make(map[string]Rate, len(under)+len(some))
	maps.Copy(all, under)
	maps.Copy(all, some)
	return all
}

func (b *Book) with(name, asOf string, over map[string]regional) *Book {
	o := *b
	o.name, o.asOf, o.regions = name, asOf, maps.Clone(b.regions)
	for region, some := range over {
		o.regions[region] = some
		if under, both := b.regions[region]; both {
			o.regions[region] = sync.OnceValue(func() map[string]Rate { return overlaid(under(), some()) })
		}
	}
	return &o
}
