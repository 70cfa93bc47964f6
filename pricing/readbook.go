package pricing

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// The file format of a book, as the schema has it.
type (
	bookFile struct {
		Version  int                            `json:"version"`
		Name     string                         `json:"name"`
		AsOf     string                         `json:"as_of"`
		Currency string                         `json:"currency"`
		Regions  map[string]map[string]rateFile `json:"regions"`
	}
	rateFile struct {
		Unit     Unit                       `json:"unit"`
		Per      *Quantity                  `json:"per,omitempty"`
		Tiers    []tierFile                 `json:"tiers"`
		Free     map[FreeTier]allowanceFile `json:"free,omitempty"`
		Source   string                     `json:"source"`
		AsOf     string                     `json:"as_of"`
		Verified bool                       `json:"verified"`
	}
	tierFile struct {
		UpTo  *Quantity `json:"up_to,omitempty"`
		Price string    `json:"price"`
	}
	allowanceFile struct {
		Quantity Quantity `json:"quantity"`
		Source   string   `json:"source"`
		Verified bool     `json:"verified"`
	}
)

// ReadBook reads a price book, YAML or JSON; name is the file's, for messages.
// It reports everything that is wrong with the book at once, each with its line.
func ReadBook(name string, data []byte) (*Book, error) {
	file, doc, err := decode[bookFile](name, data, bookRules)
	if err != nil {
		return nil, err
	}
	return file.book(doc)
}

// book checks what a schema cannot say and makes the book.
func (f bookFile) book(doc *document) (*Book, error) {
	b := &Book{name: f.Name, asOf: f.AsOf, free: NoFreeTier, regions: make(map[string]map[string]Rate)}
	known := knownUnits()
	for region, rates := range f.Regions {
		if err := CheckRegion(region); err != nil {
			doc.fault("/regions/"+region, "%v", err)
		}
		b.regions[region] = make(map[string]Rate, len(rates))
		for key, r := range rates {
			path := "/regions/" + region + "/" + key
			switch unit, ok := known[key]; {
			case !ok:
				doc.fault(path, "unknown dimension; the known ones are %s", strings.Join(slices.Sorted(maps.Keys(known)), ", "))
			case r.Unit != unit:
				doc.fault(path+"/unit", "must be %s, is %q", unit, r.Unit)
			}
			b.regions[region][key] = r.rate(key, doc, path)
		}
	}
	if err := doc.err(); err != nil {
		return nil, err
	}
	return b, nil
}

// knownUnits returns the unit of every key that a book may have.
func knownUnits() map[string]Unit {
	known := make(map[string]Unit)
	for _, d := range Dimensions {
		for _, key := range d.Keys() {
			known[key] = d.Unit
		}
	}
	return known
}

// rate makes the rate.
func (f rateFile) rate(key string, doc *document, path string) Rate {
	r := Rate{
		Key: key, Unit: f.Unit, Per: Whole(1), Free: make(map[FreeTier]Allowance, len(f.Free)),
		Source: f.Source, AsOf: f.AsOf, Verified: f.Verified,
	}
	if f.Per != nil {
		r.Per = *f.Per
	}
	for tier, a := range f.Free {
		r.Free[tier] = Allowance(a)
	}
	r.Tiers = f.tiers(doc, path)
	return r
}

// tiers makes the tiers, and notes where they overlap or leave a gap.
func (f rateFile) tiers(doc *document, path string) (tiers []Tier) {
	var from Quantity
	for i, t := range f.Tiers {
		at := fmt.Sprintf("%s/tiers/%d", path, i)
		last := i == len(f.Tiers)-1
		var tier Tier
		var err error
		if tier.Price, err = ParseMoney(t.Price); err != nil {
			doc.fault(at+"/price", "%v", err)
		}
		switch {
		case t.UpTo == nil && !last:
			doc.fault(at, "lacks up_to, so it overlaps the tiers after it")
		case t.UpTo != nil && last:
			doc.fault(at+"/up_to", "the last tier must not end: above %s is a gap without a price", figure(*t.UpTo))
		case t.UpTo != nil && t.UpTo.Cmp(from) <= 0:
			doc.fault(at+"/up_to", "overlaps the tier before, which ends at %s", figure(from))
		}
		if t.UpTo != nil {
			tier.UpTo, from = *t.UpTo, *t.UpTo
		}
		tiers = append(tiers, tier)
	}
	return tiers
}
