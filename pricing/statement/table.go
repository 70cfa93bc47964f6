package statement

import (
	"io"
	"strings"
	"unicode/utf8"

	"tollgate/pricing/escape"
)

// A table is rows of cells in columns.
type table struct {
	rows  [][]string
	right map[int]bool // columns that are set to the right
	marks int          // prices that were marked as unverified
}

// unverified marks a price that was not read in a source.
const unverified = "?"

// mark is the mark of a price, if it needs one.
func (t *table) mark(verified bool) string {
	if verified {
		return ""
	}
	t.marks++
	return unverified
}

func (t *table) add(cells ...string) {
	row := make([]string, len(cells))
	for i, cell := range cells { // what stands before a cell is its indent
		indent := len(cell) - len(strings.TrimLeft(cell, " "))
		row[i] = cell[:indent] + escape.Text(cell)
	}
	t.rows = append(t.rows, row)
}

// write prints the rows, each column as wide as its widest cell. A row with
// one cell is a heading: it sets no width.
func (t *table) write(w io.Writer) error {
	var widths []int
	for _, row := range t.rows {
		for i, cell := range row {
			if len(row) == 1 {
				continue
			}
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	var b strings.Builder
	for _, row := range t.rows {
		var line strings.Builder
		for i, cell := range row {
			pad := ""
			if i < len(widths) {
				pad = strings.Repeat(" ", max(0, widths[i]-utf8.RuneCountInString(cell)))
			}
			if i > 0 {
				line.WriteString("  ")
			}
			if t.right[i] && len(row) > 1 {
				line.WriteString(pad + cell)
			} else {
				line.WriteString(cell + pad)
			}
		}
		b.WriteString(strings.TrimRight(line.String(), " ") + "\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}
