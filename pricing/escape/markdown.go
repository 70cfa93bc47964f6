package escape

import (
	"html"
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
	s = strings.ReplaceAll(s, "://", ":"+apart+"//")
	lower := strings.ToLower(s)
	if len(lower) != len(s) || !strings.Contains(lower, "www.") {
		return s
	}
	var b strings.Builder
	for {
		i := strings.Index(lower, "www.")
		if i < 0 {
			return b.String() + s
		}
		b.WriteString(s[:i+3] + apart)
		s, lower = s[i+3:], lower[i+3:]
	}
}

// Code is s for a place between backquotes, in a table as well. A bar becomes a
// broken one, since a table has no escape for a bar behind a backslash.
func Code(s string) string {
	return strings.NewReplacer("`", "'", "|", "¦").Replace(Text(s))
}
