package report

import (
	"fmt"
	"io"
	"strings"

	"tollgate/results/compare"
)

// gateSuite makes a test case of every metric that the gate evaluated, and of
// whether it could evaluate the run at all. What it still learns is skipped.
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
		switch d.Result(g) {
		case "alarm":
			c.Failure = &junitFailure{Message: g.Why}
			if g.Value != nil && g.Limit != nil {
				c.Failure.Text = fmt.Sprintf("measured %.6g %s, the limit is %.6g", *g.Value, g.Unit, *g.Limit)
			}
		case "learning":
			c.Skipped = &junitSkipped{Message: g.Why}
		}
		suite.Cases = append(suite.Cases, c)
	}
	return suite.counted()
}

// WriteGate writes the gate's decision as Markdown, for the summary of a pipeline.
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
		t := table{columns: []column{{ours: true}, {head: "target"}, {head: "metric"}, {head: "measured", right: true}, {head: "expected", right: true}, {head: "limit", right: true}, {}}}
		for _, g := range d.Gates {
			word := d.Result(g)
			if g.Alarm {
				word = "**ALARM**"
			}
			t.rows = append(t.rows, []string{
				word, clipped(g.Target, 40), string(g.Metric) + ", " + g.Unit, millis(g.Value), millis(g.Expected), millis(g.Limit), clipped(g.Why, 300),
			})
		}
		t.markdown(&b)
	}
	b.WriteString("\n")
	_, err := io.WriteString(w, b.String())
	return err
}

// GateTable has each metric with its limit.
func (p *page) GateTable() *htmlTable {
	s := &htmlTable{ID: "by-gate", Caption: "The gate, metric by metric", Columns: heads("target", "text:metric", "measured", "expected", "limit", "text:result")}
	for _, g := range p.Gate.Gates {
		in := func(v *float64) htmlCell {
			return figureOr(v, func(v float64) string { return inUnit(v, g.Unit) })
		}
		result := p.Gate.Result(g)
		tone := map[string]string{"pass": "good", "alarm": "bad"}[result]
		s.add(words(g.Target), words(metricTitle(g.Metric)), in(g.Value), in(g.Expected), in(g.Limit), words(result).classed(tone).noted(g.Why))
	}
	return s.sorted()
}
