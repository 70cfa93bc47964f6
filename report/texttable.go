package report

import (
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"tollgate/report/chart"
	"tollgate/results"
)

// targetTable has a row for each target, and where requests are apart a row for
// each of them at each target, so that what is to be compared stands together.
func (r *Report) targetTable(apart bool) table {
	t := table{columns: []column{
		{head: "target"},
		{head: "kind", spare: 3},
	}}
	t.columns = append(append(t.columns, figureColumns()...), column{head: "$/month", right: true})
	if apart {
		t.columns = slices.Insert(t.columns, 1, column{head: "request"})
	}
	row := func(d Door, request string, f results.Figures, month string) {
		kind := d.kind()
		if slices.Contains(r.Elsewhere, request) {
			kind = otherHost
		}
		cells := append(append([]string{clipped(d.Name, nameWidth), kind}, figureCells(f)...), month)
		if apart {
			cells = slices.Insert(cells, 1, clipped(request, nameWidth))
		}
		t.rows = append(t.rows, cells)
	}
	names := map[string]bool{}
	for _, d := range r.Doors {
		row(d, "all", d.Figures, d.month())
		for name := range d.ByRequest {
			names[name] = apart
		}
	}
	for _, name := range slices.Sorted(maps.Keys(names)) {
		for _, d := range r.Doors {
			if f, ok := d.ByRequest[name]; ok && apart {
				row(d, name, f, none)
			}
		}
	}
	return t
}

// figureColumns are the columns that each table of figures has.
func figureColumns() []column {
	return []column{
		{head: "requests", right: true, spare: 2},
		{head: "req/s", right: true},
		{head: "p50 ms", right: true},
		{head: "p90 ms", right: true, spare: 1},
		{head: "p99 ms", right: true},
		{head: "max ms", right: true, spare: 2},
		{head: "errors", right: true},
	}
}

// figureCells are the cells below them.
func figureCells(f results.Figures) []string {
	p := f.Latency[results.Response.String()]
	return []string{count(f.Requests), rateText(f, f.Rate), millis(p.P50), millis(p.P90), millis(p.P99), longest(p), errorText(f)}
}

func (s *summary) targets() {
	s.line(s.targetTable(s.apart()).lines(s.Width)...)
	s.line("")
	if notes := s.latencyNotes(); s.Detail != Compact || len(notes) > 1 || notes[0] != usualNote {
		s.say("latency", strings.Join(notes, "; "))
	}
}

const usualNote = "response time of good responses, from when each request was due to its last byte"

// latencyNotes say what times tables show.
func (r *Report) latencyNotes() []string {
	from := "from when each request was due to its last byte"
	if r.Lacks(results.LackDue) {
		from = "as the load generator recorded it, from when each request was sent"
	}
	if r.Imported != nil && r.Imported.Keeps == results.KeepsMeans {
		from = "each the mean of a batch of operations"
	}
	notes := []string{"response time of good responses, " + from}
	if r.Posts() {
		notes = append(notes, "of messages without a reply, in rows of their own alone, until they are written: no replies are awaited")
	}
	if r.thin() {
		notes = append(notes, none+": too few requests for that percentile")
	}
	return notes
}

// How long tables of a compact summary may be: those of requests at targets, and others.
const (
	mostApart = 8
	mostRows  = 40
)

// apart says whether requests have rows of their own: if there are several, but not too many.
func (s *summary) apart() bool {
	rows, several := 0, false
	for _, d := range s.Doors {
		rows += 1 + len(d.ByRequest)
		several = several || len(d.ByRequest) > 1 || s.onlyPosts(d)
	}
	if several && s.Detail == Compact && rows > mostApart {
		s.left = true
		return false
	}
	return several
}

// A column of a table.
type column struct {
	head  string
	right bool // numbers stand right
	code  bool // quoted as code in Markdown
	ours  bool // words of ours, which need no escaping
	spare int  // left out first where the terminal is narrow: 3 before 2 before 1; 0 never
}

// A table can be laid out for a terminal (columns two blanks apart, no lines, so
// that grep, awk and sort can work on it) and as Markdown.
type table struct {
	columns []column
	rows    [][]string
}

const nameWidth = 28 // of names in tables

// markdown writes the table as Markdown. Empty cells stay empty.
func (t table) markdown(b *strings.Builder) {
	rule := ""
	for _, c := range t.columns {
		b.WriteString("| " + strings.TrimPrefix(c.head+" ", " "))
		rule += map[bool]string{false: "|:--", true: "|--:"}[c.right]
	}
	b.WriteString("|\n" + rule + "|\n")
	for _, row := range t.rows {
		for i, cell := range row {
			switch {
			case t.columns[i].code && cell != "" && cell != none:
				cell = "`" + code(cell) + "`"
			case !t.columns[i].ours:
				cell = md(cell)
			}
			b.WriteString("| " + cell + " ")
		}
		b.WriteString("|\n")
	}
}

// lines lays the table out in a width: without spare columns, or with a paragraph for each row.
func (t table) lines(width int) []string {
	for spare := 3; spare > 0 && t.width() > width; spare-- {
		t = t.without(spare)
	}
	if t.width() > width {
		return t.paragraphs(width)
	}
	heads := make([]string, len(t.columns))
	for i, c := range t.columns {
		heads[i] = c.head
	}
	widths := t.widths()
	var out []string
	for _, row := range append([][]string{heads}, t.rows...) {
		var b strings.Builder
		for i, cell := range row {
			pad := strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell))
			if i > 0 {
				b.WriteString("  ")
			}
			if t.columns[i].right {
				b.WriteString(pad + cell)
			} else {
				b.WriteString(cell + pad)
			}
		}
		out = append(out, strings.TrimRight(b.String(), " "))
	}
	return out
}

func (t table) widths() []int {
	ws := make([]int, len(t.columns))
	for i, c := range t.columns {
		ws[i] = utf8.RuneCountInString(c.head)
		for _, row := range t.rows {
			ws[i] = max(ws[i], utf8.RuneCountInString(row[i]))
		}
	}
	return ws
}

func (t table) width() int {
	sum := 2 * (len(t.columns) - 1)
	for _, w := range t.widths() {
		sum += w
	}
	return sum
}

// without leaves out the columns with that spare number.
func (t table) without(spare int) table {
	var out table
	for _, c := range t.columns {
		if c.spare != spare {
			out.columns = append(out.columns, c)
		}
	}
	for _, row := range t.rows {
		var kept []string
		for i, cell := range row {
			if t.columns[i].spare != spare {
				kept = append(kept, cell)
			}
		}
		out.rows = append(out.rows, kept)
	}
	return out
}

// paragraphs writes each row as its first cell and "head cell" pairs beneath it.
func (t table) paragraphs(width int) []string {
	var out []string
	for _, row := range t.rows {
		out = append(out, clipped(row[0], width))
		var pairs []string
		for i, cell := range row[1:] {
			pairs = append(pairs, t.columns[i+1].head+" "+cell)
		}
		out = append(out, wrapped(pairs, ", ", width, "  ")...)
	}
	return out
}

// wrapped joins words into indented lines that fit. A longer word has a line of its own.
func wrapped(words []string, separator string, width int, indent string) []string {
	var out []string
	line := indent
	for i, w := range words {
		if i < len(words)-1 {
			w += strings.TrimRight(separator, " ")
		}
		if n := utf8.RuneCountInString(line) + 1 + utf8.RuneCountInString(w); line != indent && n > width {
			out, line = append(out, line), indent
		}
		if line != indent {
			line += " "
		}
		line += w
	}
	if line != indent {
		out = append(out, line)
	}
	return out
}

// prose wraps text with an indent for all lines but the first, which has a label.
func prose(label, text string, width int) []string {
	indent := strings.Repeat(" ", utf8.RuneCountInString(label))
	lines := wrapped(broken(strings.Fields(plain(text)), width-len(indent)), " ", width, indent)
	if len(lines) == 0 {
		return []string{strings.TrimRight(label, " ")}
	}
	lines[0] = label + strings.TrimPrefix(lines[0], indent)
	return lines
}

// broken breaks words that are longer than a line, such as bodies without blanks.
func broken(words []string, most int) (out []string) {
	for _, w := range words {
		for runes := []rune(w); most > 0 && len(runes) > most; runes = runes[most:] {
			out, w = append(out, string(runes[:most])), string(runes[most:])
		}
		out = append(out, w)
	}
	return out
}

func clipped(s string, limit int) string { return chart.Legible(s, max(2, limit)) }

// plain is s on one line, without what could steer a terminal.
func plain(s string) string { return chart.Legible(s, 2000) }
