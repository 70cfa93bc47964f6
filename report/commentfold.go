package report

import (
	"fmt"
	"strings"

	"tollgate/pricing"
	"tollgate/pricing/statement"
	"tollgate/results"
	"tollgate/results/compare"
)

// foldedChanges are the metrics that few readers ask for.
func foldedChanges(r *Report, all []compare.Change) string {
	if len(all) == 0 {
		return ""
	}
	var b strings.Builder
	commentTable(&b, r, all[:min(len(all), mostFoldedRows)])
	return fold("Other metrics", b.String())
}

// foldedReasons are those of the verdicts that the tables have without them.
func foldedReasons(r *Report, all []compare.Change) string {
	var b strings.Builder
	for _, c := range all[:min(len(all), mostFoldedRows)] {
		if text := r.verdictOf(c); text != r.shortVerdict(c) {
			fmt.Fprintf(&b, "- %s: %s\n", md(r.changeName(c, all)), md(clipped(text, 300)))
		}
	}
	if b.Len() == 0 {
		return ""
	}
	return fold("Reasons for these verdicts", b.String())
}

// fold hides a text behind its title. The empty line lets Markdown begin again in it.
func fold(title, text string) string {
	return "<details><summary>" + title + "</summary>\n\n" + strings.TrimRight(text, "\n") + "\n\n</details>\n\n"
}

// foldedBills are how the bills differ, line by line, where both sides have one.
func foldedBills(r *Report) string {
	var b strings.Builder
	for _, d := range r.billChanges() {
		_ = statement.DifferenceMarkdown(&b, d) // into memory: cannot fail
		b.WriteString("\n")
	}
	if b.Len() == 0 {
		return ""
	}
	return fold("Bills of a month, line by line", b.String())
}

// billChanges are the bills of base and head: of two targets of this run, or of one
// target in two runs.
func (r *Report) billChanges() (all []pricing.Difference) {
	before, compared := &r.Document, r.Comparison
	if r.Gate != nil {
		compared = r.Gate.Comparison
	}
	if compared == nil {
		return nil
	}
	if compared.Design != compare.Interleaved {
		if r.Before == nil {
			return nil
		}
		before = r.Before
	}
	for _, p := range compared.Pairs {
		was, is := billOf(before, p.Base, p.Head), billOf(&r.Document, p.Head, p.Head)
		if was == nil || is == nil || len(all) == mostCommentRows {
			continue
		}
		if before != &r.Document {
			was.Name, is.Name = before.ID, r.ID
		}
		all = append(all, pricing.Differ(*was, *is))
	}
	return all
}

// billOf is the bill of a target, under a name that both sides of a difference share.
func billOf(d *results.Document, target, as string) *pricing.Priced {
	for _, t := range d.Targets {
		if t.Name == target && t.Bill != nil && len(t.Bill.Lines) > 0 {
			return &pricing.Priced{
				Name: target, Region: t.Bill.Region, Book: t.Bill.Book, FreeTier: t.Bill.FreeTier,
				Bills: []pricing.NamedBill{{Name: clipped(as, 40), Title: t.Title, Bill: *t.Bill}},
			}
		}
	}
	return nil
}

// foldedLimits are the thresholds on changes that passed.
func foldedLimits(r *Report) string {
	var b strings.Builder
	for _, l := range r.limits() {
		if l.Passed && b.Len() < mostCommentBytes/10 {
			fmt.Fprintf(&b, "- %s\n", md(limitText(l)))
		}
	}
	if b.Len() == 0 {
		return ""
	}
	return fold("Thresholds on changes that passed", b.String())
}

// foldedFindings are what probes concluded.
func foldedFindings(r *Report) string {
	var b strings.Builder
	for _, section := range r.Sections {
		for _, f := range section.Findings[:min(len(section.Findings), mostCommentRows)] {
			fmt.Fprintf(&b, "- %s at %s: %s\n", md(section.Title), md(clipped(f.Target, 40)), md(clipped(f.Conclusion, 300)))
		}
	}
	if b.Len() == 0 {
		return ""
	}
	return fold("Findings", b.String())
}

// foldedNotes are what casts doubt on the comparison, and the warnings of the run.
func foldedNotes(r *Report) string {
	var notes []string
	switch {
	case r.Gate != nil:
		notes = append(notes, r.Gate.Notes...)
	case r.Comparison != nil:
		notes = append(notes, r.Comparison.Notes...)
	}
	notes = append(notes, r.Warnings...)
	if len(notes) == 0 {
		return ""
	}
	var b strings.Builder
	for _, n := range notes[:min(len(notes), mostFoldedRows)] {
		fmt.Fprintf(&b, "- %s\n", md(clipped(normalize(n), 500)))
	}
	return fold("Notes", b.String())
}
