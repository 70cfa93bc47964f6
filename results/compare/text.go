package compare

import (
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"text/tabwriter"

	"tollgate/pricing/escape"
)

// Text writes a comparison for a terminal: a table for every pair, then what
// the comparison cannot say.
func (c *Comparison) Text(w io.Writer) error {
	var b strings.Builder
	for i := range c.Pairs {
		p := &c.Pairs[i]
		fmt.Fprintln(&b, c.title(p))
		t := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
		fmt.Fprintf(t, "  metric\t%s\t%s\tdifference\t95 %% interval\tverdict\n", sides(c, p)[0], sides(c, p)[1])
		for _, e := range p.Effects {
			fmt.Fprintf(t, "  %s\t%s\t%s\t%s\t%s\t%s\n", plain(string(e.Metric)), spelled(e.Base, e.Unit), spelled(e.Head, e.Unit), e.size(e.Estimate), e.interval(), plain(e.verdict()))
		}
		_ = t.Flush() // into memory: cannot fail
		fmt.Fprintln(&b)
	}
	for _, n := range c.Notes {
		fmt.Fprintf(&b, "note        %s\n", plain(n))
	}
	fmt.Fprintf(&b, "level       %.3g %% chance of any wrong verdict among all of these together (Holm)\n", 100*c.Level)
	_, err := io.WriteString(w, escape.Block(b.String()))
	return err
}

// title says what a table is about.
func (c *Comparison) title(p *Pair) string {
	if c.Design == Separate {
		return fmt.Sprintf("%s: %s against %s", plain(p.Head), plain(c.Runs[1]), plain(c.Runs[0]))
	}
	return fmt.Sprintf("%s against %s: %s in random order", plain(p.Head), plain(p.Base), counted(c.Blocks, "interleaved block"))
}

// sides names the two columns of values.
func sides(c *Comparison, p *Pair) [2]string {
	if c.Design == Separate {
		return [2]string{"before", "after"}
	}
	return [2]string{plain(p.Base), plain(p.Head)}
}

// Sentence tells a pair on one line: what was told apart, and how sure that is.
func (p *Pair) Sentence() string {
	var parts []string
	for _, e := range p.Effects {
		text := string(e.Metric)
		if (e.Verdict == Better || e.Verdict == Worse) && e.Estimate != nil {
			text += " " + strings.TrimLeft(e.size(e.Estimate), "+-")
		}
		parts = append(parts, text+" "+e.Words)
	}
	return fmt.Sprintf("%s against %s: %s", plain(p.Head), plain(p.Base), strings.Join(parts, "; "))
}

// size spells an estimate: +4.6 %, or +0.02 points.
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

func (e *Effect) verdict() string {
	if e.Why == "" {
		return e.Words
	}
	return e.Words + " (" + e.Why + ")"
}

func spelled(v *float64, unit string) string {
	if v == nil {
		return "–"
	}
	return spell(*v, unit)
}

// Text writes a decision for a terminal: the outcome, then a line for each gate.
func (d *Decision) Text(w io.Writer) error {
	var b strings.Builder
	against := " against its history of " + counted(d.Nights, "night")
	switch {
	case d.Outcome == Refused:
		against = ""
	case d.Against != "history":
		against = " against " + plain(d.Against) + " in the same run"
	}
	fmt.Fprintf(&b, "%s  %s%s\n", strings.ToUpper(string(d.Outcome)), plain(d.Run), against)
	t := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	for _, g := range d.Gates {
		word := "ok"
		switch {
		case g.Alarm:
			word = "ALARM"
		case g.P == nil:
			word = "-"
		}
		fmt.Fprintf(t, "  %s\t%s\t%s\t%s\n", word, plain(g.Target), plain(string(g.Metric)), plain(g.Why))
	}
	_ = t.Flush() // into memory: cannot fail
	for _, n := range d.Notes {
		fmt.Fprintf(&b, "note        %s\n", plain(n))
	}
	if d.Rerun != "" {
		fmt.Fprintf(&b, "rerun       %s\n", plain(d.Rerun))
	}
	_, err := io.WriteString(w, escape.Block(b.String()))
	return err
}

// plain keeps a text on one line and takes out what would steer a terminal.
func plain(s string) string { return escape.Text(s) }

// spell prints a value with its unit.
func spell(v float64, unit string) string {
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

func spellChange(t trait, change float64) string {
	if t.scale == Difference {
		return fmt.Sprintf("%+.3g points from", 100*change)
	}
	return fmt.Sprintf("%+.1f %% from", 100*change)
}
