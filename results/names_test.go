package results

import "testing"

// No name of a run is a formula in seconds.csv, and each is read again as it was.
func TestNamesInCSVAreNoFormulas(t *testing.T) {
	all := []string{"=1+1", "'=1+1", "+1", "-1", "@SUM(A1)", "＝1", "'", "''a", "get", " =1", "a=b"}
	for i, name := range all {
		cell := quoted(name)
		if plain := name == "get" || name == "a=b"; plain != (cell == name) || !plain && cell[0] != '\'' {
			t.Errorf("%q is written as %q", name, cell)
		}
		if got, err := named(all, cell); err != nil || int(got) != i {
			t.Errorf("%q is read as number %d, want %d: %v", cell, got, i, err)
		}
	}
	if got, err := named([]string{"'old"}, "'old"); err != nil || got != 0 {
		t.Errorf("a name of an earlier version: %d, %v", got, err)
	}
}
