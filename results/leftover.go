package results

import (
	"os"
	"path/filepath"
	"regexp"
	"time"
)

// leftAfter is how old a temporary file must be to be taken for one whose process
// was killed: writing one takes far less.
const leftAfter = time.Minute

// temporaryForm is the name of a temporary file: that of the file which it is to
// replace, hidden, and a number.
var temporaryForm = regexp.MustCompile(`^\.(.+)-[0-9]{1,10}$`)

// RemoveLeft removes what a killed process left in a folder of temporary files for
// files that are chosen by their names. Nothing reads them, so what cannot be
// removed is no error.
func RemoveLeft(dir string, chosen func(file string) bool) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return
	}
	for _, e := range entries {
		m := temporaryForm.FindStringSubmatch(e.Name())
		if m == nil || !chosen(m[1]) || !e.Type().IsRegular() {
			continue
		}
		if info, err := e.Info(); err == nil && time.Since(info.ModTime()) > leftAfter {
			_ = os.Remove(filepath.Join(dir, e.Name()))
		}
	}
}

// ofARun says whether a file's name is like those that are written into a run
// directory as a whole.
func ofARun(file string) bool {
	switch filepath.Ext(file) {
	case ".json", ".yaml", ".html", ".md", ".xml":
		return true
	}
	return false
}
