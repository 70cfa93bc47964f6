package history

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"strings"
	"testing"

	"golang.org/x/perf/benchfmt"

	"tollgate/results"
	"tollgate/results/compare"
)

// exported is what a format makes of three runs of two scenarios.
func exported(t *testing.T, name string) []byte {
	t.Helper()
	folder := t.TempDir()
	made(t, folder, "front doors", 0, results.Tags{"commit": "aaa111", "Team": "=shop"})
	made(t, folder, "front doors", 1, results.Tags{"commit": "bbb222"})
	made(t, folder, "chat", 2, nil)
	entries, err := opened(t, folder).Find(t.Context(), Filter{})
	if err != nil {
		t.Fatal(err)
	}
	f, err := FormatNamed(name)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := f.Write(&b, entries); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestBenchstatReadsTheHistory(t *testing.T) {
	text := exported(t, "benchfmt")
	r := benchfmt.NewReader(bytes.NewReader(text), "history")
	results, units := 0, 0
	var names, commits []string
	for r.Scan() {
		switch rec := r.Result().(type) {
		case *benchfmt.Result:
			results++
			names = append(names, string(rec.Name))
			commits = append(commits, rec.GetConfig("commit"))
			if p50, ok := rec.Value("p50-ms"); !ok || p50 < 9 || p50 > 14 || rec.Iters != 100 {
				t.Errorf("%s: p50 %v, %v; %d requests", rec.Name, p50, ok, rec.Iters)
			}
		case *benchfmt.UnitMetadata:
			units++
		case *benchfmt.SyntaxError:
			t.Error(rec)
		}
	}
	if err := r.Err(); err != nil {
		t.Error(err)
	}
	if results != 6 || units < 9 {
		t.Errorf("%d results and %d units in\n%s", results, units, text)
	}
	if got := strings.Join(names[:2], " "); got != "Front_doors/target=rest Front_doors/target=http" {
		t.Errorf("names %q", got)
	}
	if got := strings.Join(commits, " "); got != "aaa111 aaa111 bbb222 bbb222  " {
		t.Errorf("commits %q", got)
	}
}

func TestSpreadsheetsReadTheHistory(t *testing.T) {
	rows, err := csv.NewReader(bytes.NewReader(exported(t, "csv"))).ReadAll()
	if err != nil || len(rows) != 7 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	head := strings.Join(rows[0], " ")
	for _, column := range []string{"run ", " commit ", " target ", " p99_ms ", " goodput_per_s ", " error_share ", " usd_per_million ", " month_usd"} {
		if !strings.Contains(head, column) {
			t.Errorf("no column %q in %q", column, head)
		}
	}
	if rows[1][2] != "chat" || rows[3][6] != "bbb222" {
		t.Errorf("rows %q", rows[1:4])
	}
}

func TestJSONHasEverything(t *testing.T) {
	var entries []Entry
	if err := json.Unmarshal(exported(t, "json"), &entries); err != nil || len(entries) != 3 {
		t.Fatalf("%d entries, %v", len(entries), err)
	}
	if e := entries[2]; e.Tags["Team"] != "=shop" || len(e.Values) == 0 || e.State != results.Finished || len(e.Targets) != 2 {
		t.Errorf("%+v", e)
	}
}

func TestTheBenchmarkActionReadsTheNewestRunOfEachScenario(t *testing.T) {
	var all []smaller
	if err := json.Unmarshal(exported(t, "customSmallerIsBetter"), &all); err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, s := range all {
		if s.Name == "" || s.Unit == "" || seen[s.Name] || strings.Contains(s.Name, "goodput") {
			t.Errorf("%+v", s)
		}
		seen[s.Name] = true
	}
	if !seen["front doors/rest/p50"] || !seen["chat/http/p90"] {
		t.Errorf("%+v", all)
	}
}

func TestFormatsThatDoNotExist(t *testing.T) {
	if _, err := FormatNamed("xlsx"); err == nil || !strings.Contains(err.Error(), "csv, json, benchfmt") {
		t.Errorf("got %v", err)
	}
}

func TestTheHistorySaysWhichTargetsWereModels(t *testing.T) {
	e := Entry{RunValues: compare.RunValues{
		Run: "a", Scenario: "api", Models: []string{"rest"},
		Values: []compare.Value{{Target: "rest", Metric: compare.P50, Value: 6, N: 10}, {Target: "http", Metric: compare.P50, Value: 3, N: 10}},
	}, Targets: []string{"rest", "http"}}
	for format, want := range map[string]string{
		"csv": ",true\na,", "json": `"models": [`, "benchfmt": "models: rest\n", "customSmallerIsBetter": "run a, a model, not AWS",
	} {
		f, err := FormatNamed(format)
		if err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		if err := f.Write(&b, []Entry{e}); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(b.String(), want) {
			t.Errorf("%s: %q is not in\n%s", format, want, b.String())
		}
	}
}
