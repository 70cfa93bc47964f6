package report

import (
	"regexp"

	"tollgate/results"
)

// The sentences of a report come from many places, each of which writes numbers
// its own way. What is set here is how they look, never what they say.
var (
	minus   = regexp.MustCompile(`(^|[\s(])-(\d)`)
	percent = regexp.MustCompile(`(\d)[ \x{a0}]%`)
	glued   = regexp.MustCompile(`(^|[\s(])(\d+(?:\.\d+)?)(ms|µs)\b`)
	large   = regexp.MustCompile(`(^|[\s(×])\d{4,}(\.\d+|/s)?($|[\s);,.:%])`)
	year    = regexp.MustCompile(`^[\s(]?20[1-3]\d[^\d/]?$`)
)

// normalize writes the numbers of a sentence as those of tables are written: "−3"
// with a minus sign, "55.9%", "20 ms", "100,000 requests". What may be a year is
// left alone.
func normalize(s string) string {
	s = minus.ReplaceAllString(s, "$1−$2")
	s = percent.ReplaceAllString(s, "$1%")
	s = glued.ReplaceAllString(s, "$1$2 $3")
	return large.ReplaceAllStringFunc(s, func(m string) string {
		if year.MatchString(m) {
			return m
		}
		return separated(m)
	})
}

func normalizeAll(texts []string) (out []string) {
	for _, s := range texts {
		out = append(out, normalize(s))
	}
	return out
}

// normalizeFindings sets the sentences of findings; values and series stay as
// they are.
func normalizeFindings(all []results.Finding) (out []results.Finding) {
	for _, f := range all {
		f.Conclusion, f.Reasons, f.Assumptions = normalize(f.Conclusion), normalizeAll(f.Reasons), normalizeAll(f.Assumptions)
		checks := f.Checks
		f.Checks = nil
		for _, c := range checks {
			c.Claim, c.Measured, c.Why = normalize(c.Claim), normalize(c.Measured), normalize(c.Why)
			f.Checks = append(f.Checks, c)
		}
		out = append(out, f)
	}
	return out
}

// unbroken keeps numbers and their units on one line of a page.
func unbroken(s string) string { return held.ReplaceAllString(plain(s), "$1\u00a0$2") }

var held = regexp.MustCompile(`(\d) (ms|µs|s|min|h|kB|MB|GB|points)\b`)
