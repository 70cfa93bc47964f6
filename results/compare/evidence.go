package compare

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"tollgate/pricing/escape"
)

// Evidence writes a decision by a base target: what became worse in one line, then the
// comparison that shows it, then what casts doubt on it.
func (d *Decision) Evidence(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s  %s\n", strings.ToUpper(string(d.Outcome)), plain(d.headline()))
	if _, err := io.WriteString(w, escape.Block(b.String())); err != nil {
		return err
	}
	if err := d.Comparison.Text(w); err != nil {
		return err
	}
	b.Reset()
	writeLimits(&b, d.Limits)
	for _, n := range d.Notes {
		said := func(c string) bool { return strings.Contains(c, n) }
		if !slices.ContainsFunc(d.Comparison.Notes, said) {
			fmt.Fprintf(&b, "note        %s\n", plain(n))
		}
	}
	_, err := io.WriteString(w, escape.Block(b.String()))
	return err
}

// headline says in a line what follows from a comparison with a base target.
func (d *Decision) headline() string {
	var worse, open, unasked []string
	for _, g := range d.Gates {
		e := d.Comparison.effect(g.Target, g.Metric)
		switch {
		case g.Alarm && (e == nil || e.Estimate == nil):
			worse = append(worse, fmt.Sprintf("%s (%s)", g.Metric, g.Why))
		case g.Alarm:
			worse = append(worse, fmt.Sprintf("%s %s (%s)", g.Metric, e.size(e.Estimate), e.interval()))
		case e != nil && d.Comparison.open(e):
			open = append(open, string(g.Metric))
		case e != nil && e.Verdict == Inconclusive:
			unasked = append(unasked, string(g.Metric))
		}
	}
	switch {
	case d.Outcome == Refused:
		return "the run is not checked: nothing follows from it"
	case len(worse) > 0:
		return "worse than " + d.Against + ": " + strings.Join(worse, ", ")
	case len(open) > 0:
		return "nothing is certainly worse than " + d.Against + ", and not decided: " + strings.Join(open, ", ")
	case len(unasked) > 0:
		return fmt.Sprintf("%s no worse than %s; not asked for, and not decided: %s", strings.Join(d.Comparison.Decide.Metrics, ", "), d.Against, strings.Join(unasked, ", "))
	}
	return "nothing is worse than " + d.Against
}

// effect is the effect on a metric of a target that is compared; nil if there is none.
func (c *Comparison) effect(head string, m Metric) *Effect {
	for i := range c.Pairs {
		if c.Pairs[i].Head == head {
			return c.Pairs[i].Effect(m)
		}
	}
	return nil
}
