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
		t.add("  "+l.Title, pricing.Figure(l.Quantity), string(l.Unit), l.Cost.String()+t.mark(!l.Unverified), string(l.Basis))
		if explain {
			for _, step := range strings.Split(l.Derivation, "; ") {
				t.add("      " + step)
			}
			t.add("      price: " + l.Source)
		}
	}
	t.add("  a month", "", "", b.Month.String(), "")
	if b.Bounds != nil {
		t.add("  p10 to p90", "", "", b.Low.String()+" to "+b.High.String(), "")
	}
	fmt.Fprintf(w, "%s: %s, region %s, free tier: %s\n", title, b.Book, b.Region, b.FreeTier)
	if err := t.write(w); err != nil {
		return err
	}
	if b.Bounds != nil {
		fmt.Fprintf(w, "  interval: %s\n", b.From)
	}
	for _, warning := range b.Warnings {
		fmt.Fprintf(w, "  note: %s\n", warning)
	}
	_, err := io.WriteString(w, "\n")
	return err
}
