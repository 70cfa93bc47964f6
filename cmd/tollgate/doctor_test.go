package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tollgate/scenarios/doctor"
)

// The README's list of permissions is that of the table.
func TestTheREADMEListsThePermissionsThatAreAskedFor(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join("..", "..", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(text), "\n"+doctor.PermissionsTable()+"\n") {
		t.Errorf("the README needs this list:\n%s", doctor.PermissionsTable())
	}
}
