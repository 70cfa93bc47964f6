package report

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

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
