package report

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"tollgate/results"
)

// TestEveryFormatSaysWhichTargetsWereModels: a figure of the lab that reaches a pull
// request or a spreadsheet must not be taken for one of AWS.
func TestEveryFormatSaysWhichTargetsWereModels(t *testing.T) {
	says := map[string]string{
		"text": "models on this machine, not aws: rest, http", "md": "models on this machine, not aws: rest, http", "comment": "models on this machine, not aws: rest, http", "slack": "models on this machine, not aws: rest, http", "badge": "models on this machine, not aws: rest, http", "html": "models on this machine, not aws: rest, http",
		"junit": "models on this machine, not aws: rest, http", "json": `"lab": true`, "csv": ",true\n", "benchfmt": "models: rest http\n",
	}
	for _, f := range Formats {
		for _, lab := range []bool{true, false} {
			m := newMaker("rest", "http")
			for i := range m.run.Document.Targets {
				m.run.Document.Targets[i].Lab = lab
				m.fill(i, 20e6, nil)
			}
			r, err := New(m.done(), nil, nil)
			if err != nil {
				t.Fatal(err)
			}
			var b bytes.Buffer
			if err := f.Write(&b, r); err != nil {
				t.Fatal(err)
			}
			if says[f.Name] == "" || strings.Contains(strings.ToLower(b.String()), says[f.Name]) != lab {
				t.Errorf("%s, lab %v: %q is there or not there, which is wrong:\n%.2000s", f.Name, lab, says[f.Name], b.String())
			}
		}
	}
}

func TestEveryTableWithTargetsSaysWhichWereModels(t *testing.T) {
	m := newMaker("rest", "=http")
	m.run.Document.Targets[0].Lab = false
	m.fill(0, 20e6, nil)
	m.fill(1, 20e6, map[results.Outcome]float64{results.Throttled: 0.5})
	r, err := New(m.done(), nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, table := range r.Tables() {
		var b bytes.Buffer
		if err := table.Write(&b); err != nil {
			t.Fatal(err)
		}
		for i, line := range strings.Split(strings.TrimSpace(b.String()), "\n") {
			want := ",model"
			if i > 0 {
				want = map[bool]string{true: ",true", false: ",false"}[strings.Contains(line, "=http")]
			}
			if strings.Contains(b.String(), "target") && !strings.HasSuffix(line, want) {
				t.Errorf("%s: %q does not end with %q", table.Name, line, want)
			}
		}
	}
}

// A claim about AWS that was checked at a model reads as what the model was given.
func TestAClaimCheckedAtAModelIsNeitherRightNorWrong(t *testing.T) {
	run := *frontDoors(t).Run
	run.Findings = slices.Clone(run.Findings)
	run.Findings[0].Checks = []results.Check{{Claim: "a REST API adds 10 to 25 ms", Source: results.Guides, About: "GET / with the key of rest", Measured: "6 ms", Holds: results.OfModel, Why: "less than claimed"}}
	r, err := New(&run, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"text": "model       a REST API adds 10 to 25 ms (common guides): the model was given 6 ms; GET / with the key of rest; less than claimed",
		"md":   "| model | a REST API adds 10 to 25 ms | common guides | the model was given 6 ms | GET / with the key of rest |",
		"html": "the model was given 6 ms",
	} {
		f, _ := FormatNamed(name)
		var b bytes.Buffer
		if err := f.Write(&b, r); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(b.String(), want) {
			t.Errorf("%s: %q is not in\n%s", name, want, b.String())
		}
	}
}
