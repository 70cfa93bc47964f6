package report

import (
	"fmt"
	"io"
	"regexp"
	"strings"
	"unicode/utf8"

	"tollgate/results/compare"
)

// What a comment shows. GitHub refuses a comment of more than 65,536 characters, so what
// is folded is left out where it would not fit.
const (
	mostCommentRows   = 12
	mostFoldedRows    = 60
	mostCommentBytes  = 60_000
	mostCommentReason = 3
)

// writeComment writes r as a comment of a pull request: pass or fail, what became worse, a
// table and a picture of the changes from the base, and what the bills became. The
// rest is folded. It begins with a line by which the comment is found again.
func writeComment(w io.Writer, r *Report) error {
	c := r.conclude()
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n## %s %s: %s\n\n", marker(r.Scenario), c.standing, md(clipped(r.Scenario, 80)), md(c.word+c.gate))
	commentSentence(&b, r, &c)
	commentNotices(&b, r)
	shown, folded := split(c.changes)
	if len(c.changes) == 0 {
		commentTargets(&b, r)
	}
	commentTable(&b, r, shown)
	commentPicture(&b, &c, shown)
	for _, section := range []string{foldedChanges(r, folded), foldedReasons(r, c.changes), foldedBills(r), foldedLimits(r), foldedFindings(r), foldedNotes(r)} {
		if b.Len()+len(section) < mostCommentBytes {
			b.WriteString(section)
		}
	}
	commentSource(&b, r)
	_, err := io.WriteString(w, b.String())
	return err
}

// commentSentence is what a reader of one line needs.
func commentSentence(b *strings.Builder, r *Report, c *conclusion) {
	worse, better := c.worse(r), c.better(r)
	var parts []string
	if len(worse) > 0 {
		parts = append(parts, "**Worse: "+md(counted(worse))+"**")
	}
	if len(better) > 0 {
		parts = append(parts, md("Better: "+counted(better)))
	}
	switch {
	case len(worse) > 0 || len(c.changes) == 0 || c.standing != passes:
	case c.within:
		parts = append(parts, "No metric is beyond its limit.")
	default:
		parts = append(parts, "No metric is worse.")
	}
	if len(parts) > 0 {
		b.WriteString(strings.Join(parts, "\n\n") + "\n\n")
	}
	parts = nil
	if c.base != "" {
		parts = append(parts, md(clipped(c.base, 100)))
	}
	passed, all := r.passed()
	for _, l := range r.limits() {
		all++
		if l.Passed {
			passed++
		}
	}
	if all > 0 {
		parts = append(parts, fmt.Sprintf("%d of %d thresholds passed", passed, all))
	}
	if r.Gate != nil && r.Gate.State == compare.StateArmed {
		parts = append(parts, md("the gate is "+normalize(r.Gate.Stated())))
	}
	if len(parts) > 0 {
		b.WriteString(strings.Join(parts, " · ") + "\n\n")
	}
}

// counted lists the first few of texts, and how many more there are.
func counted(all []string) string {
	const most = 4
	if len(all) <= most {
		return strings.Join(all, "; ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(all[:most], "; "), len(all)-most)
}

// commentedNotices are what a reader must know before any number, the gate's first.
func (r *Report) commentedNotices() (all []Notice) {
	if n, failed := limitNotice(r.limits()); failed {
		all = append(all, n)
	}
	if g := r.Gate; g != nil {
		switch g.State {
		case compare.StateBlind:
			all = append(all, gateNotice(g))
		case compare.StateLearning:
			all = append(all, Notice{"note", "The gate is learning", []string{g.Stated()}})
		}
	}
	return append(all, r.Notices...)
}

func commentNotices(b *strings.Builder, r *Report) {
	for _, n := range r.commentedNotices() {
		switch n.Title {
		case warningsTitle: // folded
		case notAWS:
			fmt.Fprintf(b, "%s: %s\n\n", notAWS, md(clipped(strings.Join(n.Reasons, "; "), 300)))
		default:
			markdownNotice(b, shortened(n))
		}
	}
}

// shortened is a notice with its first reasons.
func shortened(n Notice) Notice {
	first := n.Reasons[:min(len(n.Reasons), mostCommentReason)]
	more := len(n.Reasons) - len(first)
	n.Reasons = nil
	for _, text := range first {
		n.Reasons = append(n.Reasons, clipped(text, 300))
	}
	if more > 0 {
		n.Reasons = append(n.Reasons, fmt.Sprintf("and %d more", more))
	}
	return n
}

// split are the changes that every reader wants to see or that are no longer what they
// were, and the others.
func split(all []compare.Change) (shown, folded []compare.Change) {
	for _, c := range all {
		matters := c.Alarm || c.Verdict == compare.Worse || c.Verdict == compare.Better
		switch c.Metric {
		case compare.P50, compare.P99, compare.ErrorShare, compare.Dollars:
			matters = true
		}
		if matters && len(shown) < mostCommentRows {
			shown = append(shown, c)
		} else {
			folded = append(folded, c)
		}
	}
	return shown, folded
}

// commentTargets are the figures of a run that nothing was compared with, and what
// follows from them.
func commentTargets(b *strings.Builder, r *Report) {
	if len(r.Answer) > 0 {
		b.WriteString(md(strings.Join(r.Answer, " ")) + "\n\n")
	}
	if len(r.Doors) > 0 && !r.probed() {
		r.targetTable(false).without(2).markdown(b)
		b.WriteString("\n")
	}
}

// commentTable has a row for each change, with the change first: on a phone the rest is
// off the screen.
func commentTable(b *strings.Builder, r *Report, all []compare.Change) {
	if len(all) == 0 {
		return
	}
	t := table{columns: []column{{ours: true}, {head: "metric", ours: true}, {head: "change", right: true, ours: true}, {head: "interval", right: true, ours: true}, {head: "before", right: true, ours: true}, {head: "now", right: true, ours: true}, {head: "verdict", ours: true}}}
	for _, c := range all {
		row := []string{r.changeName(c, all), sizeOf(c, c.At), intervalOf(c), r.changeValue(c, c.Before), r.changeValue(c, c.After), r.shortVerdict(c)}
		for i, cell := range row {
			row[i] = oneLine(md(cell))
		}
		t.rows = append(t.rows, append([]string{string(markOf(c))}, row...))
	}
	t.markdown(b)
	b.WriteString("\n")
}

// changeName is what changed, and where, if that is not the same for all.
func (r *Report) changeName(c compare.Change, all []compare.Change) string {
	if len(targetsOf(all)) > 1 {
		return clipped(c.Target, 40) + " " + r.changeTitle(c)
	}
	return r.changeTitle(c)
}

// mostCell is the length of a verdict that is short: longer ones widen and heighten the
// table so much that a phone shows nothing else.
const mostCell = 40

// shortVerdict is the verdict, with its reason where both are short.
func (r *Report) shortVerdict(c compare.Change) string {
	text := r.verdictOf(c)
	if utf8.RuneCountInString(text) <= mostCell {
		return text
	}
	word, _, _ := strings.Cut(c.Words, ",")
	return clipped(normalize(word), mostCell)
}

// oneLine keeps a short text on one line: on a phone cells are narrow, and a table would
// be as high as its longest text.
func oneLine(s string) string {
	if utf8.RuneCountInString(s) > mostCell {
		return s
	}
	return strings.ReplaceAll(s, " ", "\u00a0")
}

// markOf is a change's standing. A value within its limit has none, where the change may
// be larger than the limit all the same.
func markOf(c compare.Change) standing {
	inside := c.Low != nil && c.High != nil && max(-*c.Low, *c.High) <= c.Margin
	switch {
	case c.Verdict == compare.Equivalent && !inside && !c.Alarm:
		return ""
	case c.Alarm:
		return fails
	case c.Verdict == compare.Inconclusive || c.Verdict == compare.Worse:
		return open
	}
	return passes
}

func (r *Report) verdictOf(c compare.Change) string {
	switch {
	case c.Why != "":
		return normalize(c.Words + ": " + c.Why)
	case c.Limit != nil && c.Verdict != compare.Better:
		return c.Words + " of " + r.changeValue(c, c.Limit)
	}
	return normalize(c.Words)
}

// commentPicture draws the changes: ratios on one axis, shares on another.
func commentPicture(b *strings.Builder, c *conclusion, all []compare.Change) {
	drawn := ""
	for _, scale := range []compare.Scale{compare.Ratio, compare.Difference} {
		var some []compare.Change
		moved := false
		for _, x := range all {
			if x.Scale == scale && x.At != nil {
				some = append(some, x)
				moved = moved || *x.At != 0
			}
		}
		if len(some) > 0 && (moved || scale == compare.Ratio) {
			drawn += effectBars(some, c.within)
		}
	}
	if drawn == "" {
		return
	}
	legend := "● change, ├─┤ interval in which it lies, ┊ margin within which it does not matter"
	if c.within {
		legend = "● change, ├─┤ interval in which it lies, ┊ limit of the gate"
	}
	fmt.Fprintf(b, "```text\n%s```\n%s\n\n", drawn, legend)
}

// linkable are addresses that no character can end before their end.
var linkable = regexp.MustCompile(`^https?://[A-Za-z0-9._~:/?#@!$&+,;=%-]+$`)

// commentSource says where the rest is.
func commentSource(b *strings.Builder, r *Report) {
	parts := []string{fmt.Sprintf("Run `%s`: %s", code(r.ID), md(r.sent()))}
	if commit := r.Tags["commit"]; commit != "" {
		parts = append(parts, "commit `"+code(commit[:min(len(commit), 12)])+"`")
	}
	if linkable.MatchString(r.Job) {
		parts = append(parts, "[job and artifacts]("+r.Job+")")
	}
	parts = append(parts, "`tollgate report "+code(r.ID)+"` shows all of it")
	b.WriteString(strings.Join(parts, " · ") + "\n")
}
