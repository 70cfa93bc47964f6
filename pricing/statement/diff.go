package statement

import (
	"fmt"
	"io"
	"strings"

	"tollgate/pricing"
	"tollgate/pricing/escape"
)

// A Side is one of two books that are compared.
type Side struct {
	Name string
	Book *pricing.Book
}

// Changes prints what differs between two books in the regions that both have, and
// which of it is drastic, and names the other regions.
func Changes(w io.Writer, before, after Side) error {
	w = escape.Lines(w)
	for _, x := range [][2]Side{{before, after}, {after, before}} {
		if only := x[0].Book.Without(x[1].Book); len(only) > 0 {
			fmt.Fprintf(w, "only in %s: %s\n", x[0].Name, strings.Join(only, ", "))
		}
	}
	return changed(w, before.Name, after.Name, before.Book.Diff(after.Book))
}

func changed(w io.Writer, before, after string, changes []pricing.Change) error {
	if len(changes) == 0 {
		_, err := fmt.Fprintf(w, "%s and %s have the same prices\n", before, after)
		return err
	}
	fmt.Fprintf(w, "%s → %s\n", before, after)
	t, drastic, region := table{}, 0, ""
	for _, c := range changes {
		if c.Region != region {
			t.add("")
			t.add(c.Region)
			region = c.Region
		}
		mark := ""
		if c.Drastic() {
			mark, drastic = "!", drastic+1
		}
		change, prices := texts(c)
		t.add("  "+pricing.TitleOf(c.Key), change, mark, prices)
	}
	if err := t.write(w); err != nil {
		return err
	}
	_, err := fmt.Fprintf(w, "\n%d rates differ", len(changes))
	if drastic > 0 && err == nil {
		_, err = fmt.Fprintf(w, ", %d of them (!) are gone or change by more than 2 times", drastic)
	}
	fmt.Fprintln(w)
	return err
}

// texts are what changes, and the prices before and after.
func texts(c pricing.Change) (change, prices string) {
	switch {
	case c.Before == nil:
		return "new", rateText(*c.After)
	case c.After == nil:
		return "gone", rateText(*c.Before)
	}
	prices = rateText(*c.Before) + " → " + rateText(*c.After)
	low, high := percent(c.Least), percent(c.Most)
	switch {
	case c.Free:
		return "free", prices
	case low == high:
		return low, prices
	}
	return low + " to " + high, prices
}

func percent(factor pricing.Quantity) string {
	if factor.Cmp(pricing.Whole(1)) == 0 {
		return "±0 %"
	}
	change := factor.Sub(pricing.Whole(1)).Mul(pricing.Whole(100))
	sign := "+"
	if change.Sign() < 0 {
		sign, change = "−", change.Mul(pricing.Whole(-1))
	}
	return sign + change.Text(1) + " %"
}

func rateText(r pricing.Rate) string {
	if f := freeText(r); f != "" {
		return r.Quote() + " (free: " + f + ")"
	}
	return r.Quote()
}
