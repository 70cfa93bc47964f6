package main

import (
	"fmt"
	"io"
	"strings"
	"time"

	"tollgate/pricing"
	"tollgate/pricing/escape"
	"tollgate/results/bisect"
	"tollgate/results/compare"
)

// print writes the conclusion of a search, then what it rests on.
func (h *hunt) print(w io.Writer) error {
	r := h.search.Result()
	var b strings.Builder
	line := func(name, format string, values ...any) {
		fmt.Fprintf(&b, "%-12s%s\n", name, escape.Text(fmt.Sprintf(format, values...)))
	}
	h.headline(&b, r)
	if r.Effect != nil && r.Outcome == bisect.Found {
		h.author(&b, r)
		h.costs(line)
	}
	good, bad := h.commits[0].Short(), h.commits[len(h.commits)-1].Short()
	if r.Ends != nil {
		line("ends", "%s vs. %s: %s %s", bad, good, h.metric, h.size(r.Ends))
	}
	line("measured", "%s, %s, in %v; %s", pricing.Counted(r.Steps, "time"), pricing.Counted(r.Blocks, "block"), time.Since(h.begun).Round(time.Second), pricing.Counted(len(h.commits)-1, "commit"))
	for _, why := range h.skipped {
		line("skipped", "%s", why)
	}
	line("error rate", "a change is found where there is none in at most 1 %% of searches, and a commit is named only if it differs from its parent at that level; intervals are of 99 %% or more")
	_, err := io.WriteString(w, escape.Block(b.String()))
	return err
}

// headline is the conclusion.
func (h *hunt) headline(b *strings.Builder, r bisect.Result) {
	margin := h.amount(h.margin)
	switch {
	case r.Outcome == bisect.None && r.Better:
		fmt.Fprintf(b, "NONE  the bad revision is better than the good one\n")
	case r.Outcome == bisect.None:
		fmt.Fprintf(b, "NONE  no commit to find: the bad revision is not worse than the good one by %s or more\n", strings.TrimPrefix(margin, "+"))
	case r.Outcome == bisect.Found && len(r.Commits) > 1:
		fmt.Fprintf(b, "FOUND  one of %d commits, which cannot be separated, makes %s %s: %s\n", len(r.Commits), h.metric, h.metric.Worse(), h.size(r.Effect))
	case r.Outcome == bisect.Found:
		fmt.Fprintf(b, "FOUND  %s makes %s %s: %s\n", escape.Text(h.commits[r.Commits[0]].String()), h.metric, h.metric.Worse(), h.size(r.Effect))
	case r.Spread:
		fmt.Fprintf(b, "UNDECIDED  no single commit makes the change: the likeliest, %s, does not differ from its parent. Bisect a part of the range, or look for what came and went\n", escape.Text(h.commits[r.Commits[0]].String()))
	case len(r.Commits) > 0:
		fmt.Fprintf(b, "UNDECIDED  with a probability of 95 %% it is one of %d commits: %s. More --steps would tell\n", len(r.Commits), escape.Text(h.list(r.Commits)))
	default:
		fmt.Fprintf(b, "UNDECIDED  it is not known whether the revisions differ by %s: more --steps or --blocks, or a quieter machine, would tell\n", strings.TrimPrefix(margin, "+"))
	}
}

// author says who wrote the commits that were found, and when.
func (h *hunt) author(b *strings.Builder, r bisect.Result) {
	for _, i := range r.Commits {
		c := h.commits[i]
		fmt.Fprintf(b, "%-12s%s\n", "commit", escape.Text(fmt.Sprintf("%s by %s, %s: %s", c.ID, c.Author, c.Date, c.Subject)))
	}
	fmt.Fprintf(b, "%-12s%s\n", "parent", escape.Text(h.commits[r.Parent].String()))
}

// costs says what the change costs, where that was measured: the latest run compared the
// commit with its parent.
func (h *hunt) costs(line func(string, string, ...any)) {
	if h.last == nil || len(h.last.compared.Pairs) == 0 {
		return
	}
	e := h.last.compared.Pairs[0].Effect(compare.Dollars)
	if e == nil {
		return
	}
	if was, is := e.Compared(); was != nil && is != nil {
		line("cost", "$%.2f before and $%.2f after for a million requests (%s)", *was, *is, e.Words)
	}
}

// size is an effect with its interval.
func (h *hunt) size(e *bisect.Effect) string {
	return fmt.Sprintf("%s (%s to %s)", h.amount(e.At), h.amount(e.Low), h.amount(e.High))
}

// amount is a change: +4.6 %, or +0.02 points.
func (h *hunt) amount(x float64) string {
	if h.metric.Ratio() {
		return fmt.Sprintf("%+.1f %%", 100*x)
	}
	return fmt.Sprintf("%+.3g points", 100*x)
}

// list names commits.
func (h *hunt) list(commits []int) string {
	var all []string
	for _, i := range commits {
		all = append(all, h.commits[i].Short())
	}
	return strings.Join(all, ", ")
}
