package escape

import (
	"html"
	"regexp"
	"strings"
)

// apart is a space without width: it keeps what it stands between from being
// read together.
const apart = "\u200b"

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
			b.WriteString(`\#` + apart)
			continue
		case '@':
			b.WriteString("@" + apart)
			continue
		}
		b.WriteRune(r)
	}
	return unlinked(b.String())
}

// unlinked takes apart what GitHub makes a link of without being asked.
// Source: GitHub Flavored Markdown, "Autolinks (extension)".
func unlinked(s string) string {
	return website.ReplaceAllString(strings.ReplaceAll(s, "://", ":"+apart+"//"), "${1}"+apart+".")
}

// website is how an address without a scheme begins, in letters of any case.
var website = regexp.MustCompile(`([wW]{3})\.`)

// Code is s for a place between backquotes, in a table as well. A bar becomes a
// broken one, since a table has no escape for a bar behind a backslash.
func Code(s string) string {
	return strings.NewReplacer("`", "'", "|", "¦").Replace(Text(s))
}
