package results

import (
	"cmp"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
)

// The files of a run directory.
const (
	FileRun       = "run.json"      // the Document
	FileScenario  = "scenario.yaml" // the very bytes that ran
	FileLab       = "lab.json"      // what served the targets at the lab, without its secrets
	FileLatency   = "latency.hlog"  // latencies by second
	FileMinutes   = "minutes.hlog"  // the same by minute, of runs longer than one
	FileSizes     = "sizes.hlog"    // sizes of requests and responses by second
	FileSeconds   = "seconds.csv"   // counts by second
	FileGenerator = "generator.csv" // the generator's health by second
	FileObserved  = "observed.json" // what AWS says it saw
	FileBills     = "bill.json"     // what a month would cost, by target
	FileHTML      = "report.html"
	FileMarkdown  = "report.md"
	FileJUnit     = "junit.xml"
	FileHistory   = "history.html" // the run among those of its scenario, where it raised an alarm
)

// RunID names a run: the time in UTC, the scenario, and enough chance that two
// runs of one second differ. It is a directory name on every system.
func RunID(now time.Time, name string) string {
	var chance [3]byte
	_, _ = rand.Read(chance[:]) // never fails: see crypto/rand
	return runID(now, name, hex.EncodeToString(chance[:]))
}

// ImportID names an imported run: the same files give the same name, so that they are
// imported once.
func ImportID(started time.Time, name, digest string) string {
	return runID(started, name, digest[:min(len(digest), 6)])
}

func runID(started time.Time, name, id string) string {
	return started.UTC().Format("20060102T150405Z") + "-" + plain(name) + "-" + id
}

// plain keeps what is safe in a file name.
func plain(name string) string {
	keep := func(r rune) rune {
		switch {
		case 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z', '0' <= r && r <= '9', r == '-', r == '_':
			return r
		}
		return '-'
	}
	s := strings.Trim(strings.Map(keep, name), "-")
	if len(s) > 60 {
		s = s[:60]
	}
	if s == "" {
		return "run"
	}
	return s
}

// IsRun says whether dir looks like a run directory.
func IsRun(dir string) bool {
	info, err := os.Lstat(filepath.Join(dir, FileRun))
	return err == nil && info.Mode().IsRegular()
}

// WriteDocument replaces run.json. Lists and maps that hold nothing are written
// as empty ones.
func WriteDocument(dir string, doc Document) error {
	doc.Reasons = orEmpty(doc.Reasons)
	doc.Result = cmp.Or(doc.Result, Incomplete) // until it is summed up
	doc.Failures = orEmpty(doc.Failures)
	doc.Stages = orEmpty(doc.Stages)
	doc.Requests = orEmpty(doc.Requests)
	doc.Thresholds = orEmpty(doc.Thresholds)
	doc.Targets = slices.Clone(orEmpty(doc.Targets))
	for i := range doc.Targets {
		if f := &doc.Targets[i].Figures; f.Latency == nil {
			*f = (&part{}).figures(0)
		}
	}
	return WriteJSON(dir, FileRun, doc)
}

func orEmpty[T any](s []T) []T {
	if s == nil {
		return []T{}
	}
	return s
}

// WriteObserved replaces observed.json.
func WriteObserved(dir string, o *Observed) error { return WriteJSON(dir, FileObserved, o) }

// WriteJSON replaces one JSON file of a run directory by v.
func WriteJSON(dir, name string, v any) error {
	data, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return WriteFile(dir, name, append(data, '\n'))
}

// WriteFile replaces one file of a run directory as a whole.
func WriteFile(dir, name string, data []byte) error {
	RemoveLeft(dir, ofARun)
	if err := Replace(filepath.Join(dir, name), data); err != nil {
		return unwritable(dir, err)
	}
	return nil
}

// Replace writes a file as a whole: readers find the old bytes or the new, also
// after a crash. It removes what killed processes left of earlier attempts. A device,
// such as /dev/null, is written to and stays.
func Replace(name string, data []byte) error {
	if info, err := os.Stat(name); err == nil && info.Mode()&os.ModeDevice != 0 {
		f, err := os.OpenFile(name, os.O_WRONLY, 0)
		if err != nil {
			return err
		}
		_, err = f.Write(data)
		return errors.Join(err, f.Close())
	}
	dir, base := filepath.Split(name)
	dir = filepath.Clean(dir) // "" is the working directory, and not the one for temporary files
	RemoveLeft(dir, func(file string) bool { return file == base })
	f, err := os.CreateTemp(dir, "."+base+"-*")
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err == nil {
		err = f.Sync()
	}
	err = errors.Join(err, f.Close())
	if err == nil {
		err = os.Chmod(f.Name(), 0o644)
	}
	if err == nil {
		err = os.Rename(f.Name(), name)
	}
	if err != nil {
		_ = os.Remove(f.Name())
	}
	return err
}

// unwritable says what to do about a folder that takes no files.
func unwritable(dir string, err error) error {
	return fmt.Errorf("cannot write results to %s: %w; make room or permission there, or choose another folder with --out", dir, err)
}

// Digest is the SHA-256 of a file in hexadecimal, as run.json has it; "" of none.
func Digest(file []byte) string {
	if file == nil {
		return ""
	}
	sum := sha256.Sum256(file)
	return hex.EncodeToString(sum[:])
}

// readFile reads a file of a run directory that must fit in memory.
func readFile(dir fs.FS, name string) ([]byte, error) {
	most := mostOf(name)
	f, err := dir.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, most+1))
	if err != nil {
		return nil, err
	}
	if int64(len(data)) > most {
		return nil, tooLarge(name, most)
	}
	return data, nil
}

// notThere says whether err means that a file does not exist.
func notThere(err error) bool { return errors.Is(err, fs.ErrNotExist) }

// leftAfter is the age from which a temporary file is one of a killed process:
// writing one takes far less.
const leftAfter = time.Minute

// temporaryForm is the name of a temporary file: hidden, with a number.
var temporaryForm = regexp.MustCompile(`^\.(.+)-[0-9]{1,10}$`)

// RemoveLeft removes the temporary files of killed processes, for the chosen files of
// a folder. Nothing reads them, so a failure is no error.
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
