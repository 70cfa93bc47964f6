package history

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"tollgate/results"
)

// Prunable returns the runs that began before a time and that nobody has said
// anything about: what was accepted, excluded or remarked on is kept, and so is
// what may still be at work. Newest first.
func Prunable(entries []Entry, before time.Time) (old []Entry) {
	for _, e := range entries {
		if e.Started.Before(before) && len(e.Notes) == 0 && e.State != results.Running && e.State != results.Torn {
			old = append(old, e)
		}
	}
	return old
}

// Remove deletes a run directory for good.
func Remove(dir string) error {
	if !results.IsRun(dir) {
		return fmt.Errorf("%s is not a run directory: it has no %s", dir, results.FileRun)
	}
	info, err := os.Lstat(dir)
	if err == nil && !info.IsDir() {
		err = errors.New("it is a link, and what it points to stands elsewhere")
	}
	if err == nil {
		// First the file that makes it a run, so that what is left after a crash
		// is not taken for one.
		err = os.Remove(filepath.Join(dir, results.FileRun))
	}
	if err == nil {
		err = os.RemoveAll(dir)
	}
	if err != nil {
		return fmt.Errorf("%s is not deleted: %w", dir, err)
	}
	return nil
}
