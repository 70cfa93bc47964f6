package results

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

func aFinding() Finding {
	return Finding{
		Probe: "usage-plan", Title: "Usage plan", Target: "rest", Verdict: Valid, Reasons: []string{},
		Conclusion: "A token bucket of 100/s with a burst of 50.",
		Values: map[string]Value{
			"rate":    Between(100, 99.5, 100.5, "per_s", "interval from accepted and refused requests"),
			"refused": Exactly(17, "count", "counted"),
		},
		Assumptions: []string{"nobody else used the key"},
		Checks:      []Check{{Claim: "rate 100/s", Source: "the scenario", Measured: "100/s", Holds: "yes", Must: true}},
		Tables:      []Table{{Title: "bursts", Columns: []string{"burst", "passes"}, Rows: [][]string{{"100", "50"}}}},
		Series:      []Series{{Name: "accepted", X: "time (s)", Y: "requests", Points: [][2]float64{{0, 1}, {1, 2}}}},
		Requests:    300, Seconds: 12.5,
	}
}

func TestFindingsAreReadAsTheyWereWritten(t *testing.T) {
	dir, want := t.TempDir(), []Finding{aFinding()}
	if err := WriteFindings(dir, want); err != nil {
		t.Fatal(err)
	}
	got, err := readFindings(os.DirFS(dir))
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("read %+v, %v", got, err)
	}
	data, err := os.ReadFile(filepath.Join(dir, FileFindings))
	if err != nil {
		t.Fatal(err)
	}
	if err := validateBy(t, FindingsSchema(), data); err != nil {
		t.Errorf("%v\n%s", err, data)
	}
	for what, change := range map[string][2]string{
		"a wrong verdict":       {`"verdict": "valid"`, `"verdict": "good"`},
		"a value without unit":  {`"unit": "count"`, `"unit": "furlongs"`},
		"an unknown key":        {`"conclusion":`, `"Conclusion":`},
		"a check that may hold": {`"holds": "yes"`, `"holds": "perhaps"`},
	} {
		broken := strings.Replace(string(data), change[0], change[1], 1)
		if broken == string(data) || validateBy(t, FindingsSchema(), []byte(broken)) == nil {
			t.Errorf("%s passes the schema", what)
		}
	}
}

func TestARunWithoutProbesHasNoFindings(t *testing.T) {
	if got, err := readFindings(os.DirFS(t.TempDir())); got != nil || err != nil {
		t.Errorf("%v, %v", got, err)
	}
}

func TestWhatNoProbeConcludesIsRefused(t *testing.T) {
	zero := 0.0
	for name, change := range map[string]func(*Finding){
		"a verdict that does not exist": func(f *Finding) { f.Verdict = "good" },
		"no conclusion":                 func(f *Finding) { f.Conclusion = "" },
		"a value that is no number":     func(f *Finding) { f.Values["x"] = Exactly(zero/zero, "ms", "m") },
		"a bound without end":           func(f *Finding) { f.Values["x"] = Between(1, -1/zero, 2, "ms", "m") },
		"a series without end":          func(f *Finding) { f.Series[0].Points = make([][2]float64, MaxPoints+1) },
	} {
		f := aFinding()
		change(&f)
		if err := WriteFindings(t.TempDir(), []Finding{f}); err == nil {
			t.Errorf("%s is written", name)
		}
	}
}

func TestAnInvalidFindingMakesTheRunInvalid(t *testing.T) {
	run, err := Open(recorded(t, 4, Finished))
	if err != nil {
		t.Fatal(err)
	}
	f := aFinding()
	f.Verdict, f.Reasons = Invalid, []string{"the generator was late"}
	run.Findings = []Finding{f}
	verdict, reasons := verdict(run, total(run))
	if verdict != Invalid || !strings.Contains(strings.Join(reasons, "\n"), "probe usage-plan at rest: the generator was late") {
		t.Errorf("%s: %q", verdict, reasons)
	}
}

func FuzzFindings(f *testing.F) {
	data, err := json.Marshal(Findings{Version: FindingsVersion, Findings: []Finding{aFinding()}})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Fuzz(func(t *testing.T, data []byte) {
		all, err := ParseFindings(data)
		if err != nil {
			return
		}
		if err := WriteFindings(t.TempDir(), all); err != nil {
			t.Errorf("what was read cannot be written: %v", err)
		}
	})
}
