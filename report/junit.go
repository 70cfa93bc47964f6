package report

import (
	"cmp"
	"encoding/xml"
	"fmt"
	"io"
	"strings"

	"tollgate/pricing/escape"
	"tollgate/results"
	"tollgate/results/compare"
)

type junitSuites struct {
	XMLName xml.Name     `xml:"testsuites"`
	Suites  []junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name      xmlText `xml:"name,attr"`
	Tests     int     `xml:"tests,attr"`
	Failures  int     `xml:"failures,attr"`
	Skipped   int     `xml:"skipped,attr,omitempty"`
	Time      string  `xml:"time,attr"`
	Timestamp string  `xml:"timestamp,attr,omitempty"` // of an imported run it may not be known

	Properties []junitProperty `xml:"properties>property,omitempty"`
	Cases      []junitCase     `xml:"testcase"`
	Output     xmlText         `xml:"system-out,omitempty"`
}

// A junitProperty says of a suite what no test case does.
type junitProperty struct {
	Name  string  `xml:"name,attr"`
	Value xmlText `xml:"value,attr"`
}

type junitCase struct {
	Class   xmlText       `xml:"classname,attr"`
	Name    xmlText       `xml:"name,attr"`
	Failure *junitFailure `xml:"failure,omitempty"`
	Skipped *junitSkipped `xml:"skipped,omitempty"`
}

type junitSkipped struct {
	Message xmlText `xml:"message,attr"`
}

type junitFailure struct {
	Message xmlText `xml:"message,attr"`
	Text    xmlText `xml:",chardata"`
}

// An xmlText is written without characters that XML does not allow.
type xmlText string

// MarshalText implements encoding.TextMarshaler.
func (t xmlText) MarshalText() ([]byte, error) { return []byte(escape.XML(string(t))), nil }

// suite counts cases, and says which targets were models of the lab.
func (r *Report) suite(name string, seconds float64, cases []junitCase) junitSuite {
	s := junitSuite{Name: xmlText(r.Scenario + name), Tests: len(cases), Time: fmt.Sprintf("%.3f", seconds), Cases: cases}
	if at, known := r.began(); known {
		s.Timestamp = at.Format("2006-01-02T15:04:05")
	}
	if models := r.Models(); len(models) > 0 {
		s.Properties = []junitProperty{{"models", xmlText(strings.Join(models, " "))}}
		s.Output = xmlText(results.ModelsText(models))
	}
	if names := r.Unverified(); len(names) > 0 {
		s.Properties = append(s.Properties, junitProperty{"unverified", xmlText(strings.Join(names, " "))})
		s.Output += xmlText("\n" + results.UnverifiedText(names))
	}
	if flags := r.overridden(); flags != "" {
		s.Properties = append(s.Properties, junitProperty{"overridden", xmlText(flags)})
	}
	if text := r.Protocols(); text != "" {
		s.Properties = append(s.Properties, junitProperty{"protocol", xmlText(text)})
	}
	for _, c := range cases {
		if c.Failure != nil {
			s.Failures++
		}
		if c.Skipped != nil {
			s.Skipped++
		}
	}
	return s
}

// writeJUnit writes a test case for the result, for the validity and for each
// threshold, and, if the gate was asked, for each metric that it evaluated.
func writeJUnit(w io.Writer, r *Report) error {
	cases := []junitCase{resultCase(r), validityCase(r)}
	for _, t := range r.Thresholds {
		cases = append(cases, thresholdCase(r, t))
	}
	took := r.Document.Seconds
	if r.Took() == "" {
		took = 0 // the attribute must be there
	}
	suites := []junitSuite{r.suite("", took, cases)}
	if r.Gate != nil {
		suites = append(suites, gateSuite(r))
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	e := xml.NewEncoder(w)
	e.Indent("", "  ")
	if err := e.Encode(junitSuites{Suites: suites}); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

func testCase(class, name string) junitCase {
	return junitCase{Class: xmlText(class), Name: xmlText(name)}
}

func (c *junitCase) fail(message string, lines ...string) {
	c.Failure = &junitFailure{xmlText(message), xmlText(strings.Join(lines, "\n"))}
}

func (c *junitCase) skip(why string) { c.Skipped = &junitSkipped{xmlText(why)} }

// resultCase fails if the run does, and says why requests failed.
func resultCase(r *Report) junitCase {
	c := testCase("run", "passes")
	switch r.Result {
	case results.Pass:
	case results.Fail:
		lines := normalizeAll(r.Document.Failures)
		message := strings.Join(lines, "; ")
		for _, f := range r.failures() {
			lines = append(lines, f.sentence(results.MaxExcerptBody))
		}
		c.fail(message, lines...)
	case results.NotEvaluated:
		c.skip("the run has no thresholds: nothing was evaluated")
	default:
		c.skip("nothing failed so far, but the run did not finish")
	}
	return c
}

func validityCase(r *Report) junitCase {
	c := testCase("run", "is complete and its numbers may be trusted")
	if r.Verdict == results.Invalid || r.State != results.Finished {
		var lines []string
		for _, n := range r.Notices {
			if n.Level != "fail" {
				lines = append(lines, n.Title+" "+strings.Join(n.Reasons, "; "))
			}
		}
		c.fail(lines[0], lines...)
	} else if r.Verdict == results.Unknown {
		c.skip("the program that recorded these numbers did not record how it performed itself")
	}
	return c
}

func thresholdCase(r *Report, t results.ThresholdResult) junitCase {
	class := t.Target
	if part := cmp.Or(t.Request, t.Population); part != "" {
		class += "." + part
	}
	if t.Stage != "" {
		class += "@" + t.Stage
	}
	c := testCase(class, t.Threshold)
	if !t.Passed {
		var lines []string
		if t.Why != "" {
			lines = append(lines, t.Why)
		}
		for _, f := range r.failures() {
			if f.Target == t.Target && (t.Request == "" || f.Request == t.Request) {
				lines = append(lines, f.sentence(results.MaxExcerptBody))
			}
		}
		c.fail("measured "+measured(t), lines...)
	}
	return c
}

// gateSuite makes a test case of the gate's state, of whether it could evaluate the run
// at all, and of every metric that it evaluated. What it cannot know yet is skipped.
func gateSuite(r *Report) junitSuite {
	d := r.Gate
	armed := testCase("gate", "is armed")
	if d.State == compare.StateLearning || d.State == compare.StateBlind {
		armed.skip(d.Stated())
	}
	able := testCase("gate", "the run can be judged")
	if d.Outcome == compare.Refused {
		able.fail(string(d.Outcome), d.Notes...)
	}
	cases := []junitCase{armed, able}
	for _, g := range d.Gates {
		c := testCase(g.Target, fmt.Sprintf("%s against %s", g.Metric, d.Against))
		switch d.Result(g) {
		case "alarm":
			c.fail(g.Why)
			if g.Value != nil && g.Limit != nil {
				c.fail(g.Why, fmt.Sprintf("measured %.6g %s, the limit is %.6g", *g.Value, g.Unit, *g.Limit))
			}
		case "learning":
			c.skip(g.Why)
		}
		cases = append(cases, c)
	}
	for _, l := range d.Limits {
		c := testCase(l.Target, l.Threshold)
		if !l.Passed {
			c.fail(l.Why)
		}
		cases = append(cases, c)
	}
	s := r.suite(" gate", 0, cases)
	s.Properties = append([]junitProperty{{"state", xmlText(d.Stated())}}, s.Properties...)
	return s
}
