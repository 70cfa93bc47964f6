package statement

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"tollgate/pricing"
	"tollgate/pricing/escape"
)

// APIs prints, for each of several APIs, what the account's month costs with it at other
// front doors, and which combinations cost the least.
func APIs(w io.Writer, c *pricing.APIComparisons, explain bool) error {
	w = escape.Lines(w)
	fmt.Fprintf(w, "%s: %d APIs, a month of %s hours in %s\n%s, free tier: %s\n\n", escape.Text(c.Workload), len(c.APIs), pricing.Figure(c.Hours), c.Region, c.Book, c.FreeTier)
	if err := portions(w, c.Stated); err != nil {
		return err
	}
	everywhere := ruledOutOfAll(c)
	ruledOut(w, "ruled out for every API", everywhere)
	for _, a := range c.APIs {
		fmt.Fprintf(w, "\n%s, now at %s: the account's month with it at each front door, the others as they are\n", escape.Text(a.Name), a.Door)
		if err := moves(w, a); err != nil {
			return err
		}
		unpriced(w, a.Comparison)
		ruledOut(w, "ruled out", slices.DeleteFunc(slices.Clone(a.RuledOut), func(r pricing.RuledOut) bool { return isRuledOut(everywhere, r) }))
		breakEvens(w, a.Comparison)
		reach(w, a.Comparison)
		whatIfs(w, a.Comparison)
		notes(w, a.Comparison)
	}
	if err := combinations(w, c); err != nil {
		return err
	}
	if explain {
		fmt.Fprintln(w)
		return Bill(w, "as stated", c.Stated, true)
	}
	return nil
}

// ruledOutOfAll are the doors that are ruled out for every API with a choice, for the same
// reasons.
func ruledOutOfAll(c *pricing.APIComparisons) (all []pricing.RuledOut) {
	choosing := 0
	for _, a := range c.APIs {
		switch {
		case len(a.Doors)+len(a.Unpriced) < 2 && len(a.RuledOut) == 0: // it has one front door, or none
			continue
		case choosing == 0:
			all = slices.Clone(a.RuledOut)
		default:
			all = slices.DeleteFunc(all, func(r pricing.RuledOut) bool { return !isRuledOut(a.RuledOut, r) })
		}
		choosing++
	}
	if choosing < 2 {
		return nil
	}
	return all
}

// isRuledOut says whether the same door is among others, for the same reasons.
func isRuledOut(among []pricing.RuledOut, r pricing.RuledOut) bool {
	return slices.ContainsFunc(among, func(one pricing.RuledOut) bool {
		return one.Name == r.Name && slices.Equal(one.Reasons, r.Reasons)
	})
}

// portions is the part of each API in the account's month.
func portions(w io.Writer, b pricing.Bill) error {
	t, digits := table{right: map[int]bool{2: true}}, digitsOf(b.Month)
	t.add("API", "front door", "a month", "", "mostly")
	for _, a := range b.APIs {
		t.add(escape.Text(a.Name), a.Door, partText(a, digits), doubt(a.Lines), mostly(a.Lines))
	}
	t.add("all", "", monthText(b.Month, len(b.Unknown) > 0, digits), "", "")
	return t.write(w)
}

// partText is the month of an API, as far as its prices are known.
func partText(a pricing.APIBill, digits int) string {
	return monthText(a.Month, slices.ContainsFunc(a.Lines, func(l pricing.Line) bool { return l.Unknown }), digits)
}

// moves is the ranking of one API's front doors, each with what it changes.
func moves(w io.Writer, a pricing.APIComparison) error {
	if len(a.Doors) == 0 {
		return nil
	}
	t := table{right: map[int]bool{1: true, 2: true, 3: true, 4: true}}
	varies := a.Doors[0].Cheapest != nil
	head := []string{"  door", "a month", "change"}
	if varies {
		head = append(head, "p10 to p90", "cheapest in")
	}
	t.add(append(head, "")...)
	at := slices.IndexFunc(a.Doors, func(d pricing.PricedDoor) bool { return d.Name == a.Door })
	for _, d := range a.Doors {
		change := ""
		if at >= 0 && d.Name != a.Door {
			change = signed(d.Month.P50.Sub(a.Doors[at].Month.P50))
		}
		row := []string{"  " + d.Name, d.Month.P50.String(), change}
		if varies {
			row = append(row, intervalText(d.Month), fmt.Sprintf("%.0f %%", *d.Cheapest*100))
		}
		t.add(append(row, doubt(d.Lines))...)
	}
	err := t.write(w)
	if varies {
		io.WriteString(w, "  a month: the median of the months that this API's ranges allow; the other APIs have their likely numbers\n")
	}
	return err
}

// combinations prints what all APIs cost at once.
func combinations(w io.Writer, c *pricing.APIComparisons) error {
	fmt.Fprintln(w, "\ncombinations of front doors, at the likely numbers")
	if len(c.All) == 0 {
		_, err := fmt.Fprintf(w, "  %s\n", c.Tried)
		return err
	}
	t := table{right: map[int]bool{1: true}}
	for _, o := range c.All {
		var doors []string
		for _, a := range c.APIs {
			doors = append(doors, escape.Text(a.Name)+" at "+o.Doors[a.Name])
		}
		t.add("  "+o.What, o.Month.String(), strings.Join(doors, ", "))
	}
	err := t.write(w)
	if c.Tried != "all" {
		fmt.Fprintf(w, "  tried: %s\n", c.Tried)
	}
	return err
}

// ofAPIs prints the part of each API in a bill, which is its share of the account's lines.
func ofAPIs(w io.Writer, b pricing.Bill, explain bool, digits int) error {
	t := table{right: map[int]bool{1: true, 3: true}}
	for _, a := range b.APIs {
		t.add(fmt.Sprintf("  %s, %s", escape.Text(a.Name), a.Title))
		for _, l := range a.Lines {
			t.add("    "+l.Title, pricing.Figure(l.Quantity), string(l.Unit), costText(l.Cost, l.Unknown, digits)+t.mark(!l.Unverified), string(l.Basis))
			if explain {
				for _, step := range strings.Split(l.Derivation, "; ") {
					t.add("        " + step)
				}
			}
		}
		t.add("    its part", "", "", partText(a, digits), "")
	}
	if err := t.write(w); err != nil {
		return err
	}
	_, err := io.WriteString(w, "  what APIs share of a line is divided by their usage: tiers and free units are the account's\n")
	return err
}
