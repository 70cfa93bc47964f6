package pricing

import (
	_ "embed"
	"slices"
)

//go:embed difference.schema.json
var differenceSchema []byte

// DifferenceSchema returns the published JSON Schema of differences.
func DifferenceSchema() []byte { return slices.Clone(differenceSchema) }

// A Difference is how the bills of two workloads or two runs differ, line by line, at
// their likely numbers.
type Difference struct {
	Version int          `json:"version"`
	Before  Priced       `json:"before"`
	After   Priced       `json:"after"`
	Bills   []BillChange `json:"bills"`
}

// Priced are the bills of one side of a difference.
type Priced struct {
	Name     string      `json:"name"` // of the workload or the run
	Region   string      `json:"region"`
	Book     string      `json:"book"`
	FreeTier FreeTier    `json:"free_tier"`
	Varies   bool        `json:"varies"` // its numbers are ranges, of which the likely ones are billed
	Bills    []NamedBill `json:"-"`
}

// A NamedBill is the bill of a front door or of a run's target, or why there is none.
type NamedBill struct {
	Name, Title string
	Bill        Bill
	Unpriced    []string // why it has no bill; none: it has one
}

// A BillChange is how the bills of one front door or target differ. A month is null
// where there is no bill, and without what has no known price.
type BillChange struct {
	Name          string       `json:"name"`
	Title         string       `json:"title"`
	Before        *Money       `json:"before_usd"`
	After         *Money       `json:"after_usd"`
	Change        *Money       `json:"change_usd"` // the sum of the lines' changes that are known
	BeforeUnknown []string     `json:"before_unknown"`
	AfterUnknown  []string     `json:"after_unknown"` // keys of the price book that each bill lacks
	Unpriced      []string     `json:"unpriced"`      // why a side has no bill
	Lines         []LineChange `json:"lines"`         // all of both bills
	Notes         []string     `json:"notes"`         // of the bill after, which the one before does not have
}

// Unknown are the titles of the lines whose change is unknown.
func (c BillChange) Unknown() (titles []string) {
	for _, l := range c.Lines {
		if l.Change == nil {
			titles = append(titles, l.Title)
		}
	}
	return titles
}

// A LineChange is how a line differs. A dimension that a bill lacks is nothing there.
type LineChange struct {
	Dimension string   `json:"dimension"`
	Title     string   `json:"title"`
	Unit      Unit     `json:"unit"`
	Before    Quantity `json:"before"`
	After     Quantity `json:"after"`
	BeforeUSD Money    `json:"before_usd"`
	AfterUSD  Money    `json:"after_usd"`
	Change    *Money   `json:"change_usd"` // null: a price is unknown
	Basis     Basis    `json:"basis"`      // the weaker one of the two

	BeforeUnknown bool `json:"before_unknown,omitempty"` // the price of some of it, if not of all
	AfterUnknown  bool `json:"after_unknown,omitempty"`
}

// Same says whether neither the quantity nor the price differs.
func (l LineChange) Same() bool {
	return l.Before.Cmp(l.After) == 0 && l.Change != nil && l.Change.Cmp(Money{}) == 0
}

// Bills prices a workload at the likely numbers at every front door, or at one, as far
// as prices are known.
func (b *Book) Bills(w *Workload, doors []Door) (Priced, error) {
	b = b.For(w)
	p := Priced{Name: w.Name, Region: w.Region, Book: b.String(), FreeTier: b.free, Varies: w.Varies()}
	for _, d := range doors {
		named := NamedBill{Name: d.Name, Title: d.Title, Unpriced: d.RuledOut(w)}
		if len(named.Unpriced) == 0 {
			bill, err := b.likelyBill(w, d)
			if err != nil {
				return p, err
			}
			named.Bill = bill
		}
		p.Bills = append(p.Bills, named)
	}
	return p, nil
}

// Differ sets two sides' bills of the same names side by side, in the order of
// the side before. What neither side can price is left out.
func Differ(before, after Priced) Difference {
	d := Difference{Version: 1, Before: before, After: after, Bills: []BillChange{}}
	for _, name := range names(before.Bills, after.Bills) {
		was, is := before.named(name), after.named(name)
		if len(was.Unpriced) == 0 || len(is.Unpriced) == 0 {
			d.Bills = append(d.Bills, change(was, is))
		}
	}
	return d
}

// names are those of all bills, each once.
func names(sides ...[]NamedBill) (all []string) {
	for _, bills := range sides {
		for _, b := range bills {
			if !slices.Contains(all, b.Name) {
				all = append(all, b.Name)
			}
		}
	}
	return all
}

func (p Priced) named(name string) NamedBill {
	for _, b := range p.Bills {
		if b.Name == name {
			return b
		}
	}
	return NamedBill{Name: name, Unpriced: []string{"it is not there"}}
}

// change is how the bill of one name differs.
func change(was, is NamedBill) BillChange {
	c := BillChange{
		Name: was.Name, Title: was.Title, Unpriced: []string{}, Lines: []LineChange{}, Notes: []string{},
		BeforeUnknown: append([]string{}, was.Bill.Unknown...), AfterUnknown: append([]string{}, is.Bill.Unknown...),
	}
	if c.Title == "" {
		c.Title = is.Title
	}
	if len(was.Unpriced) == 0 {
		c.Before = &was.Bill.Month
	}
	if len(is.Unpriced) == 0 {
		c.After = &is.Bill.Month
	}
	for _, side := range []struct {
		when    string
		reasons []string
	}{{"before: ", was.Unpriced}, {"after: ", is.Unpriced}} {
		for _, r := range side.reasons {
			c.Unpriced = append(c.Unpriced, side.when+r)
		}
	}
	if c.Before == nil || c.After == nil {
		return c
	}
	var by Money
	c.Lines = changedLines(was.Bill, is.Bill)
	for _, l := range c.Lines {
		if l.Change != nil {
			by = by.Add(*l.Change)
		}
	}
	c.Change = &by
	for _, note := range is.Bill.Warnings {
		if !slices.Contains(was.Bill.Warnings, note) {
			c.Notes = append(c.Notes, note)
		}
	}
	return c
}

// changedLines pairs the lines of two bills by what they bill, in the order of the
// bills.
func changedLines(was, is Bill) (all []LineChange) {
	at := map[string]int{}
	for i, l := range was.Lines {
		at[l.Dimension] = i
		all = append(all, LineChange{
			Dimension: l.Dimension, Title: l.Title, Unit: l.Unit, Before: l.Quantity, BeforeUSD: l.Cost,
			Basis: l.Basis, BeforeUnknown: l.Unknown,
		})
	}
	for _, l := range is.Lines {
		i, both := at[l.Dimension]
		if !both {
			i = len(all)
			all = append(all, LineChange{Dimension: l.Dimension, Title: l.Title, Unit: l.Unit, Basis: l.Basis})
		}
		c := &all[i]
		c.After, c.AfterUSD, c.Basis, c.AfterUnknown = l.Quantity, l.Cost, weakest(c.Basis, l.Basis), l.Unknown
	}
	for i := range all {
		all[i].settle(was.Region == is.Region)
	}
	return all
}

// settle finds the change. Of an unknown price it is known to be none if the quantity is
// the same in the same region.
func (l *LineChange) settle(sameRegion bool) {
	by := l.AfterUSD.Sub(l.BeforeUSD)
	same := sameRegion && l.BeforeUnknown == l.AfterUnknown && l.Before.Cmp(l.After) == 0 && by.Cmp(Money{}) == 0
	if same || !l.BeforeUnknown && !l.AfterUnknown {
		l.Change = &by
	}
}
