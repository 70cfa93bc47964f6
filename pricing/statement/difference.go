package statement

import (
	"fmt"
	"io"
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
		return fmt.Sprintf("%s: %s, region %s, %s, free tier: %s", when, p.Name, p.Region, p.Book, p.FreeTier)
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
		row := differenceRow{name: c.Name, before: "–", after: "–", why: strings.Join(c.Unpriced, "; ")}
		if c.Before != nil {
			row.before = c.Before.String()
		}
		if c.After != nil {
			row.after = c.After.String()
		}
		if c.Change != nil {
			row.change, row.percent = signed(*c.Change), ratio(*c.Before, *c.After)
		}
		rows = append(rows, row)
		for _, l := range c.Lines {
			if l.Same() {
				continue
			}
			rows = append(rows, differenceRow{
				name: l.Title, before: l.BeforeUSD.String(), after: l.AfterUSD.String(), change: signed(l.Change),
				percent: ratio(l.BeforeUSD, l.AfterUSD), why: amounts(l), line: true,
			})
		}
	}
	return rows
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
