package report

import (
	"bytes"
	"encoding/csv"
	"slices"
	"strings"
	"testing"
)

func TestTablesAreThereWhereThereIsData(t *testing.T) {
	names := func(r *Report) (ns []string) {
		for _, table := range r.Tables() {
			ns = append(ns, table.Name)
		}
		return ns
	}
	all := []string{"targets", "clocks", "stages", "outcomes", "failures", "time", "findings", "comparison", "bill", "break-even", "map", "thresholds"}
	if got := names(frontDoors(t)); !slices.Equal(got, all) {
		t.Errorf("tables %q, want %q", got, all)
	}
	if got := names(hostile(t, "nothing")); !slices.Equal(got, []string{"targets", "thresholds"}) {
		t.Errorf("an empty run has the tables %q", got)
	}
}

func TestTablesAreRectangularAndHoldNoFormula(t *testing.T) {
	for _, table := range hostile(t, "hostile-names").Tables() {
		var b bytes.Buffer
		if err := table.Write(&b); err != nil {
			t.Fatal(err)
		}
		rows, err := csv.NewReader(&b).ReadAll() // wants every row as long as the first
		if err != nil {
			t.Errorf("%s: %v", table.Name, err)
		}
		for _, row := range rows {
			for _, cell := range row {
				if strings.HasPrefix(cell, "=") {
					t.Errorf("%s: the cell %q is a formula", table.Name, cell)
				}
			}
		}
	}
}

func TestFindingsAndComparisonsAreTables(t *testing.T) {
	r := frontDoors(t)
	for _, format := range []string{"text", "md", "html"} {
		text := strings.Join(strings.Fields(written(t, format, r)), " ")
		for _, want := range []string{"The door refills 100 tokens a second", "12 of 400 responses waited", "faster"} {
			if !strings.Contains(text, want) {
				t.Errorf("%s lacks %q", format, want)
			}
		}
	}
}
