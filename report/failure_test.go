package report

import (
	"bytes"
	"encoding/csv"
	"encoding/xml"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"tollgate/results"
)

// failedRun is a run over two doors: one answers 404 to everything, the other
// cannot be reached at times.
func failedRun(t *testing.T) *Report {
	t.Helper()
	m := newMaker("rest", "http")
	m.fill(0, 5*time.Millisecond, map[results.Outcome]float64{results.ClientError: 1})
	m.fill(1, 5*time.Millisecond, map[results.Outcome]float64{results.Broken: 0.1, results.TimedOut: 0.05})
	return reported(t, m.done("p(99) < 100ms", "error_share < 0.1%"), nil)
}

func TestEveryFormatNamesStatusCodesAndErrorsWithTheFirstOfEach(t *testing.T) {
	r := failedRun(t)
	for _, format := range []string{"text", "md", "html", "junit"} {
		text := written(t, format, r)
		for _, want := range []string{"404 Not Found", "no connection", "timeout", "connection refused", "answer of status 404", "timeout after 10s waiting for the response", "7,500"} {
			if !strings.Contains(text, want) {
				t.Errorf("%s does not say %q", format, want)
			}
		}
		if m := regexp.MustCompile(`\b(other )?[45]xx\b`).FindString(text); m != "" && format != "html" { // the picture over time is by class
			t.Errorf("%s says %q, and not which", format, m)
		}
	}
	var compact bytes.Buffer
	if err := Summary(&compact, r, Terminal{Width: 80, Detail: Compact}); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(compact.String(), "7,500 × 404 Not Found") {
		t.Errorf("the compact summary does not count 404:\n%s", compact.String())
	}
	rows, err := csv.NewReader(strings.NewReader(written(t, "csv", r))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if got := rows[1][slices.Index(rows[0], "failures")]; got != "404:7500" {
		t.Errorf("the CSV counts %q", got)
	}
}

func TestTheResultLeadsInEveryFormat(t *testing.T) {
	r := failedRun(t)
	starts := map[string]string{
		"text":  "FAIL, MEASUREMENT VALID\n",
		"md":    "<!-- tollgate:front-doors -->\n## front-doors: fail, measurement valid\n",
		"csv":   "run_result,run_state,run_verdict,",
		"junit": xml.Header + "<testsuites>\n  <testsuite name=\"front-doors\" tests=\"6\" failures=\"",
	}
	for format, want := range starts {
		if text := written(t, format, r); !strings.HasPrefix(text, want) {
			t.Errorf("%s begins %.200q, want %q", format, text, want)
		}
	}
	page := written(t, "html", r)
	top, _, _ := strings.Cut(page, "<nav")
	for _, want := range []string{"<title>FAIL: front-doors", `<span class="badge bad">Fail</span>`, `<span class="badge good">measurement valid</span>`, `rel="icon" href="data:image/svg`, "threshold error_share &lt; 0.1% at http (measured 1", "rest: not one of 7,500 requests succeeded"} {
		if !strings.Contains(top, want) {
			t.Errorf("the page does not say %q before its contents:\n%s", want, top[strings.Index(top, "<body"):])
		}
	}
}

func TestOnlyAPassIsGreen(t *testing.T) {
	for _, row := range []struct {
		result  results.Result
		state   results.State
		verdict results.Verdict
		tone    string
		text    string
	}{
		{results.Pass, results.Finished, results.Valid, "good", "pass, measurement valid"},
		{results.NotEvaluated, results.Finished, results.Unknown, "warn", "not evaluated, load generator unknown"},
		{results.Pass, results.Finished, results.Invalid, "good", "pass, measurement invalid"},
		{results.Fail, results.Finished, results.Valid, "bad", "fail, measurement valid"},
		{results.Fail, results.Aborted, results.Suspect, "bad", "fail, aborted, measurement suspect"},
		{results.Incomplete, results.Torn, results.Valid, "warn", "incomplete, torn, measurement valid"},
		{"", results.Finished, "", "bad", "no result, measurement not checked"},
		{"<b>", "<i>", "<u>", "bad", "no result, , measurement not checked"},
	} {
		doc := results.Document{Result: row.result, State: row.state, Verdict: row.verdict}
		p := &page{Report: &Report{Document: doc}}
		if got := p.Tone(); got != row.tone || headline(doc) != row.text {
			t.Errorf("%v is %q in %s, want %q in %s", row, headline(doc), got, row.text, row.tone)
		}
	}
}

// Runs that were summed up before causes were counted have theirs from the
// counts of status codes and errors.
func TestOlderRunsNameStatusCodesToo(t *testing.T) {
	r := failedRun(t)
	r.Doors = slices.Clone(r.Doors)
	for i := range r.Doors {
		r.Doors[i].Failures = nil
	}
	for _, want := range []string{"7,500 × 404 Not Found", "no connection", "timeout"} {
		if text := written(t, "text", r); !strings.Contains(text, want) {
			t.Errorf("the text does not say %q", want)
		}
	}
}

// What the load generator failed to send is a share of what was due: it is not among
// the requests that the target received.
func TestTheShareOfTheLoadGeneratorsErrorsIsOfWhatWasDue(t *testing.T) {
	d := Door{TargetDoc: results.TargetDoc{
		Name:     "rest",
		Figures:  results.Figures{Requests: 100, Errors: map[string]int64{"generator": 300, "timeout": 10}},
		Failures: []results.FailureDoc{{Request: "a", Error: "generator", Count: 300}, {Request: "a", Error: "timeout", Count: 10}},
	}}
	for i, want := range []string{"300 × error of the load generator (75%)", "10 × timeout (10%)"} {
		if got := failureRows(d)[i].sentence(80); !strings.Contains(got, want) {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// A cause names the check that failed; what it saw comes with the first response.
func TestCausesNameTheCheckThatFailed(t *testing.T) {
	d := Door{TargetDoc: results.TargetDoc{
		Name: "rest", Figures: results.Figures{Requests: 100},
		Failures: []results.FailureDoc{
			{Request: "a", Status: 200, Check: "header content-type: want application/json", Count: 10, First: &results.FirstDoc{At: 1, Excerpt: results.Excerpt{Detail: "got text/html", Body: "<html>"}}},
			{Request: "a", Status: 200, Check: "body: want it to contain ok", Count: 5, First: &results.FirstDoc{At: 1, Excerpt: results.Excerpt{Detail: "got no body"}}},
			{Request: "a", Status: 302, Check: "want 2xx", Count: 1},
			{Request: "a", Status: 302, Count: 1},
		},
	}}
	for i, want := range []string{
		"rest: 10 × 200 OK, header content-type: want application/json (10%); first after 1.00 s: got text/html; body: <html>",
		"rest: 5 × 200 OK, body: want it to contain ok (5.00%); first after 1.00 s: got no body",
		"rest: 1 × 302 Found, want 2xx (1.00%)",
		"rest: 1 × 302 Found, not as expected (1.00%)",
	} {
		if got := failureRows(d)[i].sentence(80); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	if got, want := causes(d.Failures[2:]), "302?want+2xx:1 302:1"; got != want {
		t.Errorf("the CSV counts %q, want %q", got, want)
	}
}

func TestAStatusCodeAndAnErrorOfOneRequestAreSaidToBeBoth(t *testing.T) {
	t.Parallel()
	for want, f := range map[string]results.Figures{
		"12 × 200 OK, 6 × malformed response (6 count twice: a status code, and then the error)": {Requests: 12, Status: map[string]int64{"200": 12}, Errors: map[string]int64{"malformed": 6}},
		"12 × 200 OK, 6 × timeout": {Requests: 18, Status: map[string]int64{"200": 12}, Errors: map[string]int64{"timeout": 6}},
		"12 × 200 OK, 1 × " + errorTitle("cancelled") + ", 2 × " + errorTitle("generator"): {Requests: 12, Status: map[string]int64{"200": 12}, Errors: map[string]int64{"generator": 2, "cancelled": 1}},
	} {
		if got := statusLine(f); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}
