package help

import (
	"io"
	"regexp"
	"strings"
	"unicode/utf8"
)

// A Terminal is where a page goes.
type Terminal struct {
	Width int  // in columns; 0: not known
	Color bool // the caller has checked NO_COLOR
}

const (
	widest    = 90 // columns: longer lines are hard to read
	narrowest = 30 // columns that are always used, whatever the terminal says

	leastColumn = 20 // columns for the last column of a table
)

// Print writes a page.
func (t Topic) Print(w io.Writer, at Terminal) error {
	width := widest
	if at.Width > 0 {
		width = max(narrowest, min(at.Width, widest))
	}
	p := &printer{width: width, style: style{at.Color}}
	var before block
	for i, b := range blocks(t.text) {
		if i > 0 && (b.kind != item || before.kind != item) {
			p.line("")
		}
		p.block(b)
		before = b
	}
	_, err := io.WriteString(w, p.b.String())
	return err
}

// A printer lays blocks out.
type printer struct {
	style
	width int
	b     strings.Builder
}

// line prints a line. Spaces at which it was not to be broken are spaces again.
func (p *printer) line(text string) {
	p.b.WriteString(strings.TrimRight(strings.ReplaceAll(text, hardSpace, " "), " ") + "\n")
}

func (p *printer) block(b block) {
	switch b.kind {
	case heading:
		text := b.text()
		if b.level == 1 {
			text = strings.ToUpper(text)
		}
		p.line(p.strong(text))
	case code:
		for _, line := range b.lines {
			p.line("    " + p.code(line))
		}
	case table:
		p.table(b.rows())
	case item:
		p.filled("  - ", "    ", p.inline(b.text()), p.width)
	default:
		p.filled("", "", p.inline(b.text()), p.width)
	}
}

// filled prints a text within a width: the first line after one prefix, others after
// another.
func (p *printer) filled(first, others, text string, width int) {
	for i, line := range wrap(text, width-utf8.RuneCountInString(others)) {
		prefix := others
		if i == 0 {
			prefix = first
		}
		p.line(prefix + line)
	}
}

// table prints a table: the last column takes the room that the others leave, in lines
// below each other if need be. Where they leave too little, it has lines of its own.
func (p *printer) table(rows [][]string) {
	for n, row := range rows {
		for i, cell := range row {
			row[i] = p.inline(cell)
			if n == 0 {
				row[i] = p.strong(row[i])
			}
		}
	}
	last := len(rows[0]) - 1
	widths, indent := make([]int, last), 2
	for i := range widths {
		for _, row := range rows {
			widths[i] = max(widths[i], printedWidth(row[i]))
		}
		indent += widths[i] + 2
	}
	below := p.width-indent < leastColumn
	for _, row := range rows {
		text := "  "
		for i, w := range widths {
			text += row[i] + strings.Repeat(" ", max(0, w-printedWidth(row[i]))+2)
		}
		if below {
			p.filled("  ", "  ", strings.Join(row[:last], "  "), p.width)
			p.filled("      ", "      ", row[last], p.width)
			continue
		}
		p.filled(text, strings.Repeat(" ", indent), row[last], p.width)
	}
}

var (
	bold   = regexp.MustCompile(`\*\*(.+?)\*\*`)
	link   = regexp.MustCompile(`\[([^\]]+)\]\(([^)]+)\)`)
	ticked = regexp.MustCompile("`([^`]+)`")
)

// hardSpace stands for a space at which no line is broken.
const hardSpace = "\u00a0"

// inline puts what a terminal shows in place of the marks within a text. Commands of a few
// words stay on one line.
func (p *printer) inline(text string) string {
	text = link.ReplaceAllString(text, "$1 ($2)")
	text = bold.ReplaceAllStringFunc(text, func(s string) string { return p.strong(s[2 : len(s)-2]) })
	return ticked.ReplaceAllStringFunc(text, func(s string) string {
		if utf8.RuneCountInString(s) <= narrowest {
			s = strings.ReplaceAll(s, " ", hardSpace)
		}
		if !p.Color {
			return s
		}
		return p.code(s[1 : len(s)-1])
	})
}

// wrap breaks a text at its spaces into lines of a width. A word that is longer has a line
// of its own.
func wrap(text string, width int) (lines []string) {
	line, used := "", 0
	for word := range strings.FieldsFuncSeq(text, func(r rune) bool { return r == ' ' }) {
		n := printedWidth(word)
		if used > 0 && used+1+n > width {
			lines, line, used = append(lines, line), "", 0
		}
		if used > 0 {
			line, used = line+" ", used+1
		}
		line, used = line+word, used+n
	}
	return append(lines, line)
}
