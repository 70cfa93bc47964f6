package report

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"

	"tollgate/pricing/escape"
	"tollgate/results"
)

type junitSuites struct {
	XMLName xml.Name     `xml:"testsuites"`
	Suites  []junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name      string      `xml:"name,attr"`
	Tests     int         `xml:"tests,attr"`
	Failures  int         `xml:"failures,attr"`
	Skipped   int         `xml:"skipped,attr,omitempty"`
	Time      string      `xml:"time,attr"`
	Timestamp string      `xml:"timestamp,attr"`
	Cases     []junitCase `xml:"testcase"`
}

type junitCase struct {
	Class   string        `xml:"classname,attr"`
	Name    string        `xml:"name,attr"`
	Failure *junitFailure `xml:"failure,omitempty"`
	Skipped *junitSkipped `xml:"skipped,omitempty"`
}

type junitSkipped struct {
	Message string `xml:"message,attr"`
}

type junitFailure struct {
	Message string `xml:"message,attr"`
	Text    string `xml:",chardata"`
}

// escape makes every text of the suite one that XML can hold.
func (s *junitSuite) escape() {
	s.Name = escape.XML(s.Name)
	for i := range s.Cases {
		c := &s.Cases[i]
		c.Class, c.Name = escape.XML(c.Class), escape.XML(c.Name)
		if c.Failure != nil {
			c.Failure = &junitFailure{escape.XML(c.Failure.Message), escape.XML(c.Failure.Text)}
		}
		if c.Skipped != nil {
			c.Skipped = &junitSkipped{escape.XML(c.Skipped.Message)}
		}
	}
}

// counted adds up the suite's cases.
func (s junitSuite) counted() junitSuite {
	s.Tests = len(s.Cases)
	for _, c := range s.Cases {
		if c.Failure != nil {
			s.Failures++
		}
		if c.Skipped != nil {
			s.Skipped++
		}
	}
	return s
}

// writeJUnit writes a test case for the run's validity, one for each threshold,
// and, where the gate was asked, one for each metric that it judged.
func writeJUnit(w io.Writer, r *Report) error {
	suite := junitSuite{
		Name:      r.Scenario,
		Time:      fmt.Sprintf("%.3f", r.Document.Seconds),
		Timestamp: r.Started.UTC().Format("2006-01-02T15:04:05"),
		Cases:     []junitCase{resultCase(r), validityCase(r)},
	}
	for _, t := range r.Thresholds {
		suite.Cases = append(suite.Cases, thresholdCase(r, t))
	}
	suites := []junitSuite{suite.counted()}
	if r.Gate != nil {
		suites = append(suites, gateSuite(r))
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	e := xml.NewEncoder(w)
	e.Indent("", "  ")
	for i := range suites {
		suites[i].escape()
	}
	if err := e.Encode(junitSuites{Suites: suites}); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

// resultCase fails where the run does, and says why requests failed.
func resultCase(r *Report) junitCase {
	c := junitCase{Class: "run", Name: "passes"}
	switch r.Result {
	case results.Pass:
	case results.Fail:
		lines := normalizeAll(r.Document.Failures)
		for _, f := range r.failures() {
			lines = append(lines, f.sentence(results.MaxExcerptBody))
		}
		c.Failure = &junitFailure{Message: strings.Join(normalizeAll(r.Document.Failures), "; "), Text: strings.Join(lines, "\n")}
	default:
		c.Skipped = &junitSkipped{Message: "nothing failed so far, but the run did not come to its end"}
	}
	return c
}

func validityCase(r *Report) junitCase {
	c := junitCase{Class: "run", Name: "is complete and its numbers may be trusted"}
	if r.Verdict == results.Invalid || r.State != results.Finished {
		var lines []string
		for _, n := range r.Notices {
			if n.Level != "fail" {
				lines = append(lines, n.Title+" "+strings.Join(n.Reasons, "; "))
			}
		}
		c.Failure = &junitFailure{Message: lines[0], Text: strings.Join(lines, "\n")}
	}
	return c
}

func thresholdCase(r *Report, t results.ThresholdResult) junitCase {
	c := junitCase{Class: t.Target, Name: t.Threshold}
	if t.Request != "" {
		c.Class += "." + t.Request
	}
	if !t.Passed {
		lines := []string{t.Why}
		for _, f := range r.failures() {
			if f.Target == t.Target && (t.Request == "" || f.Request == t.Request) {
				lines = append(lines, f.sentence(results.MaxExcerptBody))
			}
		}
		c.Failure = &junitFailure{Message: "measured " + measured(t), Text: strings.TrimSpace(strings.Join(lines, "\n"))}
	}
	return c
}
