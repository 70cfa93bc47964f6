package statement

import (
	"fmt"
	"io"
	"strings"

	"tollgate/pricing"
	"tollgate/pricing/escape"
)

// Bill prints a bill's lines and its sum; with explain also the way to every
// line, to be followed with a pocket calculator, and where its price was read.
func Bill(w io.Writer, title string, b pricing.Bill, explain bool) error {
	w = escape.Lines(w)
	t, digits := table{right: map[int]bool{1: true, 3: true}}, digitsOf(b.Month)
	for _, l := range b.Lines {
		t.add("  "+l.Title, pricing.Figure(l.Quantity), string(l.Unit), costText(l.Cost, l.Unknown, digits)+t.mark(!l.Unverified), string(l.Basis))
		if explain {
			for _, step := range strings.Split(l.Derivation, "; ") {
				t.add("      " + step)
			}
			t.add("      price: " + l.Source)
		}
	}
	t.add("  a month", "", "", monthText(b.Month, len(b.Unknown) > 0, digits), "")
	if b.Bounds != nil {
		t.add("  p10 to p90", "", "", b.Low.Fixed(digits)+" to "+b.High.Fixed(digits), "")
	}
	fmt.Fprintf(w, "%s: %s, region %s, free tier: %s\n", title, b.Book, b.Region, b.FreeTier)
	if len(b.APIs) > 0 {
		if err := ofAPIs(w, b, explain, digits); err != nil {
			return err
		}
		fmt.Fprintln(w, "  all APIs")
	}
	if err := t.write(w); err != nil {
		return err
	}
	if b.Bounds != nil {
		fmt.Fprintf(w, "  interval: %s\n", b.From)
	}
	for _, warning := range b.Warnings {
		fmt.Fprintf(w, "  note: %s\n", warning)
	}
	if lacks := lacksOf(b); len(lacks) > 0 {
		fmt.Fprintf(w, "  unknown: the price of %s: %s\n", titles(b.Unknown), pricing.Remedy(lacks))
	}
	_, err := io.WriteString(w, "\n")
	return err
}

// cents are the decimals of a dollar.
const cents = 2

// digitsOf is how many decimals a bill has: two, and more if all of it is less than a dollar.
func digitsOf(sum pricing.Money) int {
	const ofLess, ofNextToNothing = 4, 6
	switch {
	case sum.Cmp(pricing.Money{}) <= 0 || sum.Cmp(pricing.Money(pricing.Whole(1))) >= 0:
		return cents
	case sum.Cmp(pricing.Money(pricing.Ratio(1, 100))) >= 0:
		return ofLess
	}
	return ofNextToNothing
}

// costText is the cost of a line, as far as its price is known.
func costText(cost pricing.Money, unknown bool, digits int) string {
	if unknown && cost.Cmp(pricing.Money{}) == 0 {
		return "unknown"
	}
	return monthText(cost, unknown, digits)
}

// monthText is a month, of which some prices may be unknown.
func monthText(cost pricing.Money, unknown bool, digits int) string {
	if unknown {
		return "at least " + cost.Fixed(digits)
	}
	return cost.Fixed(digits)
}

func lacksOf(b pricing.Bill) []pricing.Lack {
	if len(b.Unknown) == 0 {
		return nil
	}
	return []pricing.Lack{{Region: b.Region, Keys: b.Unknown}}
}

// titles names keys of the price book.
func titles(keys []string) string {
	names := make([]string, len(keys))
	for i, key := range keys {
		names[i] = pricing.TitleOf(key)
	}
	return strings.Join(names, ", ")
}
