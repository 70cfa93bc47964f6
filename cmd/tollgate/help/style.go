package help

import (
	"regexp"
	"unicode/utf8"
)

// A style marks words on a terminal that shows colors, and leaves them alone elsewhere.
type style struct{ Color bool }

func (s style) strong(text string) string { return s.marked("1", text) }

// code is cyan, of the terminal's own palette.
func (s style) code(text string) string { return s.marked("36", text) }

func (s style) marked(as, text string) string {
	if !s.Color || text == "" {
		return text
	}
	return "\x1b[" + as + "m" + text + "\x1b[0m"
}

var mark = regexp.MustCompile("\x1b\\[[0-9]*m")

// printedWidth is how many columns a text takes.
func printedWidth(text string) int {
	return utf8.RuneCountInString(mark.ReplaceAllString(text, ""))
}
