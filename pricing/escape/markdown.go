package escape

import (
	"html"
	"regexp"
	"strings"
)

// zeroWidth is a space without width: it keeps its neighbors from being
// read together.
const zeroWidth = "\u200b"

// Markdown is s for Markdown with HTML in it, as GitHub reads it: it is one line,
// and no element, table cell, emphasis, link, mention or issue begins in it.
func Markdown(s string) string {
	s = html.EscapeString(Text(s))
	s = strings.NewReplacer("&#39;", "'", "&#34;", `"`).Replace(s)
	var b strings.Builder
	for _, r := range s {
		switch r {
		case '\\', '`', '*', '_', '[', ']', '|', '~':
			b.WriteByte('\\')
		case '#':
			b.WriteString(`\#` + zeroWidth)
			continue
		case '@':
			b.WriteString("@" + zeroWidth)
			continue
		}
		b.WriteRune(r)
	}
	return unlinked(b.String())
}

// Slack is s for a message of Slack and of those that read its format: on one line, and no
// link or mention begins in it.
// Source: Slack API, "Formatting text for app surfaces".
func Slack(s string) string {
	s = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "@", "@"+zeroWidth).Replace(Text(s))
	return unlinked(s)
}

// unlinked breaks what GitHub turns into a link by itself.
// Source: GitHub Flavored Markdown, "Autolinks (extension)".
func unlinked(s string) string {
	return website.ReplaceAllString(strings.ReplaceAll(s, "://", ":"+zeroWidth+"//"), "${1}"+zeroWidth+".")
}

// website is how an address without a scheme begins, in letters of any case.
var website = regexp.MustCompile(`([wW]{3})\.`)

// Code is s for a place between backquotes, in a table as well. A bar becomes a
// broken one, since a table has no escape for a bar behind a backslash.
func Code(s string) string {
	return strings.NewReplacer("`", "'", "|", "¦").Replace(Text(s))
}
