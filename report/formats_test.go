package report

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"io"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"unicode"

	"tollgate/results"
)

func written(t *testing.T, name string, r *Report) string {
	t.Helper()
	f, ok := FormatNamed(name)
	if !ok {
		t.Fatalf("there is no format %q", name)
	}
	var b bytes.Buffer
	if err := f.Write(&b, r); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return b.String()
}

func TestEveryFormatSurvivesEveryHostileRun(t *testing.T) {
	for name := range hostiles {
		r := hostile(t, name)
		for _, f := range Formats {
			text := written(t, f.Name, r)
			if text == "" {
				t.Errorf("%s of %s is empty", f.Name, name)
			}
			if err := wellFormed(f.Name, text); err != nil {
				t.Errorf("%s of %s: %v", f.Name, name, err)
			}
		}
	}
}

// wellFormed reads a format as its readers do.
func wellFormed(format, text string) error {
	switch format {
	case "json":
		return json.Unmarshal([]byte(text), new(results.Document))
	case "csv":
		_, err := csv.NewReader(strings.NewReader(text)).ReadAll()
		return err
	case "junit":
		d := xml.NewDecoder(strings.NewReader(text))
		for {
			if _, err := d.Token(); err == io.EOF {
				return nil
			} else if err != nil {
				return err
			}
		}
	}
	return nil
}

func TestNamesCannotBecomeMarkup(t *testing.T) {
	r := hostile(t, "hostile-names")
	page := written(t, "html", r)
	if m := regexp.MustCompile(`(?i)<(script|img|iframe|link rel="stylesheet)|<style>\*`).FindString(page); m != "" {
		t.Errorf("the page contains %q", m)
	}
	if n := strings.Count(page, "<style>"); n != 1 {
		t.Errorf("the page has %d style elements", n)
	}
	if m := regexp.MustCompile(`(?i)<[a-z!/]`).FindString(strings.Replace(written(t, "md", r), "<!-- tollgate:", "", 1)); m != "" {
		t.Errorf("the Markdown contains %q", m)
	}
}

func TestNothingSteersTheTerminal(t *testing.T) {
	for name := range hostiles {
		r := hostile(t, name)
		for _, width := range []int{20, 80} {
			var b bytes.Buffer
			if err := Summary(&b, r, Terminal{Width: width, Detail: Full}); err != nil {
				t.Fatal(err)
			}
			for _, c := range b.String() {
				if c != '\n' && (unicode.IsControl(c) || unicode.Is(unicode.Cf, c)) {
					t.Errorf("%s at %d columns: the summary contains %q", name, width, c)
				}
			}
		}
	}
}

func TestSpreadsheetsSeeNoFormula(t *testing.T) {
	rows, err := csv.NewReader(strings.NewReader(written(t, "csv", hostile(t, "hostile-names")))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows {
		for _, cell := range row {
			if strings.HasPrefix(cell, "=") {
				t.Errorf("the cell %q is a formula", cell)
			}
		}
	}
}

func TestThePageAsksForNothingAndRunsNothing(t *testing.T) {
	page := written(t, "html", frontDoors(t))
	if !strings.Contains(page, `content="default-src 'none'; style-src 'unsafe-inline'; img-src data:;`) {
		t.Error("the page has no strict content security policy")
	}
	if m := regexp.MustCompile(`(?i)(src|href)="?(https?:|//)|url\(|@import|<script|\son[a-z]+=`).FindString(page); m != "" {
		t.Errorf("the page contains %q", m)
	}
	ids := map[string]bool{}
	for _, m := range regexp.MustCompile(`\sid="([^"]*)"`).FindAllStringSubmatch(page, -1) {
		if ids[m[1]] {
			t.Errorf("the id %q is there twice", m[1])
		}
		ids[m[1]] = true
	}
	for _, m := range regexp.MustCompile(`href="#([^"]*)"`).FindAllStringSubmatch(page, -1) {
		if !ids[m[1]] {
			t.Errorf("a link goes to #%s, which is not there", m[1])
		}
	}
	for _, m := range regexp.MustCompile(`aria-labelledby="([^"]*)"`).FindAllStringSubmatch(page, -1) {
		for _, id := range strings.Fields(m[1]) {
			if !ids[id] {
				t.Errorf("a label is %q, which is not there", id)
			}
		}
	}
}

func TestSectionsWithoutDataAreAbsent(t *testing.T) {
	page := written(t, "html", hostile(t, "nothing"))
	for _, id := range []string{"doors", "latency", "heat", "time", "reconciliation", "bill", "costs", "comparison"} {
		if strings.Contains(page, `id="`+id+`"`) || strings.Contains(page, `href="#`+id+`"`) {
			t.Errorf("the page of an empty run has a section %q", id)
		}
	}
	page = written(t, "html", frontDoors(t))
	last := 0
	for _, id := range []string{"answer", "doors", "latency", "heat", "time", "probe-2-cold-start", "probe-1-usage-plan", "reconciliation", "bill", "costs", "comparison", "thresholds", "method", "scenario", "environment", "glossary"} {
		at := strings.Index(page, `<section id="`+id+`"`)
		if at < last {
			t.Errorf("the section %q is missing or out of order", id)
		}
		last = at
	}
}

func TestAnUnfinishedRunSaysSoBeforeItsFirstNumber(t *testing.T) {
	for _, state := range []string{"torn", "interrupted"} {
		r := hostile(t, state)
		for format, number := range map[string]string{"text": "p50 ms", "md": "| target", "html": `id="answer"`, "junit": "p(99)", "csv": "250", "json": `"targets"`} {
			text := strings.ToLower(written(t, format, r))
			said, first := strings.Index(text, state), strings.Index(text, strings.ToLower(number))
			if format == "csv" {
				first = strings.LastIndex(text, "rest")
			}
			if said < 0 || first < 0 || said > first {
				t.Errorf("%s of a run that is %s says so at %d, its numbers begin at %d", format, state, said, first)
			}
		}
	}
}

func TestJSONIsTheDocumentWithWhatWasObservedAndBilled(t *testing.T) {
	r := frontDoors(t)
	var got results.Document
	if err := json.Unmarshal([]byte(written(t, "json", r)), &got); err != nil {
		t.Fatal(err)
	}
	if len(got.Targets) != 4 || got.Targets[0].Observed == nil || got.Targets[0].Bill == nil {
		t.Fatal("the document lacks targets, or what belongs to them")
	}
	if !reflect.DeepEqual(got.Targets[2].Latency, r.Document.Targets[2].Latency) || got.Verdict != results.Valid {
		t.Error("the document does not come back as it was written")
	}
}

func TestJUnitFailsWhereAThresholdOrTheRunDid(t *testing.T) {
	for name, want := range map[string]int{"torn": 1, "nothing": 6} {
		var got junitSuites
		if err := xml.Unmarshal([]byte(written(t, "junit", hostile(t, name))), &got); err != nil {
			t.Fatal(err)
		}
		if s := got.Suites[0]; s.Failures != want || s.Tests != 6 {
			t.Errorf("%s: %d of %d test cases failed, want %d of 6", name, s.Failures, s.Tests, want)
		}
	}
}

func TestSummaryKeepsToTheWidthAndColoursOnlyWhenAsked(t *testing.T) {
	r := frontDoors(t)
	for _, width := range []int{40, 60, 80, 120} {
		var b bytes.Buffer
		if err := Summary(&b, r, Terminal{Width: width, Detail: Full}); err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(b.String()) {
			if n := len([]rune(strings.TrimRight(line, "\n"))); n > width && !strings.HasPrefix(line, "report ") {
				t.Errorf("at %d columns a line has %d: %s", width, n, line)
			}
		}
		if strings.Contains(b.String(), "\x1b") {
			t.Error("colours without being asked for")
		}
	}
	var b bytes.Buffer
	if err := Summary(&b, r, Terminal{Detail: None}); err != nil || b.Len() > 0 {
		t.Errorf("no detail wrote %d bytes, %v", b.Len(), err)
	}
}
