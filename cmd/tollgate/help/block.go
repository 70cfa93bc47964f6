package help

import (
	"regexp"
	"strings"
)

// A blockKind is what a block of a page is.
type blockKind int

const (
	paragraph blockKind = iota
	heading             // its level is in block.level
	item                // of a list
	table
	code
)

// A block is a part of a page that is laid out by itself.
type block struct {
	kind  blockKind
	level int
	lines []string
}

// text is a block's lines as one.
func (b block) text() string { return strings.Join(b.lines, " ") }

// comment is one for those who edit the file.
var comment = regexp.MustCompile(`(?s)<!--.*?-->\n?`)

// blocks cuts a page into its blocks.
func blocks(text string) (all []block) {
	open := false // whether the next line belongs to the last block
	for line := range strings.Lines(comment.ReplaceAllString(text, "")) {
		line = strings.TrimRight(line, "\n")
		last := len(all) - 1
		if open && all[last].kind == code {
			if open = !strings.HasPrefix(line, "```"); open {
				all[last].lines = append(all[last].lines, line)
			}
			continue
		}
		switch kind, level, rest := lineKind(line); {
		case line == "":
			open = false
		case kind == code:
			all, open = append(all, block{kind: code}), true
		case open && kind == paragraph && all[last].kind != table, open && kind == table && all[last].kind == table:
			all[last].lines = append(all[last].lines, rest)
		default:
			all, open = append(all, block{kind, level, []string{rest}}), kind != heading
		}
	}
	return all
}

// lineKind says which kind of block a line outside of code begins, and its text.
func lineKind(line string) (kind blockKind, level int, rest string) {
	marks := len(line) - len(strings.TrimLeft(line, "#"))
	switch {
	case marks > 0 && strings.HasPrefix(line[marks:], " "):
		return heading, marks, line[marks+1:]
	case strings.HasPrefix(line, "```"):
		return code, 0, ""
	case strings.HasPrefix(line, "- "):
		return item, 0, line[2:]
	case strings.HasPrefix(line, "|"):
		return table, 0, line
	}
	return paragraph, 0, strings.TrimSpace(line)
}

// rows are the cells of a table, without the line that separates its head.
func (b block) rows() (rows [][]string) {
	for i, line := range b.lines {
		if i == 1 {
			continue
		}
		cells := strings.Split(strings.Trim(strings.ReplaceAll(line, `\|`, "\x00"), "|"), "|")
		for k := range cells {
			cells[k] = strings.TrimSpace(strings.ReplaceAll(cells[k], "\x00", "|"))
		}
		rows = append(rows, cells)
	}
	return rows
}
