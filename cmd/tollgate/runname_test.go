package main

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"tollgate/results"
)

func TestTheLatestRunIsAllOfOneThatWasContinued(t *testing.T) {
	const (
		first  = "20261130T100000Z-api-aaaaaa"
		other  = "20261130T100100Z-api-bbbbbb"
		added  = "20261130T100200Z-api-cccccc"
		merged = "20261130T100000Z-api-merged-dddddd"
	)
	folder := t.TempDir()
	for name, document := range map[string]string{
		first:  `{"started": "2026-11-30T10:00:00Z"}`,
		other:  `{"started": "2026-11-30T10:01:00Z"}`,
		added:  `{"started": "2026-11-30T10:02:00.5Z"}`,
		merged: `{"started": "2026-11-30T10:00:00Z", "merged": ["` + first + `", "` + added + `"]}`,
	} {
		dir := filepath.Join(folder, name)
		if err := os.Mkdir(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, results.FileRun), []byte(document), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if got, want := runsIn(folder), []string{merged, added, other, first}; !slices.Equal(got, want) {
		t.Errorf("runs, newest first: %q, want %q", got, want)
	}
}
