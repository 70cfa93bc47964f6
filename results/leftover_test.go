package results

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// TestWritingAFileRemovesWhatAKilledProcessLeft has files beside the one that is
// written, some of them old.
func TestWritingAFileRemovesWhatAKilledProcessLeft(t *testing.T) {
	for _, row := range []struct {
		fact  string
		write func(dir string) error
		want  []string
	}{
		{"a file of a run", func(dir string) error { return WriteFile(dir, FileRun, []byte("{}")) }, []string{".notes-1", ".run.json-456", ".run.jsonl", "run.json", "run.json-1"}},
		{"any file", func(dir string) error { return Replace(filepath.Join(dir, FileRun), []byte("{}")) }, []string{".bill.json-1", ".notes-1", ".run.json-456", ".run.jsonl", "run.json", "run.json-1"}},
	} {
		t.Run(row.fact, func(t *testing.T) {
			dir := t.TempDir()
			long := time.Now().Add(-2 * leftAfter)
			for name, old := range map[string]bool{
				".run.json-123": true,  // left behind
				".bill.json-1":  true,  // left behind, for another file
				".run.json-456": false, // being written
				".run.jsonl":    true,  // somebody's own
				".notes-1":      true,  // somebody's own
				"run.json-1":    true,  // not hidden
			} {
				file := filepath.Join(dir, name)
				if err := os.WriteFile(file, []byte("{"), 0o600); err != nil {
					t.Fatal(err)
				}
				if old {
					if err := os.Chtimes(file, long, long); err != nil {
						t.Fatal(err)
					}
				}
			}
			if err := row.write(dir); err != nil {
				t.Fatal(err)
			}
			entries, err := os.ReadDir(dir)
			if err != nil {
				t.Fatal(err)
			}
			var names []string
			for _, e := range entries {
				names = append(names, e.Name())
			}
			if !slices.Equal(names, row.want) {
				t.Errorf("there are %q, want %q", names, row.want)
			}
		})
	}
}

// A user who may write to /dev could replace a device by renaming a file over it.
func TestADeviceIsWrittenToAndStays(t *testing.T) {
	before, err := os.Stat(os.DevNull)
	if err != nil || before.Mode()&os.ModeDevice == 0 {
		t.Skip("this system has no null device in its files")
	}
	if err := Replace(os.DevNull, []byte("{}")); err != nil {
		t.Error(err)
	}
	if after, err := os.Stat(os.DevNull); err != nil || after.Mode() != before.Mode() {
		t.Errorf("the null device has become %v, %v", after.Mode(), err)
	}
}
