package report

import (
	"fmt"
	"html"
	"io"
	"strings"
	"unicode/utf8"

	"tollgate/pricing/escape"
	"tollgate/results"
)

// The size of a badge. A program without a font cannot measure text, so textLength sets its
// width, to about what it is in Verdana at 11 px.
const (
	badgeHeight = 20
	badgeLetter = 6.6
	badgeMargin = 8
)

// badgeColors have a contrast of at least 4.5 with white text (WCAG 2, 1.4.3).
var badgeColors = map[standing]string{passes: "#1a7f37", fails: "#cf222e", open: "#57606a"}

// writeBadge writes the conclusion as a small picture for a page that links to the report.
// A badge without a verdict is gray and says so, as it is read without its report.
func writeBadge(w io.Writer, r *Report) error {
	c := r.conclude()
	left, right := badgeText(clipped(r.Scenario, 40)), badgeText(clipped(c.word+c.gate, 60))
	title := left.text + ": " + right.text
	if models := results.ModelsText(r.Document.Models()); models != "" {
		title += "; " + badgeText(clipped(models, 300)).text
	}
	if text := results.UnverifiedText(r.Document.Unverified()); text != "" {
		title += "; " + badgeText(clipped(text, 300)).text
	}
	width := left.width + right.width
	_, err := fmt.Fprintf(w, `<svg xmlns="http://www.w3.org/2000/svg" width="%[1]d" height="%[2]d" role="img" aria-label="%[3]s">
<title>%[3]s</title>
<rect width="%[1]d" height="%[2]d" rx="3" fill="#24292f"/>
<path d="M%[4]d 0h%[5]da3 3 0 0 1 3 3v14a3 3 0 0 1-3 3h-%[5]dz" fill="%[6]s"/>
<g fill="#fff" font-family="Verdana,DejaVu Sans,Geneva,sans-serif" font-size="11">%[7]s%[8]s</g>
</svg>
`, width, badgeHeight, title, left.width, right.width-3, badgeColors[c.standing], left.at(0), right.at(left.width))
	return err
}

// A badgePart is a text and the width of its half.
type badgePart struct {
	text  string
	width int
}

func badgeText(s string) badgePart {
	n := max(1, utf8.RuneCountInString(s))
	return badgePart{html.EscapeString(escape.XML(s)), int(badgeLetter*float64(n)) + 2*badgeMargin}
}

func (p badgePart) at(x int) string {
	return fmt.Sprintf(`<text x="%d" y="14" textLength="%d" lengthAdjust="spacingAndGlyphs">%s</text>`, x+badgeMargin, p.width-2*badgeMargin, strings.TrimSpace(p.text))
}
