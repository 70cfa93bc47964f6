package results

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// A closed is a run directory of which only regular files in the directory itself are
// opened. It may come from anywhere: a link could lead to any file, and a pipe or
// device could be read for ever.
type closed struct{ root *os.Root }

// openClosed opens a directory, which the user named: that one may be a link.
func openClosed(dir string) (closed, error) {
	root, err := os.OpenRoot(dir)
	return closed{root}, err
}

func (c closed) Close() error { return c.root.Close() }

// Open opens a regular file for reading.
func (c closed) Open(name string) (fs.File, error) { return c.open(name, os.O_RDONLY) }

func (c closed) open(name string, flag int) (*os.File, error) {
	if name != filepath.Base(name) || !filepath.IsLocal(name) {
		return nil, fmt.Errorf("%s: a file of a run lies in its directory, and not in one below or above", name)
	}
	before, err := c.root.Lstat(name)
	if err == nil && !before.Mode().IsRegular() {
		err = irregular(name, before.Mode())
	}
	if err != nil {
		return nil, err
	}
	f, err := c.root.OpenFile(name, flag|noWait, 0)
	if err != nil {
		return nil, err
	}
	after, err := f.Stat() // what was opened may not be what was looked at
	if err == nil && !os.SameFile(before, after) {
		err = fmt.Errorf("%s: was replaced while it was opened", name)
	}
	if err == nil && after.Size() > mostOf(name) {
		err = tooLarge(name, mostOf(name))
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// irregular is the error of what is no regular file.
func irregular(name string, mode fs.FileMode) error {
	what := "a device or a pipe"
	switch {
	case mode&fs.ModeSymlink != 0:
		what = "a link"
	case mode.IsDir():
		what = "a directory"
	}
	return fmt.Errorf("%s: is %s and not a regular file: put the file itself in its place", name, what)
}

func tooLarge(name string, most int64) error {
	return fmt.Errorf("%s: is larger than %d MB, the most that such a file may have", name, most>>20)
}

// The most bytes of each file of a run directory: of those that must fit in
// memory, and of those that are read line by line or frame by frame.
const (
	maxJSON     = 64 << 20
	maxScenario = 1 << 20 // a scenario file may have a quarter of that
	maxLab      = 4 << 20
	maxLines    = 64 << 20 // of notes and of failures
	maxGrowing  = 8 << 30  // some weeks of a run
)

func mostOf(name string) int64 {
	switch name {
	case FileScenario:
		return maxScenario
	case FileLab:
		return maxLab
	}
	switch filepath.Ext(name) {
	case ".jsonl":
		return maxLines
	case ".hlog", ".csv", ".gz":
		return maxGrowing
	}
	return maxJSON
}

// ReadFile reads a file of a run directory that fits in memory: a regular file,
// in the directory, within the bound of its kind. One that does not exist is
// fs.ErrNotExist.
func ReadFile(dir, name string) ([]byte, error) {
	c, err := openClosed(dir)
	if err != nil {
		return nil, err
	}
	defer c.Close()
	return readFile(c, name)
}

// AppendFile opens a file of a run directory for appending, and makes it where
// there is none. It never appends through a link.
func AppendFile(dir, name string) (*os.File, error) {
	c, err := openClosed(dir)
	if err != nil {
		return nil, err
	}
	defer c.Close()
	f, err := c.open(name, os.O_WRONLY|os.O_APPEND)
	if notThere(err) {
		f, err = c.root.OpenFile(name, os.O_WRONLY|os.O_APPEND|os.O_CREATE|os.O_EXCL, 0o644)
		if errors.Is(err, fs.ErrExist) { // another process has just made it
			f, err = c.open(name, os.O_WRONLY|os.O_APPEND)
		}
	}
	return f, err
}
