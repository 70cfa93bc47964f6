package report

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"tollgate/results"
)

// several is a run of two doors with so many requests each.
func several(t *testing.T, requests int) *Report {
	t.Helper()
	m := newMaker("rest", "http")
	m.run.Document.Requests = nil
	for i := range requests {
		m.run.Document.Requests = append(m.run.Document.Requests, fmt.Sprintf("request-%02d", i))
	}
	for i := range 400 {
		for target := range uint16(2) {
			g := results.Group{Target: target, Request: uint16(i % requests)}
			m.sample(g, time.Duration(i)*time.Millisecond, time.Duration(5+i%requests)*time.Millisecond, results.OK)
		}
	}
	return reported(t, m.done(), nil)
}

func summarised(t *testing.T, r *Report, term Terminal) string {
	t.Helper()
	var b bytes.Buffer
	if err := Summary(&b, r, term); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestRequestsHaveRowsOfTheirOwn(t *testing.T) {
	text := summarised(t, several(t, 3), Terminal{Width: 80, Detail: Compact})
	for _, want := range []string{`(?m)^rest +all +`, `(?m)^http +request-02 +`, `(?s)http +all.*rest +request-00.*http +request-00.*rest +request-01`} {
		if !regexp.MustCompile(want).MatchString(text) {
			t.Errorf("the summary lacks %s:\n%s", want, text)
		}
	}
	many := several(t, 30)
	if text := summarised(t, many, Terminal{Width: 80, Detail: Compact}); strings.Contains(text, "request-07") {
		t.Error("a compact summary has sixty rows")
	}
	if text := summarised(t, many, Terminal{Width: 80, Detail: Full}); !strings.Contains(text, "request-07") {
		t.Error("a full summary lacks requests")
	}
	if text := summarised(t, hostile(t, "torn"), Terminal{Detail: Full}); strings.Contains(text, " all ") {
		t.Error("a run of one request has a column for it")
	}
}

// TestEveryFactIsOnOneLine is what grep needs: nothing is wrapped where there is
// no terminal.
func TestEveryFactIsOnOneLine(t *testing.T) {
	text := summarised(t, frontDoors(t), Terminal{Detail: Full})
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, " ") {
			t.Errorf("a line continues another: %q", line)
		}
	}
	if !regexp.MustCompile(`(?m)^summary +At the median .* of requests\.$`).MatchString(text) {
		t.Error("the summary is not one line")
	}
	wide := summarised(t, frontDoors(t), Terminal{Width: 400, Detail: Full})
	for line := range strings.Lines(wide) {
		if n := len([]rune(line)); n > widest+1 {
			t.Errorf("on a very wide terminal prose has %d columns: %s", n, line)
		}
	}
}

// A compact summary of four front doors fits on a screen, whatever it says of them.
func TestACompactSummaryFitsOnAScreen(t *testing.T) {
	r := copied(frontDoors(t))
	r.Run.Findings = nil
	r.Verdict, r.Reasons = results.Suspect, nil
	for _, d := range r.Doors {
		r.Reasons = append(r.Reasons, d.Name+": the load generator sent requests 3.96 ms late at p99, which is 15% of the p99 response time of 25.8 ms")
	}
	r.Notices = notices(r.Document)
	r.Answer = slices.DeleteFunc(slices.Clone(r.Answer), func(s string) bool {
		return strings.HasPrefix(s, "Requests failed") || strings.HasPrefix(s, "The measurement")
	})
	r.Answer = append(r.Answer, trustIn(r.Document))
	text := summarised(t, r, Terminal{Width: 100, Detail: Compact})
	lines, wrong := 0, false
	for line := range strings.Lines(text) { // what went wrong comes on top
		if !strings.HasPrefix(line, " ") {
			wrong = strings.HasPrefix(line, "FAIL  ") || strings.HasPrefix(line, "failed ")
		}
		if !wrong {
			lines++
		}
	}
	if lines > 25 {
		t.Errorf("a compact summary has %d lines:\n%s", lines, text)
	}
	for line := range strings.Lines(text) {
		if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n > 100 {
			t.Errorf("a line has %d columns: %s", n, line)
		}
	}
	for _, want := range []string{"FAIL ", "late at p99, which is 15% of the p99 response time of 25.8 ms; the like at http, function and alb", "not AWS", "failed ", "summary ", "--summary full"} {
		if !strings.Contains(strings.Join(strings.Fields(text), " ")+" ", want) {
			t.Errorf("it lacks %q:\n%s", want, text)
		}
	}
}

func TestChecksThatHoldAreCounted(t *testing.T) {
	r := copied(frontDoors(t))
	f := &r.Run.Findings[0]
	f.Checks = nil
	for i := range 12 {
		f.Checks = append(f.Checks, results.Check{Claim: fmt.Sprint("claim ", i), Source: "a guide", Measured: "as claimed", Holds: "yes"})
	}
	f.Checks = append(f.Checks, results.Check{Claim: "another", Source: "a guide", Measured: "otherwise", Holds: "no"})
	compact, full := summarised(t, r, Terminal{Detail: Compact}), summarised(t, r, Terminal{Detail: Full})
	if strings.Contains(compact, "claim 3") || !strings.Contains(compact, "holds       12 of 13 as documented") || !strings.Contains(compact, "WRONG       another") {
		t.Errorf("not the one that does not hold, and how many do:\n%s", compact)
	}
	if !strings.Contains(full, "claim 3") {
		t.Error("a full summary lacks a check")
	}
}

// copied is a report of a fixture that a test may change.
func copied(r *Report) *Report {
	c, run := *r, *r.Run
	run.Findings = slices.Clone(run.Findings)
	c.Run = &run
	return &c
}
