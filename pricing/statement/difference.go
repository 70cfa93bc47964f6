package statement

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"tollgate/pricing"
	"tollgate/pricing/escape"
)

// Difference prints how two sides' bills differ: the months, and below each the lines
// that are not the same.
func Difference(w io.Writer, d pricing.Difference) error {
	w = escape.Lines(w)
	for _, line := range sides(d) {
		fmt.Fprintln(w, line)
	}
	fmt.Fprintln(w)
	t := table{right: map[int]bool{1: true, 2: true, 3: true, 4: true}}
	t.add("", "before", "after", "change", "")
	for _, row := range differenceRows(d) {
		name := row.name
		if row.line {
			name = "    " + name
		}
		t.add(name, row.before, row.after, row.change, row.percent, row.why)
	}
	if err := t.write(w); err != nil {
		return err
	}
	for _, note := range differenceNotes(d) {
		fmt.Fprintln(w, "note: "+note)
	}
	return nil
}

// DifferenceMarkdown writes the same as a comment of a pull request.
func DifferenceMarkdown(w io.Writer, d pricing.Difference) error {
	w = escape.Lines(w)
	for i, line := range sides(d) {
		if i > 0 {
			fmt.Fprintln(w, "  ") // a break, and no new paragraph
		}
		fmt.Fprint(w, escape.Markdown(line))
	}
	fmt.Fprint(w, "\n\n| | before | after | change | |\n|---|---:|---:|---:|---|\n")
	for _, row := range differenceRows(d) {
		name := "**" + escape.Markdown(row.name) + "**"
		if row.line {
			name = "&emsp;" + escape.Markdown(row.name)
		}
		last := strings.TrimSpace(row.percent + " " + row.why)
		fmt.Fprintf(w, "| %s | %s | %s | %s | %s |\n", name, escape.Markdown(row.before), escape.Markdown(row.after), escape.Markdown(row.change), escape.Markdown(last))
	}
	for _, note := range differenceNotes(d) {
		fmt.Fprintf(w, "\n- %s", escape.Markdown(note))
	}
	_, err := io.WriteString(w, "\n")
	return err
}

// sides say what is compared, and by which prices.
func sides(d pricing.Difference) []string {
	text := func(when string, p pricing.Priced) string {
		return fmt.Sprintf("%s: %s, region %s, %s, free tier: %s", when, escape.Text(p.Name), p.Region, p.Book, p.FreeTier)
	}
	return []string{text("before", d.Before), text("after", d.After)}
}

// A differenceRow is a month or a line of a difference.
type differenceRow struct {
	name, before, after, change, percent, why string
	line                                      bool
}

// differenceRows are the months, each followed by its lines that differ.
func differenceRows(d pricing.Difference) (rows []differenceRow) {
	for _, c := range d.Bills {
		rows = append(rows, monthRow(c))
		for _, l := range c.Lines {
			if !l.Same() {
				rows = append(rows, lineRow(l))
			}
		}
	}
	return rows
}

func monthRow(c pricing.BillChange) differenceRow {
	row := differenceRow{name: c.Name, before: "–", after: "–", why: strings.Join(c.Unpriced, "; ")}
	if c.Before != nil {
		row.before = monthText(*c.Before, len(c.BeforeUnknown) > 0, cents)
	}
	if c.After != nil {
		row.after = monthText(*c.After, len(c.AfterUnknown) > 0, cents)
	}
	if c.Change == nil {
		return row
	}
	row.change = signed(*c.Change)
	if unknown := c.Unknown(); len(unknown) > 0 {
		row.why = "and an unknown change of " + strings.Join(unknown, ", ")
		if c.Change.Cmp(pricing.Money{}) == 0 {
			row.change, row.why = "unknown", strings.TrimPrefix(row.why, "and ")
		}
	} else if len(c.BeforeUnknown) == 0 {
		row.percent = ratio(*c.Before, *c.After)
	}
	return row
}

func lineRow(l pricing.LineChange) differenceRow {
	row := differenceRow{
		name: l.Title, before: costText(l.BeforeUSD, l.BeforeUnknown, cents), after: costText(l.AfterUSD, l.AfterUnknown, cents),
		change: "unknown", why: amounts(l), line: true,
	}
	if l.Change != nil {
		row.change, row.percent = signed(*l.Change), ratio(l.BeforeUSD, l.AfterUSD)
	}
	return row
}

// amounts are the quantities before and after.
func amounts(l pricing.LineChange) string {
	if l.Before.Cmp(l.After) == 0 {
		return fmt.Sprintf("%s %s at another price", pricing.Figure(l.Before), l.Unit)
	}
	return fmt.Sprintf("%s → %s %s", atText(l.Before), atText(l.After), l.Unit)
}

// signed prints a change of money. Less than half a cent is no change.
func signed(m pricing.Money) string {
	text := m.String()
	switch {
	case text == "$0.00":
		return "±" + text
	case m.Cmp(pricing.Money{}) < 0:
		return text
	}
	return "+" + text
}

// ratio is the change in percent; what was nothing has none.
func ratio(before, after pricing.Money) string {
	if before.Cmp(pricing.Money{}) <= 0 {
		return ""
	}
	return percent(pricing.Quantity(after).Div(pricing.Quantity(before)))
}

// differenceNotes are what holds for all rows, and what is said of bills after alone.
func differenceNotes(d pricing.Difference) (notes []string) {
	if d.Before.Varies || d.After.Varies {
		notes = append(notes, "some numbers are ranges: these bills are at the likely ones, and have intervals when they are priced one by one")
	}
	if len(d.Bills) == 0 {
		notes = append(notes, "neither side has a bill")
	}
	if lacks := unknownPrices(d); len(lacks) > 0 {
		notes = append(notes, "some prices are unknown, and changes are those of the others: "+pricing.Remedy(lacks))
	}
	seen := map[string]bool{}
	for _, c := range d.Bills {
		for _, note := range c.Notes {
			if !seen[note] {
				seen[note] = true
				notes = append(notes, "after: "+note)
			}
		}
	}
	return notes
}

// unknownPrices are those that either side lacks, region by region.
func unknownPrices(d pricing.Difference) (all []pricing.Lack) {
	for _, side := range []struct {
		region string
		keys   func(pricing.BillChange) []string
	}{
		{d.Before.Region, func(c pricing.BillChange) []string { return c.BeforeUnknown }},
		{d.After.Region, func(c pricing.BillChange) []string { return c.AfterUnknown }},
	} {
		at := slices.IndexFunc(all, func(l pricing.Lack) bool { return l.Region == side.region })
		if at < 0 {
			at = len(all)
			all = append(all, pricing.Lack{Region: side.region})
		}
		for _, c := range d.Bills {
			all[at].Keys = append(all[at].Keys, side.keys(c)...)
		}
	}
	for i := range all {
		slices.Sort(all[i].Keys)
		all[i].Keys = slices.Compact(all[i].Keys)
	}
	return slices.DeleteFunc(all, func(l pricing.Lack) bool { return len(l.Keys) == 0 })
}
