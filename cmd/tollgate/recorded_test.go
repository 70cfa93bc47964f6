package main

import (
	"bytes"
	"encoding/csv"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tollgate/results/compare"
)

// A run that an earlier version recorded opens, and reports and compares as it did
// then: report.csv is what that version printed.
func TestARunOfAnEarlierVersionReportsAsItDid(t *testing.T) {
	folder := filepath.Join("testdata", "recorded")
	dir := filepath.Join(folder, "20261129T103409Z-smoke-9f89c2")
	read := func(data []byte) [][]string {
		t.Helper()
		rows, err := csv.NewReader(bytes.NewReader(data)).ReadAll()
		if err != nil || len(rows) < 5 {
			t.Fatalf("%d rows, %v", len(rows), err)
		}
		return rows
	}
	golden, err := os.ReadFile(filepath.Join(folder, "report.csv"))
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
			if again := now.Pairs[i].Effect(e.Metric); again == nil || again.Verdict != e.Verdict || e.Base != nil && math.Abs(*again.Base / *e.Base - 1) > 1e-6 && *again.Base != *e.Base { // bills are kept with nine decimals
				t.Errorf("%s against %s, %s: %+v, was %+v", p.Head, p.Base, e.Metric, again, e)
			}
		}
	}
}
