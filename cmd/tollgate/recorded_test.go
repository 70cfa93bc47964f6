package main

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"tollgate/results"
	"tollgate/results/compare"
)

// Runs that earlier versions recorded open, and report, price and compare as they did
// then: beside each directory lies the report in CSV that its version printed.
func TestRunsOfEarlierVersionsReportAsTheyDid(t *testing.T) {
	goldens, err := filepath.Glob(filepath.Join("testdata", "recorded", "*.csv"))
	if err != nil || len(goldens) < 2 {
		t.Fatalf("%d recorded runs, %v", len(goldens), err)
	}
	for _, golden := range goldens {
		dir := strings.TrimSuffix(golden, ".csv")
		t.Run(filepath.Base(dir), func(t *testing.T) {
			reportsAsItDid(t, golden, dir)
			pricesAsItDid(t, dir)
			comparesAsItDid(t, dir)
			hasItsStages(t, dir)
		})
	}
}

func reportsAsItDid(t *testing.T, file, dir string) {
	t.Helper()
	read := func(data []byte) [][]string {
		t.Helper()
		rows, err := csv.NewReader(bytes.NewReader(data)).ReadAll()
		if err != nil || len(rows) < 5 {
			t.Fatalf("%d rows, %v", len(rows), err)
		}
		return rows
	}
	golden, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var out, problems bytes.Buffer
	if code := run(t.Context(), []string{"report", dir, "--format", "csv"}, strings.NewReader(""), &out, &problems); code != exitOK {
		t.Fatalf("exit %d: %s", code, problems.String())
	}
	want, got := read(golden), read(out.Bytes())
	column := map[string]int{}
	for i, name := range got[0] {
		column[name] = i
	}
	for i := range want[1:] {
		for k, name := range want[0] {
			at, ok := column[name]
			if !ok || got[i+1][at] != want[i+1][k] {
				t.Errorf("row %d, %s: %q is no longer there: %q", i+1, name, want[i+1][k], got[i+1])
			}
		}
	}
}

// hasItsStages finds the figures of each stage, which these versions did not have, and
// which add up to those of the run.
func hasItsStages(t *testing.T, dir string) {
	t.Helper()
	var out, problems bytes.Buffer
	if code := run(t.Context(), []string{"report", dir, "--format", "json"}, strings.NewReader(""), &out, &problems); code != exitOK {
		t.Fatalf("exit %d: %s", code, problems.String())
	}
	var d results.Document
	if err := json.Unmarshal(out.Bytes(), &d); err != nil {
		t.Fatal(err)
	}
	for _, target := range d.Targets {
		var requests, failed int64
		for _, f := range target.ByStage {
			requests, failed = requests+f.Requests, failed+f.Failed
		}
		if len(target.ByStage) != len(d.Stages) || requests != target.Requests || failed != target.Failed {
			t.Errorf("%s: %d of %d stages with %d requests, %d of them failed; the run has %d and %d", target.Name, len(target.ByStage), len(d.Stages), requests, failed, target.Requests, target.Failed)
		}
	}
}

// pricesAsItDid prices a copy of the run again: its months cost what run.json says.
func pricesAsItDid(t *testing.T, dir string) {
	t.Helper()
	months := func(document []byte) (usd []float64) {
		t.Helper()
		var d struct {
			Targets []struct {
				Bill struct {
					MonthUSD float64 `json:"month_usd"`
				}
			}
		}
		if err := json.Unmarshal(document, &d); err != nil {
			t.Fatal(err)
		}
		for _, target := range d.Targets {
			usd = append(usd, target.Bill.MonthUSD)
		}
		return usd
	}
	before, err := os.ReadFile(filepath.Join(dir, "run.json"))
	if err != nil {
		t.Fatal(err)
	}
	again := filepath.Join(t.TempDir(), filepath.Base(dir))
	if err := os.CopyFS(again, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	var out, problems bytes.Buffer
	if code := run(t.Context(), []string{"price", again, "--json"}, strings.NewReader(""), &out, &problems); code != exitOK {
		t.Fatalf("exit %d: %s", code, problems.String())
	}
	want, got := months(before), months(out.Bytes())
	if len(want) == 0 || want[0] == 0 || !slices.Equal(got, want) {
		t.Errorf("a month costs %v, was %v", got, want)
	}
}

func comparesAsItDid(t *testing.T, dir string) {
	t.Helper()
	before, err := compare.Read(dir)
	if err != nil || before == nil {
		t.Fatal(err)
	}
	now, err := withinRun(dir, "")
	if err != nil || len(now.Pairs) != len(before.Pairs) {
		t.Fatalf("%+v, %v", now, err)
	}
	for i, p := range before.Pairs {
		for _, e := range p.Effects {
			again := now.Pairs[i].Effect(e.Metric)
			decidedSince := e.Metric == compare.Dollars && e.Verdict == compare.Inconclusive                                                                          // two blocks are enough for costs by now
			if again == nil || again.Verdict != e.Verdict && !decidedSince || e.Base != nil && math.Abs(*again.Base / *e.Base - 1) > 1e-6 && *again.Base != *e.Base { // bills are kept with nine decimals
				t.Errorf("%s against %s, %s: %+v, was %+v", p.Head, p.Base, e.Metric, again, e)
			}
		}
	}
}
