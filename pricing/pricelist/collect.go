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
	latest  string
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
	return &Collector{base: base, regions: regions, rates: make(map[string]map[string]pricing.Rate)}, nil
}

// Add keeps the rate of an offer, in each region that it is for. What costs
// nothing is passed over: free tiers have offers of their own.
func (c *Collector) Add(o Offer) error {
	for _, region := range c.regions {
		m, ok := find(o.service, o.product, region)
		if !ok {
			continue
		}
		r, err := o.rate(m, c.per(region, m.key))
		switch {
		case errors.Is(err, errFree):
			return nil
		case err != nil:
			return err
		}
		if err := c.keep(region, r); err != nil {
			return err
		}
	}
	return nil
}

// per is for how many units the book quotes a price; one where it has none.
func (c *Collector) per(region, key string) pricing.Quantity {
	for _, in := range append([]string{region}, c.base.Regions()...) {
		if r, err := c.base.Rate(in, key); err == nil {
			return r.Per
		}
	}
	return pricing.Whole(1)
}

// keep notes a rate; two offers for one key must agree.
func (c *Collector) keep(region string, r pricing.Rate) error {
	if old, err := c.base.Rate(region, r.Key); err == nil {
		r.Free = old.Free
	}
	if c.rates[region] == nil {
		c.rates[region] = make(map[string]pricing.Rate)
	}
	if had, ok := c.rates[region][r.Key]; ok {
		if had.Quote() != r.Quote() {
			return fmt.Errorf("two offers for %s in %s: %s (%s) and %s (%s)", r.Key, region, had.Quote(), had.Source, r.Quote(), r.Source)
		}
		return nil
	}
	c.rates[region][r.Key] = r
	c.latest = max(c.latest, r.AsOf)
	return nil
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
		return nil, fmt.Errorf("no price for %s was found: are these the right lists?", strings.Join(c.regions, ", "))
	}
	return c.base.With(name, asOf, c.rates), nil
}
