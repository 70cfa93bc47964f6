package report

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"io"
	"reflect"
	"regexp"
	"strconv"
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
	case "slack":
		return json.Unmarshal([]byte(text), new(slackMessage))
	case "junit", "badge":
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
	for _, format := range []string{"md", "comment"} {
		if m := regexp.MustCompile(`(?i)<[a-z!/]`).FindString(withoutCode(written(t, format, r))); m != "" {
			t.Errorf("%s contains %q", format, m)
		}
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

// withoutCode is Markdown without its first comment and what folds a text, and without
// what stands between backquotes, which is shown as it is.
func withoutCode(text string) string {
	return regexp.MustCompile("`[^`\n]*`").ReplaceAllString(ownElements.ReplaceAllString(text, ""), "code")
}

// Each format is held against what its readers would act on.
func TestNoFormatActsOnWhatOthersWrote(t *testing.T) {
	acts := map[string]*regexp.Regexp{
		"text":    regexp.MustCompile(`(?m)^\s*::\pL|##\[|[\x00-\x09\x0b-\x1f\x7f\x{202a}-\x{202e}\x{2066}-\x{2069}]`),
		"md":      regexp.MustCompile(`(?im)^\s*::\pL|##\[|[\x00-\x09\x0b-\x1f\x{202e}]|<[a-z/]|\w://|www\.|@some|[^\\]\]\(`),
		"comment": actsInMarkdown,
		"html":    regexp.MustCompile(`(?i)[\x00-\x08\x0b-\x1f\x{202e}]|<(script|img|iframe|b|i|u)\b|<\w[^<>"]*\son\w+=`),
		"junit":   regexp.MustCompile(`[\x00-\x08\x0b-\x1f\x{202e}\x{fffe}\x{ffff}]`),
	}
	for _, name := range []string{"hostile-names", "hostile-words"} {
		r := hostile(t, name)
		for format, act := range acts {
			text := written(t, format, r)
			switch format {
			case "md", "comment":
				text = withoutCode(text)
			case "html": // the scenario stands in it as it is, within an element
				text = regexp.MustCompile(`(?s)<pre dir="auto">.*?</pre>`).ReplaceAllString(text, "")
			}
			if m := act.FindStringIndex(text); m != nil {
				t.Errorf("%s of %s has %q in %q", format, name, text[m[0]:m[1]], text[max(0, m[0]-60):min(len(text), m[1]+60)])
			}
		}
		for _, table := range append(r.Tables(), r.targetCSV()) {
			for _, row := range table.rows {
				for _, cell := range row {
					if _, err := strconv.ParseFloat(cell, 64); err != nil && regexp.MustCompile(`^[=+\-@\t\r＝＋－＠]|[\x00-\x1f\x{202e}]`).MatchString(cell) {
						t.Errorf("%s of %s: the cell %q is a formula, or steers", table.Name, name, cell)
					}
				}
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
		for format, number := range map[string]string{"text": "p50 ms", "md": "| target", "comment": "| target", "html": `id="answer"`, "junit": "p(99)", "csv": "250", "json": `"targets"`} {
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

func TestSummaryKeepsToTheWidthAndHasColorsOnlyOnRequest(t *testing.T) {
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

func TestJUnitTrustsNoNumbersWhoseGeneratorIsUnknown(t *testing.T) {
	m := newMaker("rest")
	m.fill(0, 20e6, nil)
	r, err := New(m.done(), nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	for verdict, skipped := range map[results.Verdict]bool{results.Valid: false, results.Unknown: true} {
		r.Verdict = verdict
		if c := validityCase(r); c.Failure != nil || (c.Skipped != nil) != skipped {
			t.Errorf("%s: failure %v, skipped %v", verdict, c.Failure, c.Skipped)
		}
	}
}
