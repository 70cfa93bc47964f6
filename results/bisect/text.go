package bisect

import (
	"fmt"
	"io"
	"strings"
	"time"

	"tollgate/pricing"
	"tollgate/pricing/escape"
	"tollgate/results/compare"
)

// Text writes the conclusion for a terminal, then what it rests on.
func (c *Conclusion) Text(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s  %s\n", strings.ToUpper(string(c.Outcome)), escape.Text(c.headline()))
	line := func(name, format string, values ...any) {
		fmt.Fprintf(&b, "%-12s%s\n", name, escape.Text(fmt.Sprintf(format, values...)))
	}
	if c.Outcome == Found {
		for _, one := range c.Commits {
			line("commit", "%s by %s, %s: %s", one.ID, one.Author, one.Date, one.Subject)
		}
		line("parent", "%s", c.Parent)
	}
	if c.Cost != nil {
		line("cost", "$%.2f before and $%.2f after for a million requests (%s)", c.Cost.Before, c.Cost.After, c.Cost.Words)
	}
	if c.Ends != nil {
		line("ends", "%s vs. %s: %s %s", c.Bad.Short(), c.Good.Short(), c.Metric, c.Ends.Words(c.Metric))
	}
	line("measured", "%s, %s, in %v; %s", pricing.Counted(c.Measurements, "time"), pricing.Counted(c.Blocks, "block"),
		time.Duration(c.Seconds*float64(time.Second)).Round(time.Second), pricing.Counted(c.Among, "commit"))
	for _, s := range c.Skipped {
		line("skipped", "%s: %s", s.Commit, s.Why)
	}
	line("error rate", "a change is found where there is none in at most %.3g %% of searches, and a commit is named only if it differs from its parent at that level; intervals are of %.3g %% or more", 100*c.Level, 100*(1-c.Level))
	_, err := io.WriteString(w, escape.Block(b.String()))
	return err
}

// headline is the conclusion in a line.
func (c *Conclusion) headline() string {
	margin := strings.TrimPrefix(amount(c.Metric, c.Margin), "+")
	switch n := len(c.Commits); {
	case c.Better:
		return "the bad revision is better than the good one"
	case c.Outcome == None:
		return "no commit to find: the bad revision is not worse than the good one by " + margin
	case c.Outcome == Found && n > 1:
		return fmt.Sprintf("one of %d commits, which cannot be separated, makes %s %s: %s", n, c.Metric, c.Metric.Worse(), c.Effect.Words(c.Metric))
	case c.Outcome == Found:
		return fmt.Sprintf("%s makes %s %s: %s", c.Commits[0], c.Metric, c.Metric.Worse(), c.Effect.Words(c.Metric))
	case c.Several:
		return fmt.Sprintf("no single commit makes the change: the likeliest, %s, does not differ from its parent. Bisect a part of the range, or look for what came and went", c.Commits[n-1])
	case n == 1:
		return fmt.Sprintf("it is probably %s, which is not confirmed yet: more --steps would decide", c.Commits[0])
	case n > 1:
		return fmt.Sprintf("with a probability of %.0f %% it is one of %d commits: %s; more --steps would decide", 100*Likely, n, c.list())
	}
	return "it is not known whether the revisions differ by " + margin + ": more --steps or --blocks, or a quieter machine, would decide"
}

// list names the commits.
func (c *Conclusion) list() string {
	var all []string
	for _, one := range c.Commits {
		all = append(all, one.Short())
	}
	return strings.Join(all, ", ")
}

// Words are the effect on a metric with its interval: +4.6 % (+3 % to +6 %).
func (e *Effect) Words(m compare.Metric) string {
	return fmt.Sprintf("%s (%s to %s)", amount(m, e.Change), amount(m, e.Low), amount(m, e.High))
}

// amount is a change: +4.6 %, or +0.02 points.
func amount(m compare.Metric, x float64) string {
	if m.Ratio() {
		return fmt.Sprintf("%+.1f %%", 100*x)
	}
	return fmt.Sprintf("%+.3g points", 100*x)
}
