//go:build unix

package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// borrow makes a copy of a run, whose files are hard links: making files is most of what
// a copy costs. A command replaces the files of a run and never writes into them, so
// the original stays as it is; that is checked at the end of the test.
func borrow(t *testing.T, to, from string) {
	t.Helper()
	lent, err := linked(to, from)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		for file, was := range lent {
			if now, err := os.Stat(file); err != nil || now.Size() != was.size || !now.ModTime().Equal(was.changed) {
				t.Errorf("%s was written through its copy %s: %v, %v", file, to, now, err)
			}
		}
	})
}

// A written is what shows that a file was written.
type written struct {
	size    int64
	changed time.Time
}

// linked makes the links, and returns what the files are.
func linked(to, from string) (map[string]written, error) {
	lent := map[string]written{}
	return lent, filepath.WalkDir(from, func(file string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(from, file)
		if err != nil {
			return err
		}
		if e.IsDir() {
			return os.MkdirAll(filepath.Join(to, name), 0o750)
		}
		info, err := e.Info()
		if err != nil {
			return err
		}
		lent[file] = written{info.Size(), info.ModTime()}
		return os.Link(file, filepath.Join(to, name))
	})
}
