// Package escape puts texts that others wrote into output: names and errors of a
// run that came from elsewhere, responses of a server, whatever a file holds.
//
// There is one function for each format, and every writer of that format calls
// it, at the moment of writing:
//
//   - [Text] for a piece of text in a terminal, [Lines] and [Block] for whole
//     output: nothing steers the terminal, turns the direction of text, or is a
//     workflow command of GitHub Actions, which are lines on standard output.
//   - [Markdown] for prose and cells, [Code] for what stands between backquotes:
//     no element, link, image, mention, issue number or table cell begins in it.
//   - [Slack] for messages of chats: no link and no mention begins in it.
//   - [Cell] for CSV: no spreadsheet reads a formula.
//   - [XML] for what encoding/xml writes: no character that XML 1.0 excludes.
//   - [Value] for the name=value lines by which steps of a pipeline pass on
//     values: no further line begins.
//
// HTML is not among them: html/template escapes by context, and knows better.
// Numbers are printed by those who have them and pass through none of this, so
// that −5 stays a number in a spreadsheet.
//
// It is a leaf, and stands in the lowest folder because everything that writes
// imports it. Escaping when data is read was rejected: what is read is compared,
// merged and written again, and must stay what it is.
package escape

import (
	"strings"
	"unicode"
)

// Text is s on one line, without characters that steer a terminal or turn the
// direction of text.
func Text(s string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case steers(r):
			return -1
		}
		return r
	}, s))
}

// steers says whether a character does more than show.
func steers(r rune) bool {
	return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co, unicode.Cs) || r == unicode.ReplacementChar
}

// Cell is s as a cell of CSV. Spreadsheets take a text behind an apostrophe as
// it is, and anything behind these characters for a formula.
// Source: OWASP, "CSV Injection".
func Cell(s string) string {
	text := Text(s)
	if text != "" && (strings.ContainsAny(s[:1], "\t\r\n") || strings.ContainsRune("=+-@＝＋－＠", []rune(text)[0])) {
		return "'" + text
	}
	return text
}

// XML is s without characters that an XML document cannot hold, or that steer
// the one who prints it. Lines stay lines.
func XML(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case steers(r), r&0xfffe == 0xfffe:
			return -1
		}
		return r
	}, s)
}

// Value is s as the value of a name=value line.
func Value(s string) string { return Text(s) }
