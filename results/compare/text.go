package compare

import (
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"text/tabwriter"

	"tollgate/pricing"
	"tollgate/pricing/escape"
)

// Text writes a comparison for a terminal: a table for every pair, then notes.
func (c *Comparison) Text(w io.Writer) error {
	var b strings.Builder
	said := map[string]bool{} // reasons of verdicts
	for i := range c.Pairs {
		p := &c.Pairs[i]
		base, head := plain(p.Base), plain(p.Head)
		title := fmt.Sprintf("%s vs. %s: %s in random order", head, base, pricing.Counted(c.Blocks, "interleaved block"))
		if c.Design == Unpaired {
			title = fmt.Sprintf("%s: %s vs. %s", head, plain(c.Runs[1]), plain(c.Runs[0]))
			base, head = "before", "after"
		}
		t := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
		fmt.Fprintf(&b, "%s\n", title)
		fmt.Fprintf(t, "  metric\t%s\t%s\tdifference\t%s\tverdict\n", base, head, c.intervals())
		for _, e := range p.Effects {
			was, is := e.Compared()
			fmt.Fprintf(t, "  %s\t%s\t%s\t%s\t%s\t%s\n", plain(string(e.Metric)), formatOptional(was, e.Unit), formatOptional(is, e.Unit), e.size(e.Estimate), e.interval(), plain(e.verdict(said)))
		}
		_ = t.Flush() // into memory: cannot fail
		if text := p.addedText(); text != "" {
			fmt.Fprintf(&b, "  adds %s\n", text)
		}
		if n := p.WholeRun(); n != "" {
			fmt.Fprintf(&b, "  %s\n", plain(n))
		}
		fmt.Fprintln(&b)
	}
	if text := c.Conclusion(); text != "" {
		fmt.Fprintf(&b, "decision    %s\n", plain(text))
	}
	writeLimits(&b, c.Limits)
	for _, n := range c.Notes {
		fmt.Fprintf(&b, "note        %s\n", plain(n))
	}
	if text := c.Columns(); text != "" {
		fmt.Fprintf(&b, "columns     %s\n", text)
	}
	fmt.Fprintf(&b, "level       %.3g %% chance of any wrong verdict among all of these (%s)\n", 100*c.Level, c.method())
	_, err := io.WriteString(w, escape.Block(b.String()))
	return err
}

// method is how the level is kept over all effects.
func (c *Comparison) method() string {
	if c.Decide == nil {
		return "Holm"
	}
	return "confidence sequences: at any number of blocks"
}

// intervals is the heading of the intervals.
func (c *Comparison) intervals() string {
	if c.Decide == nil {
		return "95 % interval"
	}
	return "interval (95 % for all together)"
}

// Columns says what the values next to a verdict are, and why those of other tables
// may differ; "" where they do not.
func (c *Comparison) Columns() string {
	if c.Design != Interleaved {
		return ""
	}
	return "values of a typical block, which the verdict compares; percentiles of all requests together may differ, since a few slow blocks set them"
}

// writeLimits writes thresholds on changes, a line for each.
func writeLimits(b *strings.Builder, all []LimitResult) {
	t := tabwriter.NewWriter(b, 0, 0, 2, ' ', 0)
	for _, line := range limitLines(all) {
		fmt.Fprintln(t, line)
	}
	_ = t.Flush() // into memory: cannot fail
}

// size prints an estimate: +4.6 %, or +0.02 points.
func (e *Effect) size(x *float64) string {
	switch {
	case x == nil:
		return "–"
	case e.Scale == Ratio && *x > 10:
		return fmt.Sprintf("×%.3g", *x)
	case e.Scale == Ratio:
		return fmt.Sprintf("%+.1f %%", 100*(*x-1))
	}
	return fmt.Sprintf("%+.3g points", 100**x)
}

func (e *Effect) interval() string {
	if e.Low == nil || e.High == nil {
		return "–"
	}
	return e.size(e.Low) + " to " + e.size(e.High)
}

// verdict is the words with their reason. One that was said of a metric before is not
// repeated.
func (e *Effect) verdict(said map[string]bool) string {
	switch {
	case e.Why == "":
		return e.Words
	case said[e.Why]:
		return e.Words + " (as above)"
	case said != nil:
		said[e.Why] = true
	}
	return e.Words + " (" + e.Why + ")"
}

func formatOptional(v *float64, unit string) string {
	if v == nil {
		return "–"
	}
	return format(*v, unit)
}

// Text writes a decision for a terminal: the gate's state, the outcome, then a line for
// each metric.
func (d *Decision) Text(w io.Writer) error {
	var b strings.Builder
	if s := d.Stated(); s != "" {
		fmt.Fprintf(&b, "gate        %s\n", plain(s))
	}
	against := " vs. " + pricing.Counted(d.Runs, "baseline run")
	switch {
	case d.Outcome == Refused:
		against = ""
	case d.Against != againstHistory:
		against = " vs. " + plain(d.Against) + " in the same run"
	}
	fmt.Fprintf(&b, "%s  %s%s\n", strings.ToUpper(string(d.Outcome)), plain(d.Run), against)
	t := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	for _, g := range d.Gates {
		word := map[bool]string{true: "-", false: "ok"}[g.P == nil]
		switch {
		case g.Alarm:
			word = "ALARM"
		case g.Doubtful:
			word = "?"
		}
		fmt.Fprintf(t, "  %s\t%s\t%s\t%s\n", word, plain(g.Target), plain(string(g.Metric)), plain(g.Why))
	}
	_ = t.Flush() // into memory: cannot fail
	writeLimits(&b, d.Limits)
	for _, n := range d.Notes {
		fmt.Fprintf(&b, "note        %s\n", plain(n))
	}
	if d.Rerun != "" {
		fmt.Fprintf(&b, "rerun       %s\n", plain(d.Rerun))
	}
	_, err := io.WriteString(w, escape.Block(b.String()))
	return err
}

// plain is s on one line, without control characters.
func plain(s string) string { return escape.Text(s) }

// format prints a value with its unit.
func format(v float64, unit string) string {
	switch unit {
	case "ms":
		return digits(v) + " ms"
	case "share":
		return digits(100*v) + " %"
	case "per_s":
		return digits(v) + "/s"
	}
	return "$" + digits(v)
}

// digits prints three significant digits, without an exponent.
func digits(v float64) string {
	if v == 0 {
		return "0"
	}
	places := max(0, 2-int(math.Floor(math.Log10(math.Abs(v)))))
	return strconv.FormatFloat(v, 'f', min(places, 9), 64)
}

func (t trait) formatChange(change float64) string {
	if t.scale == Difference {
		return fmt.Sprintf("%+.3g points from", 100*change)
	}
	return fmt.Sprintf("%+.1f %% from", 100*change)
}
