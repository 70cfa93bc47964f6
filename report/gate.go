package report

import (
	"fmt"
	"io"
	"strings"

	"tollgate/results/compare"
)

// gateSuite makes a test case of every metric that the gate judged, and of
// whether it could judge at all. What it still learns is skipped.
func gateSuite(r *Report) junitSuite {
	d := r.Gate
	suite := junitSuite{Name: r.Scenario + " gate", Time: "0.000", Timestamp: r.Started.UTC().Format("2006-01-02T15:04:05")}
	able := junitCase{Class: "gate", Name: "the run can be judged"}
	if d.Outcome == compare.Refused {
		able.Failure = &junitFailure{Message: string(d.Outcome), Text: strings.Join(d.Notes, "\n")}
	}
	suite.Cases = append(suite.Cases, able)
	for _, g := range d.Gates {
		c := junitCase{Class: g.Target, Name: fmt.Sprintf("%s against %s", g.Metric, d.Against)}
		switch {
		case g.Alarm:
			c.Failure = &junitFailure{Message: g.Why, Text: limitText(g)}
		case g.P == nil && d.Comparison == nil:
			c.Skipped = &junitSkipped{Message: g.Why}
		}
		suite.Cases = append(suite.Cases, c)
	}
	return suite.counted()
}

// limitText says what a metric was held against.
func limitText(g compare.Gate) string {
	if g.Value == nil || g.Limit == nil {
		return ""
	}
	return fmt.Sprintf("measured %.6g %s, the limit is %.6g", *g.Value, g.Unit, *g.Limit)
}

// WriteGate writes a gate's decision as Markdown, for the summary of a pipeline.
func WriteGate(w io.Writer, d *compare.Decision) error {
	var b strings.Builder
	fmt.Fprintf(&b, "### Gate: %s\n\n", md(string(d.Outcome)))
	for _, n := range d.Notes {
		fmt.Fprintf(&b, "- %s\n", md(n))
	}
	if len(d.Notes) > 0 {
		b.WriteString("\n")
	}
	if len(d.Gates) > 0 {
		b.WriteString("| | target | metric | measured | expected | limit | |\n|:--|:--|:--|--:|--:|--:|:--|\n")
	}
	for _, g := range d.Gates {
		word := "pass"
		switch {
		case g.Alarm:
			word = "**ALARM**"
		case g.P == nil && d.Comparison == nil:
			word = "learning"
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s | %s |\n", word, md(clipped(g.Target, 40)), md(string(g.Metric)+", "+g.Unit),
			millis(g.Value), millis(g.Expected), millis(g.Limit), md(clipped(g.Why, 300)))
	}
	b.WriteString("\n")
	_, err := io.WriteString(w, b.String())
	return err
}

// GateTable is what the gate held each metric against.
func (p *page) GateTable() *htmlTable {
	s := &htmlTable{ID: "by-gate", Caption: "The gate, metric by metric", Columns: heads("target", "text:metric", "measured", "expected", "limit", "text:result")}
	for _, g := range p.Gate.Gates {
		result := words("pass").classed("good")
		switch {
		case g.Alarm:
			result = words("alarm").classed("bad")
		case g.P == nil && p.Gate.Comparison == nil:
			result = words("learning")
		}
		in := func(v *float64) htmlCell {
			return figureOr(v, func(v float64) string { return inUnit(v, g.Unit) })
		}
		s.add(words(g.Target), words(fmt.Sprint(metricTitle(g.Metric))), in(g.Value), in(g.Expected), in(g.Limit), result.noted(g.Why))
	}
	return s.sorted()
}
