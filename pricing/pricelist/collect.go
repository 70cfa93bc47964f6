package pricelist

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"tollgate/pricing"
)

// A Collector keeps the rates that offers give for a book's regions.
type Collector struct {
	base    *pricing.Book
	regions []string
	rates   map[string]map[string]pricing.Rate
	unclear map[string]map[string]bool // region, key: offers that disagree
	odd     []string
}

// NewCollector collects rates for some regions of a book, or new ones.
func NewCollector(base *pricing.Book, regions []string) (*Collector, error) {
	for _, region := range regions {
		if err := pricing.CheckRegion(region); err != nil {
			return nil, fmt.Errorf("%s %w", region, err)
		}
		if in, _ := pricing.RegionNamed(region); in.Billing == "" {
			return nil, fmt.Errorf("%s: AWS's public price lists do not have it; state its prices in a file for --prices, or in the scenario (pricing: {rates: …})", region)
		}
	}
	return &Collector{base: base, regions: regions, rates: make(map[string]map[string]pricing.Rate), unclear: make(map[string]map[string]bool)}, nil
}

// Add keeps the rate of an offer, in each region that it is for. What costs
// nothing is passed over: free tiers have offers of their own. So is what cannot be
// read, with a word in [Collector.Odd]: one odd product says nothing about others.
func (c *Collector) Add(o Offer) {
	for _, region := range c.regions {
		m, ok := find(o.service, o.product, region)
		if !ok {
			continue
		}
		r, err := o.rate(m, c.per(region, m.key))
		switch {
		case errors.Is(err, errFree):
		case err != nil:
			c.odd = append(c.odd, fmt.Sprintf("%s in %s: %s", m.key, region, err))
		default:
			c.keep(region, r)
		}
	}
}

// Odd says which offers were passed over, and why.
func (c *Collector) Odd() []string { return c.odd }

// per is for how many units the book quotes a price; one where it has none.
func (c *Collector) per(region, key string) pricing.Quantity {
	for _, in := range append([]string{region}, c.base.Regions()...) {
		if r, err := c.base.Rate(in, key); err == nil {
			return r.Per
		}
	}
	return pricing.Whole(1)
}

// free are the allowances of a key: they belong to accounts, so they are the same in
// every region.
func (c *Collector) free(region, key string) map[pricing.FreeTier]pricing.Allowance {
	for _, in := range append([]string{region}, c.base.Regions()...) {
		if r, err := c.base.Rate(in, key); err == nil {
			return r.Free
		}
	}
	return nil
}

// keep notes a rate. If two offers for one key do not agree, neither counts.
func (c *Collector) keep(region string, r pricing.Rate) {
	r.Free = c.free(region, r.Key)
	if c.rates[region] == nil {
		c.rates[region], c.unclear[region] = make(map[string]pricing.Rate), make(map[string]bool)
	}
	had, again := c.rates[region][r.Key]
	switch {
	case c.unclear[region][r.Key]:
	case again && had.Quote() != r.Quote():
		c.odd = append(c.odd, fmt.Sprintf("two offers for %s in %s: %s (%s) and %s (%s)", r.Key, region, had.Quote(), had.Source, r.Quote(), r.Source))
		c.unclear[region][r.Key] = true
		delete(c.rates[region], r.Key)
	case !again:
		c.rates[region][r.Key] = r
	}
}

// Found says how many rates were found.
func (c *Collector) Found() (n int) {
	for _, rates := range c.rates {
		n += len(rates)
	}
	return n
}

// Missing returns the keys of one region that the lists should have had.
func (c *Collector) Missing(region string) (keys []string) {
	for _, m := range matches {
		if _, ok := c.rates[region][m.key]; !ok && !slices.Contains(keys, m.key) {
			keys = append(keys, m.key)
		}
	}
	return keys
}

// Book returns the book's regions with the found rates over its own.
func (c *Collector) Book(name, asOf string) (*pricing.Book, error) {
	if c.Found() == 0 {
		why := ": are these the right lists?"
		if len(c.odd) > 0 {
			why = ", since what was found cannot be read: " + strings.Join(c.odd, "; ")
		}
		return nil, fmt.Errorf("no price for %s was found%s", strings.Join(c.regions, ", "), why)
	}
	return c.base.With(name, asOf, c.rates), nil
}
