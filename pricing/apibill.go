package pricing

import (
	"fmt"
	"slices"
	"strings"
)

// An APIBill is the part that one of several APIs has of an account's bill. Of a line
// that several share it is in proportion to their usage: neither the lower tiers nor the
// free units belong to one of them.
type APIBill struct {
	Name  string `json:"name"`
	Door  string `json:"front_door"`
	Title string `json:"title"` // of the front door
	Month Money  `json:"month_usd"`
	Lines []Line `json:"lines"`
}

// usage is what the API uses in a month.
func (a API) usage(month *Workload) Usage {
	return withoutCaveats(Measure(a.Door.Billed, a.Door.Traffic(month)))
}

// withoutCaveats leaves out what the API's own notes say.
func withoutCaveats(u Usage) Usage {
	for i := range u {
		u[i].Reading.Caveat = ""
	}
	return slices.DeleteFunc(u, func(one Used) bool { return one.Reading.Quantity.Sign() == 0 })
}

// portions are what each of the workload's APIs uses at its likely numbers.
func (w *Workload) portions() (all []portion) {
	for _, a := range w.APIs {
		all = append(all, portion{a.Name, a.usage(a.likely())})
	}
	return all
}

// BillAPIs is the account's bill of all APIs of a workload at the likely numbers, with
// an interval where some of them are ranges. Prices that are unknown are named.
func (b *Book) BillAPIs(w *Workload) (Bill, error) {
	b = b.For(w)
	parts := w.portions()
	bill, _, err := b.priceKnown(w.Region, together(parts...))
	if err != nil {
		return bill, err
	}
	for i, a := range w.APIs {
		bill.APIs = append(bill.APIs, a.part(bill.Lines, parts[i].usage))
	}
	bill.Warnings = append(bill.Warnings, w.accountNotes()...)
	bill.Warnings = append(bill.Warnings, w.apiNotes()...)
	if w.Varies() && len(bill.Unknown) == 0 {
		err = b.boundAPIs(w, &bill)
	}
	return bill, err
}

// part is what of the lines belongs to the API.
func (a API) part(lines []Line, u Usage) APIBill {
	own := APIBill{Name: a.Name, Door: a.Door.Name, Title: a.Door.Title, Lines: []Line{}}
	for _, used := range u {
		for _, l := range lines {
			if l.Dimension != used.key() || l.Quantity.Sign() == 0 {
				continue
			}
			l.Cost = l.Cost.Times(used.Reading.Quantity.Div(l.Quantity))
			if l.Quantity.Cmp(used.Reading.Quantity) != 0 {
				l.Derivation = used.Reading.Derivation + derivation("; %s of the account's %s", used.Reading.Quantity, l.Quantity)
			}
			l.Quantity, l.Basis = used.Reading.Quantity, weakest(used.Reading.Basis, l.Basis)
			own.Lines = append(own.Lines, l)
			own.Month = own.Month.Add(l.Cost)
		}
	}
	return own
}

// apiNotes are what the bill must say of each API, each note once with the APIs that it
// is of.
func (w *Workload) apiNotes() (notes []string) {
	of := map[string][]string{}
	for _, a := range w.APIs {
		own := warnings(nil, Measure(a.Door.Billed, a.Door.Traffic(a.likely())))
		for _, note := range append(own, a.Door.notesOn(a.Workload)...) {
			if of[note] == nil {
				notes = append(notes, note)
			}
			if !slices.Contains(of[note], a.Name) {
				of[note] = append(of[note], a.Name)
			}
		}
	}
	for i, note := range notes {
		notes[i] = strings.Join(of[note], ", ") + ": " + note
	}
	return notes
}

// boundAPIs gives the bill its interval, from months in which all APIs are drawn.
func (b *Book) boundAPIs(w *Workload, bill *Bill) error {
	var costs []Money
	from, left := "the ranges and percentiles of all APIs", false
	for month := range w.months() {
		if !slices.ContainsFunc(month.APIs, func(a API) bool { return !a.Door.serves(a.Workload) }) {
			cost, err := b.sum(w.Region, added(month.portions()...))
			if lacks := Lacks(err); len(lacks) > 0 {
				for _, l := range lacks {
					bill.Unknown = append(bill.Unknown, l.Keys...)
				}
				return nil
			}
			if err != nil {
				return err
			}
			costs = append(costs, cost)
			continue
		}
		left = true
	}
	if left {
		from += fmt.Sprintf(", those of %s that all front doors can serve", Figure(Whole(draws)))
	}
	bill.Bounds = boundsOf(costs, from)
	return nil
}

// besidesAPI is what all APIs but one use, in months of so many hours if they are stated.
func (w *Workload) besidesAPI(but string, hours Quantity) Usage {
	var all []portion
	for _, a := range w.APIs {
		if a.Name == but {
			continue
		}
		month := a.likely()
		if hours.Sign() > 0 {
			month.Hours = hours
		}
		all = append(all, portion{a.Name, a.usage(month)})
	}
	return together(all...)
}
