package report

import (
	"cmp"
	"fmt"
	"html/template"
	"slices"
	"strings"

	"tollgate/pricing/escape"
)

// An htmlTable is a table of a page. Its rows can be sorted by any column without a
// script: each column's head holds two radio buttons, each row its rank by each
// column, and the style sheet orders the rows by the rank of the checked button.
// Without that style the rows are in the order of the run.
type htmlTable struct {
	ID, Caption string
	Columns     []htmlColumn
	Rows        []htmlRow
}

type htmlColumn struct {
	Name  string
	Class string // "text": words, which stand left; "long": numbers that may take several lines
	Up    string // what sorting upwards puts first; "" where there is nothing to sort
	Down  string
}

// An htmlRow is one row; its first cell says what the row is about.
type htmlRow struct {
	Entries []htmlCell
	Same    bool         // about the same as the row before
	Order   template.CSS // its rank by each column
}

type htmlCell struct {
	Text, Note string // the note follows in small print
	Class      string
	Code       bool
	Link       string // address of a page of the same site; "": none
	Span       int    // columns; 0: one

	known  bool
	number float64
	word   string
}

// heads makes columns of names such as "requests", "text:target" and "long:effect".
func heads(names ...string) (hs []htmlColumn) {
	for _, name := range names {
		class, rest, ok := strings.Cut(name, ":")
		if !ok || class != "text" && class != "long" {
			class, rest = "", name
		}
		hs = append(hs, htmlColumn{Name: rest, Class: class})
	}
	return hs
}

// words is a cell that is sorted as a text.
func words(s string) htmlCell {
	text := plain(s)
	return htmlCell{Text: text, known: text != "" && text != none, word: strings.ToLower(text)}
}

// prosaic is a cell of prose, which is not sorted.
func prosaic(s string) htmlCell { return htmlCell{Text: plain(normalize(s))} }

// figureOf is a cell that is sorted as a number, however it is printed.
func figureOf(v float64, text string) htmlCell {
	return htmlCell{Text: text, known: text != none, number: v}
}

// figureOr is a number that may be missing.
func figureOr(v *float64, print func(float64) string) htmlCell {
	if v == nil {
		return htmlCell{Text: none}
	}
	return figureOf(*v, print(*v))
}

func countOf(n int64) htmlCell { return figureOf(float64(n), count(n)) }

func (e htmlCell) classed(class string) htmlCell { e.Class = class; return e }
func (e htmlCell) noted(note string) htmlCell    { e.Note = plain(note); return e }

func (s *htmlTable) add(entries ...htmlCell) {
	for i := range entries {
		entries[i].Text, entries[i].Note = escape.Text(entries[i].Text), escape.Text(entries[i].Note)
	}
	row := htmlRow{Entries: entries}
	if n := len(s.Rows); n > 0 {
		row.Same = s.Rows[n-1].Entries[0].Text == entries[0].Text
	}
	s.Rows = append(s.Rows, row)
}

func (s *htmlTable) Sorts() bool {
	return slices.ContainsFunc(s.Columns, func(h htmlColumn) bool { return h.Up != "" })
}

// Label is the name of a cell's column, for a phone.
func (s *htmlTable) Label(column int) string { return s.Columns[column].Name }

// Classes are those of a cell: its column's and its own.
func (s *htmlTable) Classes(column int, e htmlCell) string {
	return strings.TrimSpace(s.Columns[column].Class + " " + e.Class)
}

// sortedColumns is how many columns the style sheet can sort by; fewSorted is
// how many rows make it worth while.
const (
	sortedColumns = 12
	fewSorted     = 3
)

// sorted gives every row its ranks, and every column that has any its buttons.
func (s *htmlTable) sorted() *htmlTable {
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
func (s *htmlTable) ranks(column int) (ranks []int, text bool) {
	at := func(row int) htmlCell {
		if column < len(s.Rows[row].Entries) {
			return s.Rows[row].Entries[column]
		}
		return htmlCell{}
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

// sorting is the style that orders rows as the checked buttons say. Rows without a rank come last.
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
