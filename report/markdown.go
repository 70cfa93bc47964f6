package report

import (
	"fmt"
	"io"
	"strings"

	"tollgate/pricing/escape"
)

// writeMarkdown writes r for a pull request: short, and beginning with a
// comment by which a bot finds the text again that it has to replace.
func writeMarkdown(w io.Writer, r *Report) error {
	var b strings.Builder
	fmt.Fprintf(&b, "<!-- tollgate:%s -->\n", slug(r.Scenario))
	fmt.Fprintf(&b, "## %s: %s\n\n", md(clipped(r.Scenario, 80)), headline(r.Document))
	for _, n := range r.Notices {
		markdownNotice(&b, n)
	}
	fmt.Fprintf(&b, "%s\n\n", md(strings.Join(r.Answer, " ")))
	markdownTargets(&b, r)
	markdownFailures(&b, r)
	markdownThresholds(&b, r)
	markdownFacts(&b, r)
	_, err := io.WriteString(w, b.String())
	return err
}

func markdownNotice(b *strings.Builder, n Notice) {
	kind := map[string]string{"fail": "CAUTION", "bad": "CAUTION", "warn": "WARNING", "note": "NOTE"}[n.Level]
	fmt.Fprintf(b, "> [!%s]\n> **%s**\n", kind, md(n.Title))
	for _, reason := range n.Reasons {
		fmt.Fprintf(b, "> - %s\n", md(reason))
	}
	b.WriteString("\n")
}

func markdownTargets(b *strings.Builder, r *Report) {
	if len(r.Doors) == 0 {
		return
	}
	b.WriteString("| target | kind | requests/s | p50 ms | p90 ms | p99 ms | errors | $ a month |\n")
	b.WriteString("|:--|:--|--:|--:|--:|--:|--:|--:|\n")
	for _, d := range r.Doors {
		p := d.response()
		fmt.Fprintf(b, "| %s | %s | %s | %s | %s | %s | %s | %s |\n", md(clipped(d.Name, 40)), md(clipped(d.Kind, 40)), perSecond(d.Rate),
			millis(p.P50), millis(p.P90), millis(p.P99), md(d.errors()), md(d.month()))
	}
	b.WriteString("\nResponse time of good responses, from when each request was due to its last byte.")
	if r.thin() {
		b.WriteString(" " + none + ": too few requests for that percentile.")
	}
	b.WriteString("\n\n")
}

// markdownFailures lists why requests failed.
func markdownFailures(b *strings.Builder, r *Report) {
	rows := r.failures()
	if len(rows) == 0 {
		return
	}
	b.WriteString("**Why requests failed**\n\n| target | request | cause | requests | first response or error |\n|:--|:--|:--|--:|:--|\n")
	for _, f := range rows[:min(len(rows), mostFailedRows)] {
		first := none
		if text := f.shown(160); text != "" {
			first = "`" + code(text) + "`"
		}
		fmt.Fprintf(b, "| %s | %s | %s | %s (%s) | %s |\n", md(clipped(f.Target, 40)), md(clipped(f.Request, 40)), md(f.Cause), count(f.Count), share(f.Share), first)
	}
	if n := len(rows) - mostFailedRows; n > 0 {
		fmt.Fprintf(b, "\nand %s, see the full report\n", plural(int64(n), "more cause"))
	}
	b.WriteString("\n")
}

// mostFailedRows is how many causes the Markdown lists.
const mostFailedRows = 20

func markdownThresholds(b *strings.Builder, r *Report) {
	passed, all := r.passed()
	if all == 0 {
		return
	}
	fmt.Fprintf(b, "**Thresholds: %d of %d passed**\n\n| | target | threshold | measured |\n|:--|:--|:--|--:|\n", passed, all)
	for _, t := range r.Thresholds {
		word := "pass"
		if !t.Passed {
			word = "**fail**"
		}
		found := md(measured(t))
		if t.Why != "" {
			found += ": " + md(t.Why)
		}
		fmt.Fprintf(b, "| %s | %s | `%s` | %s |\n", word, md(thresholdOf(t)), code(t.Threshold), found)
	}
	b.WriteString("\n")
}

func markdownFacts(b *strings.Builder, r *Report) {
	var facts []string
	for _, section := range r.Sections {
		for _, f := range section.Findings {
			facts = append(facts, fmt.Sprintf("%s at %s: %s", md(section.Title), md(clipped(f.Target, 40)), md(clipped(f.Conclusion, 300))))
		}
	}
	for i, line := range told(r.Comparison) {
		if i == mostCompared {
			facts = append(facts, "Compared: more in the full report")
			break
		}
		facts = append(facts, "Compared: "+md(line))
	}
	if a := agreement(r.Doors); a != "" {
		facts = append(facts, "CloudWatch: "+md(a))
	}
	if r.Costing != nil {
		for _, x := range r.Costing.Crossings {
			facts = append(facts, "Break-even: "+md(breakEven(x)))
		}
	}
	for _, d := range r.Doors {
		if d.priced() {
			facts = append(facts, fmt.Sprintf("Prices: %s, region %s", md(d.Bill.Book), md(d.Bill.Region)))
			break
		}
	}
	facts = append(facts, fmt.Sprintf("Run `%s`: %s in %s, seed %d", code(r.ID), plural(requests(r.Doors), "request"), seconds(r.Document.Seconds), r.Seed))
	for _, f := range facts {
		fmt.Fprintf(b, "- %s\n", f)
	}
}

// md is s in Markdown.
func md(s string) string { return escape.Markdown(plain(s)) }

// code is s within backquotes.
func code(s string) string { return escape.Code(clipped(s, 160)) }

// slug keeps letters, digits and single hyphens.
func slug(s string) string {
	parts := strings.FieldsFunc(strings.ToLower(s), func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9')
	})
	return clipped(strings.Join(parts, "-"), 80)
}
