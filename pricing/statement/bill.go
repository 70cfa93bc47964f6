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
	t := table{right: map[int]bool{1: true, 3: true}}
	for _, l := range b.Lines {
		t.add("  "+l.Title, pricing.Figure(l.Quantity), string(l.Unit), costText(l.Cost, l.Unknown)+t.mark(!l.Unverified), string(l.Basis))
		if explain {
			for _, step := range strings.Split(l.Derivation, "; ") {
				t.add("      " + step)
			}
			t.add("      price: " + l.Source)
		}
	}
	t.add("  a month", "", "", monthText(b.Month, len(b.Unknown) > 0), "")
	if b.Bounds != nil {
		t.add("  p10 to p90", "", "", b.Low.String()+" to "+b.High.String(), "")
	}
	fmt.Fprintf(w, "%s: %s, region %s, free tier: %s\n", title, b.Book, b.Region, b.FreeTier)
	if len(b.APIs) > 0 {
		if err := ofAPIs(w, b, explain); err != nil {
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

// costText is the cost of a line, as far as its price is known.
func costText(cost pricing.Money, unknown bool) string {
	if unknown && cost.Cmp(pricing.Money{}) == 0 {
		return "unknown"
	}
	return monthText(cost, unknown)
}

// monthText is a month, of which some prices may be unknown.
func monthText(cost pricing.Money, unknown bool) string {
	if unknown {
		return "at least " + cost.String()
	}
	return cost.String()
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
