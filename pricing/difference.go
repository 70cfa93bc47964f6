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
// where there is no bill.
type BillChange struct {
	Name     string       `json:"name"`
	Title    string       `json:"title"`
	Before   *Money       `json:"before_usd"`
	After    *Money       `json:"after_usd"`
	Change   *Money       `json:"change_usd"`
	Unpriced []string     `json:"unpriced"` // why a side has no bill
	Lines    []LineChange `json:"lines"`    // all of both bills
	Notes    []string     `json:"notes"`    // of the bill after, which the one before does not have
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
	Change    Money    `json:"change_usd"`
	Basis     Basis    `json:"basis"` // the weaker one of the two
}

// Same says whether neither the quantity nor the price differs.
func (l LineChange) Same() bool { return l.Before.Cmp(l.After) == 0 && l.Change.Cmp(Money{}) == 0 }

// Bills prices a workload at the likely numbers at every front door, or at one.
func (b *Book) Bills(w *Workload, doors []Door) (Priced, error) {
	p := Priced{Name: w.Name, Region: w.Region, Book: b.String(), FreeTier: b.free, Varies: w.Varies()}
	for _, d := range doors {
		named := NamedBill{Name: d.Name, Title: d.Title, Unpriced: d.RuledOut(w)}
		if len(named.Unpriced) == 0 {
			bill, err := b.bill(w, d)
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
	c := BillChange{Name: was.Name, Title: was.Title, Unpriced: []string{}, Lines: []LineChange{}, Notes: []string{}}
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
	by := is.Bill.Month.Sub(was.Bill.Month)
	c.Change, c.Lines = &by, changedLines(was.Bill.Lines, is.Bill.Lines)
	for _, note := range is.Bill.Warnings {
		if !slices.Contains(was.Bill.Warnings, note) {
			c.Notes = append(c.Notes, note)
		}
	}
	return c
}

// changedLines pairs the lines of two bills by what they bill, in the order of the
// bills.
func changedLines(was, is []Line) (all []LineChange) {
	at := map[string]int{}
	for i, l := range was {
		at[l.Dimension] = i
		all = append(all, LineChange{
			Dimension: l.Dimension, Title: l.Title, Unit: l.Unit, Before: l.Quantity, BeforeUSD: l.Cost,
			Change: Money{}.Sub(l.Cost), Basis: l.Basis,
		})
	}
	for _, l := range is {
		i, both := at[l.Dimension]
		if !both {
			i = len(all)
			all = append(all, LineChange{Dimension: l.Dimension, Title: l.Title, Unit: l.Unit, Basis: l.Basis})
		}
		c := &all[i]
		c.After, c.AfterUSD, c.Basis = l.Quantity, l.Cost, weakest(c.Basis, l.Basis)
		c.Change = l.Cost.Sub(c.BeforeUSD)
	}
	return all
}
