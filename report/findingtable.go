package report

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"tollgate/results"
)

// read makes entries of a column of texts: numbers where all of them are, with
// one unit, their thousands separated, and otherwise words.
func read(texts []string) []htmlCell {
	entries := make([]htmlCell, len(texts))
	unit, numbers := "", false
	for i, text := range texts {
		entries[i] = words(text)
		if !entries[i].known {
			continue
		}
		v, rest, ok := numeral(entries[i].Text)
		if !ok || numbers && rest != unit {
			return worded(texts)
		}
		unit, numbers = rest, true
		entries[i].number, entries[i].word = v, ""
		if !strings.Contains(text, ",") {
			entries[i].Text = separated(entries[i].Text)
		}
	}
	return entries
}

func worded(texts []string) (entries []htmlCell) {
	for _, text := range texts {
		entries = append(entries, words(text))
	}
	return entries
}

// numeral reads a number with thousands separated, and what follows it.
func numeral(text string) (v float64, unit string, ok bool) {
	text = strings.TrimPrefix(strings.ReplaceAll(text, "−", "-"), "$")
	end := strings.IndexFunc(text, func(r rune) bool { return !strings.ContainsRune("+-0123456789.,", r) })
	if end < 0 {
		end = len(text)
	}
	v, err := strconv.ParseFloat(strings.ReplaceAll(text[:end], ",", ""), 64)
	return v, strings.TrimSpace(text[end:]), err == nil
}

// tableTable makes a htmlTable of a finding's table, nil where it has no rows.
func tableTable(id string, n int, t results.Table) *htmlTable {
	s := &htmlTable{ID: fmt.Sprintf("%s-table-%d", id, n+1), Caption: capital(clipped(t.Title, 100))}
	rows := slices.DeleteFunc(slices.Clone(t.Rows), func(row []string) bool { return len(row) == 0 })
	if len(rows) == 0 || len(t.Columns) == 0 {
		return nil
	}
	cells := make([][]htmlCell, len(rows))
	for c, name := range t.Columns {
		texts := make([]string, len(rows))
		for i, row := range rows {
			if c < len(row) {
				texts[i] = row[c]
			}
		}
		h := htmlColumn{Name: cmp.Or(plain(name), "what")}
		for i, e := range read(texts) {
			cells[i] = append(cells[i], e)
			if e.word != "" {
				h.Class = "text"
			}
		}
		s.Columns = append(s.Columns, h)
	}
	for _, row := range cells {
		s.add(row...)
	}
	return s.sorted()
}
