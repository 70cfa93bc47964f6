package statement

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"tollgate/pricing"
	"tollgate/pricing/escape"
)

// Book prints the first price of every rate, one column for each region. Only keys
// and titles that contain filter are shown.
func Book(w io.Writer, b *pricing.Book, filter string) error {
	w = escape.Lines(w)
	t := table{right: map[int]bool{}}
	regions, few := columns(b)
	head := []string{"", "per"}
	for i, r := range regions {
		head = append(head, r+strings.Repeat(" ", 3))
		t.right[2+i] = true
	}
	t.add(head...)
	err := t.list(filter, func(key string) [][]string {
		if row := t.firstPrices(b, regions, key); row != nil {
			return [][]string{row}
		}
		return nil
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "%s: first prices in US dollars, without tax\n", b)
	if err := t.write(w); err != nil {
		return err
	}
	more := "\n+  lower or unknown prices for more units: see prices show --region\n"
	if len(few) > 0 {
		more += "some prices of " + strings.Join(few, ", ") + " are known, too: see prices show --region\n"
	}
	return legend(w, t.marks, more)
}

// columns are the regions that have columns of their own: those of which a book has
// at least a quarter as many rates as of any region, without those that one region has for
// all. Of the others it has few.
func columns(b *pricing.Book) (shown, few []string) {
	own := map[string]int{}
	most := 0
	for _, region := range b.Regions() {
		own[region] = len(slices.DeleteFunc(slices.Clone(b.Keys(region)), pricing.AtEdge))
		most = max(most, own[region])
	}
	for _, region := range b.Regions() {
		if 4*own[region] < most {
			few = append(few, region)
		} else {
			shown = append(shown, region)
		}
	}
	return shown, few
}

// list adds what row makes of every key that matches, below its service.
func (t *table) list(filter string, row func(key string) [][]string) error {
	found := false
	for _, service := range pricing.Services {
		headed := false
		for _, d := range service.Dimensions {
			for _, key := range d.Keys() {
				if !matches(key, filter) {
					continue
				}
				for _, cells := range row(key) {
					if !headed {
						t.add("")
						t.add(service.Title)
					}
					t.add(cells...)
					headed, found = true, true
				}
			}
		}
	}
	if !found {
		return fmt.Errorf("no rate matches %q", filter)
	}
	return nil
}

func (t *table) firstPrices(b *pricing.Book, regions []string, key string) []string {
	var cells []string
	per := ""
	for _, region := range regions {
		r, err := b.Rate(region, key)
		if err != nil {
			cells = append(cells, "")
			continue
		}
		per = perText(r)
		mark := ""
		if len(r.Tiers) > 1 || r.KnownTo.Sign() > 0 {
			mark = "+"
		}
		cells = append(cells, fmt.Sprintf("%s %-2s", r.Tiers[0].Price.Plain(), mark+t.mark(r.Verified)))
	}
	if per == "" {
		return nil
	}
	return append([]string{"  " + pricing.TitleOf(key), per}, cells...)
}

// perText says for how many units a rate's prices are.
func perText(r pricing.Rate) string {
	switch {
	case r.Per.Cmp(pricing.Whole(1)) == 0:
		return singular(r.Unit)
	case r.Per.Cmp(pricing.Whole(1_000_000)) == 0:
		return "M " + string(r.Unit)
	}
	return pricing.Figure(r.Per) + " " + string(r.Unit)
}

func singular(u pricing.Unit) string { return strings.TrimSuffix(string(u), "s") }

// Region prints every tier, free allowance and date of one region's rates, and
// with sources where each was read.
func Region(w io.Writer, b *pricing.Book, region, filter string, sources bool) error {
	w = escape.Lines(w)
	t := table{}
	t.add("", "per", "free each month", "as of", "price")
	err := t.list(filter, func(key string) [][]string {
		r, err := b.Rate(region, key)
		if err != nil {
			return nil
		}
		asOf := strings.TrimSpace(r.AsOf + " " + t.mark(r.Verified))
		rows := [][]string{{"  " + pricing.TitleOf(key), perText(r), freeText(r), asOf, r.Quote()}}
		if sources {
			rows = append(rows, []string{"    " + r.Source})
		}
		return rows
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "%s: %s, US dollars without tax; tiers are of a month's total\n", b, region)
	if err := t.write(w); err != nil {
		return err
	}
	return legend(w, t.marks, "")
}

func freeText(r pricing.Rate) string {
	var parts []string
	for _, f := range []pricing.FreeTier{pricing.AlwaysFree, pricing.LegacyFree} {
		if a, ok := r.Free[f]; ok {
			mark := ""
			if !a.Verified {
				mark = unverified
			}
			parts = append(parts, fmt.Sprintf("%s %s%s", pricing.Figure(a.Quantity), f, mark))
		}
	}
	return strings.Join(parts, ", ")
}

func legend(w io.Writer, flagged int, more string) error {
	if flagged > 0 {
		more = "\n" + unverified + "  unverified: not checked against the price list" + more
		if !strings.HasSuffix(more, "\n") {
			more += "\n"
		}
	}
	_, err := io.WriteString(w, more)
	return err
}

func matches(key, filter string) bool {
	f := strings.ToLower(filter)
	return strings.Contains(key, f) || strings.Contains(strings.ToLower(pricing.TitleOf(key)), f)
}
