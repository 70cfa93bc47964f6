package statement

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"tollgate/pricing"
	"tollgate/pricing/escape"
)

// Comparison prints front doors side by side, cheapest first: what a month
// costs, which doors are ruled out and why, where the cheaper of two changes,
// and what would save something.
func Comparison(w io.Writer, c *pricing.Comparison, explain bool) error {
	w = escape.Lines(w)
	fmt.Fprintf(w, "%s: a month of %s hours in %s\n%s, free tier: %s\n\n", escape.Text(c.Workload), pricing.Figure(c.Hours), c.Region, c.Book, c.FreeTier)
	if err := ranking(w, c); err != nil {
		return err
	}
	unpriced(w, c)
	ruledOut(w, "ruled out", c.RuledOut)
	breakEvens(w, c)
	reach(w, c)
	whatIfs(w, c)
	notes(w, c)
	if c.Map != nil {
		chart(w, c.Map)
	}
	if explain {
		for _, d := range c.Doors {
			fmt.Fprintln(w)
			if err := Bill(w, d.Title, d.Bill, true); err != nil {
				return err
			}
		}
		for _, d := range c.Unpriced {
			fmt.Fprintln(w)
			if err := Bill(w, d.Title, d.Bill, true); err != nil {
				return err
			}
		}
	}
	return nil
}

// ruledOut prints each set of reasons once, with the doors that have it.
func ruledOut(w io.Writer, how string, all []pricing.RuledOut) {
	var order []string
	doors := map[string][]string{}
	for _, r := range all {
		why := strings.Join(r.Reasons, "; ")
		if doors[why] == nil {
			order = append(order, why)
		}
		doors[why] = append(doors[why], r.Name)
	}
	for _, why := range order {
		fmt.Fprintf(w, "  %s: %s: %s\n", how, strings.Join(doors[why], ", "), why)
	}
}

// ranking is the table of doors. Columns that nothing would stand in are left out.
func ranking(w io.Writer, c *pricing.Comparison) error {
	if len(c.Doors) == 0 && len(c.Unpriced) > 0 {
		return nil
	}
	if len(c.Doors) == 0 {
		_, err := io.WriteString(w, "no front door can serve this workload\n")
		return err
	}
	varies := c.Doors[0].Cheapest != nil
	t := table{right: map[int]bool{}}
	head, rows := []string{"door"}, make([][]string, len(c.Doors))
	for i, d := range c.Doors {
		rows[i] = []string{d.Name}
	}
	column := func(title string, shown bool, cell func(pricing.PricedDoor) string) {
		if !shown {
			return
		}
		t.right[len(head)] = true
		head = append(head, title)
		for i, d := range c.Doors {
			rows[i] = append(rows[i], cell(d))
		}
	}
	column("a month", true, func(d pricing.PricedDoor) string { return d.Month.P50.String() })
	column("p10 to p90", varies, func(d pricing.PricedDoor) string { return intervalText(d.Month) })
	column("cheapest in", varies, func(d pricing.PricedDoor) string { return fmt.Sprintf("%.0f %%", *d.Cheapest*100) })
	column("likely", varies, func(d pricing.PricedDoor) string { return d.Month.Likely.String() })
	column("serves", slices.ContainsFunc(c.Doors, unserved), func(d pricing.PricedDoor) string { return shareText(*d.Served) + " of months" })
	column("per million", c.Doors[0].PerM != nil, func(d pricing.PricedDoor) string { return d.PerM.String() })
	column("would fail", slices.ContainsFunc(c.Doors, fails), func(d pricing.PricedDoor) string { return shareText(d.Failing) })
	t.add(append(head, "", "mostly")...)
	for i, d := range c.Doors {
		t.add(append(rows[i], doubt(d.Lines), mostly(d.Lines))...)
	}
	err := t.write(w)
	if varies {
		io.WriteString(w, "  a month: the median of the months that the ranges allow; likely: with the likely number of each range,\n"+
			"  which costs less than the median where ranges reach further up than down\n")
	}
	return err
}

// unpriced lists the doors that have no rank, since a price is unknown, and how to
// get what is missing.
func unpriced(w io.Writer, c *pricing.Comparison) {
	if len(c.Unpriced) == 0 {
		return
	}
	if len(c.Doors) > 0 {
		fmt.Fprintln(w)
	}
	fmt.Fprintf(w, "no rank, since prices of %s are unknown\n", c.Region)
	t, lack := table{right: map[int]bool{1: true}}, pricing.Lack{Region: c.Region}
	for _, d := range c.Unpriced {
		t.add("  "+d.Name, "at least "+d.Least.String(), "and "+titles(d.Unknown))
		for _, key := range d.Unknown {
			if !slices.Contains(lack.Keys, key) {
				lack.Keys = append(lack.Keys, key)
			}
		}
	}
	_ = t.write(w)
	fmt.Fprintf(w, "  %s\n", pricing.Remedy([]pricing.Lack{lack}))
}

// fails says whether some requests of the workload exceed a limit of a front door, and
// unserved whether some of its months do.
func fails(d pricing.PricedDoor) bool    { return d.Failing > 0 }
func unserved(d pricing.PricedDoor) bool { return d.Served != nil && *d.Served < 1 }

// shareText prints a share of months or requests; a small one is not none, and a large
// one not all.
func shareText(share float64) string {
	switch percent := share * 100; {
	case percent > 0 && percent < 0.1:
		return "under 0.1 %"
	case percent > 0 && percent < 10 || percent > 99 && percent < 100:
		return fmt.Sprintf("%.1f %%", percent)
	default:
		return fmt.Sprintf("%.0f %%", percent)
	}
}

// doubt marks a bill with prices that were not read in a source.
func doubt(lines []pricing.Line) string {
	if slices.ContainsFunc(lines, func(l pricing.Line) bool { return l.Unverified }) {
		return unverified
	}
	return ""
}

func intervalText(i pricing.Interval) string {
	if i.P10 == nil {
		return ""
	}
	return i.P10.String() + " to " + i.P90.String()
}

func mostly(lines []pricing.Line) string {
	sorted := slices.Clone(lines)
	slices.SortStableFunc(sorted, func(a, b pricing.Line) int { return b.Cost.Cmp(a.Cost) })
	var parts []string
	for _, l := range sorted[:min(3, len(sorted))] {
		if l.Cost.String() != "$0.00" {
			parts = append(parts, l.Title+" "+l.Cost.String())
		}
	}
	return strings.Join(parts, ", ")
}

// breakEvens prints where the cheapest of all doors changes, and where one of the doors
// that were asked for becomes cheaper than another; JSON has every pair.
func breakEvens(w io.Writer, c *pricing.Comparison) {
	t, others, variable := table{right: map[int]bool{1: true}}, 0, ""
	for _, p := range c.BreakAt {
		if !p.Lowest && !p.Asked {
			others++
			continue
		}
		if p.Variable != variable {
			variable = p.Variable
			t.add("  " + p.Unit + ":")
		}
		where := p.Before + " below, " + p.After + " above"
		if !p.Lowest {
			where += " (a third is cheaper than both)"
		}
		t.add("    ", atText(p.At), p.Cost.String(), where)
	}
	if len(c.Doors) == 0 {
		return // between none, nothing can change
	}
	io.WriteString(w, "\nbreak-even points\n")
	if len(t.rows) == 0 {
		fmt.Fprintf(w, "  nowhere%s\n", amongDoors(c))
	}
	_ = t.write(w)
	if slices.ContainsFunc(c.Doors, func(d pricing.PricedDoor) bool { return d.FlatRate }) {
		fmt.Fprintln(w, "  flat-rate plans are left out here: they hold for the stated traffic only")
	}
	if others > 0 {
		fmt.Fprintf(w, "  %d more crossings of two front doors where a third is cheaper: see --json\n", others)
	}
}

// atText prints a value with as many decimals as its size needs.
func atText(q pricing.Quantity) string {
	decimals := 10_000.0
	switch f := q.Float(); {
	case f >= 1000:
		decimals = 1
	case f >= 10:
		decimals = 10
	}
	return pricing.Figure(pricing.Ratio(int64(math.Round(q.Float()*decimals)), int64(decimals)))
}

// amongDoors names the doors between which no crossing was found.
func amongDoors(c *pricing.Comparison) string {
	if len(c.Doors) < 2 {
		return ": there is one front door to choose from"
	}
	return ", among those that serve this workload"
}

// whatIfs prints what each change saves at each front door, in the order of the
// ranking.
func whatIfs(w io.Writer, c *pricing.Comparison) {
	var changes []string
	saves := map[string]map[string]string{} // by change and door
	for _, x := range c.WhatIf {
		if saves[x.Change] == nil {
			saves[x.Change] = map[string]string{}
			changes = append(changes, x.Change)
		}
		saves[x.Change][x.Door] = x.Saving.String()
	}
	if len(changes) == 0 {
		return
	}
	t := table{right: map[int]bool{}}
	head := []string{"   "}
	for i, d := range c.Doors {
		t.right[i+1] = true
		head = append(head, d.Name)
	}
	t.add(head...)
	for _, change := range changes {
		row := []string{"   "}
		for _, d := range c.Doors {
			row = append(row, saves[change][d.Name])
		}
		t.add(append(row, change)...)
	}
	io.WriteString(w, "\npossible savings a month, at the likely numbers\n")
	_ = t.write(w)
}

// notes prints each warning once, with the doors that it is about, and what the mark
// means.
func notes(w io.Writer, c *pricing.Comparison) {
	var seen []string
	about := map[string][]string{} // titles of the doors that a warning names
	marked := false
	for _, d := range c.Doors {
		marked = marked || doubt(d.Lines) != ""
		for _, warning := range d.Warnings {
			text, named := strings.CutPrefix(warning, d.Title+": ")
			if named {
				about[text] = append(about[text], d.Title)
			}
			if !slices.Contains(seen, text) && !strings.HasPrefix(text, "unverified price of") {
				seen = append(seen, text)
			}
		}
	}
	if marked {
		fmt.Fprintf(w, "\n%s  some prices are unverified; --explain shows which\n", unverified)
	} else if len(seen) > 0 {
		fmt.Fprintln(w)
	}
	for _, text := range seen {
		if doors := about[text]; len(doors) > 0 {
			text = strings.Join(doors, "; ") + ": " + text
		}
		fmt.Fprintf(w, "note: %s\n", text)
	}
}
