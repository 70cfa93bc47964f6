package pricing

import (
	_ "embed"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"tollgate/pricing/document"
)

//go:embed book.schema.json
var bookSchema []byte

// BookSchema returns the published JSON Schema of price books.
func BookSchema() []byte { return slices.Clone(bookSchema) }

// A bookFile is the file format of a book.
type bookFile struct {
	Version  int                        `json:"version" doc:"need;min=1;max=1"`
	Name     string                     `json:"name" doc:"need"`
	AsOf     string                     `json:"as_of" doc:"need"`
	Currency string                     `json:"currency" doc:"need;one=USD"`
	Regions  map[string]map[string]Rate `json:"regions" doc:"need"`
}

// ReadBook reads a price book, YAML or JSON; name is the file's, for messages. The
// error holds everything that is wrong with it, each as a document.Problem.
func ReadBook(name string, data []byte) (*Book, error) {
	var file bookFile
	doc := document.Read(name, data, &file, document.Options{Bound: document.Large})
	if doc.Failed() {
		return nil, doc.Err()
	}
	var b *Book
	err := doc.Errors(func() (err error) {
		b, err = file.book()
		return err
	})
	if err != nil {
		return nil, err
	}
	return b, nil
}

// A bookProblems are what the types of a book cannot say, by path.
type bookProblems []error

func (p *bookProblems) add(format string, args ...any) { *p = append(*p, fmt.Errorf(format, args...)) }

func (p *bookProblems) date(path, text string) {
	if _, err := time.Parse(time.DateOnly, text); err != nil {
		p.add("%s: must be a date such as 2026-11-22, is %q", path, text)
	}
}

func (f bookFile) book() (*Book, error) {
	b := &Book{name: f.Name, asOf: f.AsOf, free: NoFreeTier, regions: make(map[string]regional)}
	var problems bookProblems
	problems.date("as_of", f.AsOf)
	for _, region := range slices.Sorted(maps.Keys(f.Regions)) {
		if err := CheckRegion(region); err != nil {
			problems.add("regions.%s: %w", region, err)
		}
		found := make(map[string]Rate, len(f.Regions[region]))
		b.regions[region] = readAlready(found)
		for key, r := range f.Regions[region] {
			path := "regions." + region + "." + key
			switch d, _, known := ofKey(key); {
			case !known:
				keys := slices.Sorted(slices.Values(Keys()))
				problems.add("%s: unknown dimension%s (known are %s)", path, document.DidYouMean(key, keys), strings.Join(keys, ", "))
			case r.Unit != d.Unit:
				problems.add("%s.unit: must be %s, is %q", path, d.Unit, r.Unit)
			}
			r.check(&problems, path)
			if r.Key = key; r.Per.Sign() == 0 {
				r.Per = Whole(1)
			}
			found[key] = r
		}
	}
	return b, errors.Join(problems...)
}

// check reports what is wrong with a rate of a file.
func (r Rate) check(problems *bookProblems, path string) {
	problems.date(path+".as_of", r.AsOf)
	for tier := range r.Free {
		if tier != AlwaysFree && tier != LegacyFree {
			problems.add("%s.free.%s: unknown free tier (known are %s, %s)", path, tier, AlwaysFree, LegacyFree)
		}
	}
	if len(r.Tiers) == 0 {
		problems.add("%s.tiers: is empty: it needs at least one tier", path)
	}
	if !r.Verified && r.VerifiedTo.Sign() > 0 {
		problems.add("%s.verified_to: is for a rate that is verified: write verified: true, or leave it out", path)
	}
	var from Quantity
	for i, t := range r.Tiers {
		at := fmt.Sprintf("%s.tiers[%d]", path, i)
		last, ends := i == len(r.Tiers)-1, t.UpTo.Sign() > 0
		switch {
		case !ends && !last:
			problems.add("%s: lacks up_to, so it overlaps the tiers after it", at)
		case ends && last:
			problems.add("%s.up_to: the last tier must not end: above %s is a gap without a price", at, Figure(t.UpTo))
		case ends && t.UpTo.Cmp(from) <= 0:
			problems.add("%s.up_to: overlaps the tier before, which ends at %s", at, Figure(from))
		}
		if ends {
			from = t.UpTo
		}
	}
}

// Decode reads a price of a book: a decimal in quotes, so that no reader rounds it.
func (m *Money) Decode(v document.Value) {
	var text string
	if v.Decode(&text); v.Type != document.String {
		return
	}
	price, err := ParseMoney(text)
	if err != nil || price.Cmp(Money{}) < 0 {
		v.Problem("must be a plain decimal that is not negative, such as \"3.50\", is %q", text)
	}
	*m = price
}
