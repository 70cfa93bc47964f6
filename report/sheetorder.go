package report

import (
	"cmp"
	"fmt"
	"html/template"
	"slices"
	"strings"
)

// sortedColumns is how many columns the style sheet can sort by; fewSorted is
// how many rows make it worth while.
const (
	sortedColumns = 12
	fewSorted     = 3
)

// sorted gives every row its ranks, and every column that has any its buttons.
func (s *sheet) sorted() *sheet {
	if len(s.Rows) < fewSorted {
		return s
	}
	orders := make([]strings.Builder, len(s.Rows))
	for c := range s.Columns[:min(len(s.Columns), sortedColumns)] {
		ranks, text := s.ranks(c)
		if ranks == nil {
			continue
		}
		h := &s.Columns[c]
		if h.Up, h.Down = "smallest first", "largest first"; text {
			h.Up, h.Down = "A to Z", "Z to A"
		}
		for i, rank := range ranks {
			if rank >= 0 {
				fmt.Fprintf(&orders[i], "--b%d:%d;", c, rank)
			}
		}
	}
	for i := range s.Rows {
		s.Rows[i].Order = template.CSS(orders[i].String()) // digits and names of ours
	}
	return s
}

// ranks are the rows' places by a column, −1 where one has no value, and
// whether the column is of words; nil where all have the same.
func (s *sheet) ranks(column int) (ranks []int, text bool) {
	at := func(row int) entry {
		if column < len(s.Rows[row].Entries) {
			return s.Rows[row].Entries[column]
		}
		return entry{}
	}
	var known []int
	ranks = make([]int, len(s.Rows))
	for i := range s.Rows {
		if ranks[i] = -1; at(i).known {
			known = append(known, i)
			text = text || at(i).word != ""
		}
	}
	compare := func(a, b int) int {
		return cmp.Or(cmp.Compare(at(a).word, at(b).word), cmp.Compare(at(a).number, at(b).number))
	}
	slices.SortStableFunc(known, compare)
	rank := 0
	for k, i := range known {
		if k > 0 && compare(known[k-1], i) != 0 {
			rank++
		}
		ranks[i] = rank
	}
	if rank == 0 {
		return nil, text
	}
	return ranks, text
}

// sorting is the style that orders rows as the checked buttons say. What has no
// rank comes last either way.
func sorting() string {
	var b strings.Builder
	b.WriteString("@media screen { @supports (grid-template-columns: subgrid) and selector(:has(a)) {\n")
	for i := range sortedColumns {
		for _, way := range []struct{ class, order string }{
			{"up", fmt.Sprintf("var(--b%d, 9999)", i)},
			{"down", fmt.Sprintf("calc(-1 * var(--b%d, -9999))", i)},
		} {
			fmt.Fprintf(&b, "table:has(.%s%d:checked) > tbody > tr { order: %s; }\n", way.class, i, way.order)
		}
	}
	b.WriteString("} }\n")
	return b.String()
}
