package history

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"tollgate/results/compare"
)

func TestNotesSayWhatGatesMakeOfARun(t *testing.T) {
	for _, row := range []struct {
		name                        string
		said                        []What
		alarmed, excluded, baseline bool
	}{
		{"an alarm stands until somebody says something", nil, true, false, false},
		{"a remark changes nothing", []What{Annotate}, true, false, false},
		{"an acknowledged alarm is history", []What{Acknowledge}, false, false, false},
		{"what is accepted is the new normal", []What{Accept}, false, false, true},
		{"what is excluded does not count", []What{Exclude}, true, true, false},
		{"the last word counts", []What{Exclude, Annotate, Accept}, false, false, true},
		{"in either direction", []What{Accept, Exclude}, false, true, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			folder := t.TempDir()
			dir := made(t, folder, "api", 0, nil)
			if err := (&compare.Decision{Version: compare.Version, Outcome: compare.Regression}).Write(dir); err != nil {
				t.Fatal(err)
			}
			x := opened(t, folder)
			for _, what := range row.said {
				if err := Add(dir, Note{began, "ada", what, "because"}); err != nil {
					t.Fatal(err)
				}
			}
			refreshed(t, x)
			e, err := x.Entry(t.Context(), filepath.Base(dir))
			if err != nil {
				t.Fatal(err)
			}
			if e.Alarmed != row.alarmed || e.Excluded != row.excluded || e.Baseline != row.baseline || len(e.Notes) != len(row.said) {
				t.Errorf("alarmed %v, excluded %v, baseline %v, %d notes", e.Alarmed, e.Excluded, e.Baseline, len(e.Notes))
			}
		})
	}
}

func TestANoteSaysWhoAndWhy(t *testing.T) {
	dir := made(t, t.TempDir(), "api", 0, nil)
	for name, note := range map[string]Note{
		"nobody":                     {began, "", Accept, "because"},
		"no reason":                  {began, "ada", Accept, " "},
		"a reason of several lines":  {began, "ada", Accept, "a\nb"},
		"a reason that is a book":    {began, "ada", Accept, strings.Repeat("x", 2001)},
		"something else":             {began, "ada", "approve", "because"},
		"a name that steers screens": {began, "\x1b[2J", Accept, "because"},
	} {
		if err := Add(dir, note); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if err := Add(t.TempDir(), Note{began, "ada", Accept, "because"}); err == nil {
		t.Error("a note in a folder that is no run: accepted")
	}
	if notes, err := Notes(dir); err != nil || notes != nil {
		t.Errorf("%v, %v", notes, err)
	}
}

func TestNotesAreNeverLostOrMixed(t *testing.T) {
	dir := made(t, t.TempDir(), "api", 0, nil)
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			if err := Add(dir, Note{began, "ada", Annotate, strings.Repeat("a remark ", 100)}); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if notes, err := Notes(dir); err != nil || len(notes) != 20 {
		t.Errorf("%d notes, %v", len(notes), err)
	}
	name := filepath.Join(dir, FileNotes)
	f, err := os.OpenFile(name, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteString(`{"at":"2026-`); err != nil { // the machine goes down
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	if notes, err := Notes(dir); err != nil || len(notes) != 20 {
		t.Errorf("after a torn line: %d notes, %v", len(notes), err)
	}
	if err := os.WriteFile(name, []byte("{\"who\":\"ada\"}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Notes(dir); err == nil || !strings.Contains(err.Error(), FileNotes+":1: ") {
		t.Errorf("a line that is no note: %v", err)
	}
}

func FuzzNotes(f *testing.F) {
	f.Add([]byte(`{"at":"2026-11-01T02:00:00Z","who":"ada","what":"accept","why":"new hardware"}` + "\n"))
	f.Add([]byte("{}\n{"))
	f.Fuzz(func(t *testing.T, data []byte) {
		notes, err := parseNotes(data)
		if err != nil {
			return
		}
		if slices.ContainsFunc(notes, func(n Note) bool { return n.check() != nil }) {
			t.Errorf("%q reads as a note that may not be written", data)
		}
	})
}
