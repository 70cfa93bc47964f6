package history

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
	"unicode"

	"tollgate/results"
	"tollgate/results/compare"
)

// FileNotes is the file of a run directory with the notes on the run.
const FileNotes = "notes.jsonl"

// A What is the sort of a note.
type What string

// The sorts of notes. All but an annotation change what gates make of a run.
const (
	Acknowledge What = "acknowledge" // its alarm is known: the run counts as history again
	Annotate    What = "annotate"    // a remark, and nothing else
	Accept      What = "accept"      // what it measured is the new normal: history begins with it
	Exclude     What = "exclude"     // it does not count
)

// A Note is what someone says about a run.
type Note struct {
	At   time.Time `json:"at"`
	Who  string    `json:"who"`
	What What      `json:"what"`
	Why  string    `json:"why"`
}

// The limits of a note: it is a sentence, not a document.
const (
	longestWho = 100
	longestWhy = 2000
	mostNotes  = 4 << 20 // bytes of all notes of a run
)

func (n *Note) check() error {
	var errs []error
	switch n.What {
	case Acknowledge, Annotate, Accept, Exclude:
	default:
		errs = append(errs, fmt.Errorf("a note acknowledges, annotates, accepts or excludes, and does not %.40q", string(n.What)))
	}
	unprintable := func(r rune) bool { return !unicode.IsPrint(r) }
	if n.Who == "" || len(n.Who) > longestWho || strings.ContainsFunc(n.Who, unprintable) {
		errs = append(errs, fmt.Errorf("a note needs to say who made it, in up to %d bytes of printable text", longestWho))
	}
	if strings.TrimSpace(n.Why) == "" || len(n.Why) > longestWhy || strings.ContainsFunc(n.Why, unprintable) {
		errs = append(errs, fmt.Errorf("a note needs to say why, in up to %d bytes of printable text", longestWhy))
	}
	if n.At.IsZero() {
		errs = append(errs, errors.New("a note needs a time"))
	}
	return errors.Join(errs...)
}

// Add appends a note to a run directory in one write, so that two notes do not mix.
func Add(dir string, n Note) error {
	if !results.IsRun(dir) {
		return fmt.Errorf("%s is not a run directory: it has no %s", dir, results.FileRun)
	}
	if info, err := os.Lstat(dir); err != nil || !info.IsDir() {
		return fmt.Errorf("%s is a link: name the run directory that it leads to", dir)
	}
	n.At = n.At.UTC().Truncate(time.Second)
	if err := n.check(); err != nil {
		return err
	}
	line, err := json.Marshal(n)
	if err != nil {
		return err
	}
	f, err := results.AppendFile(dir, FileNotes)
	if err != nil {
		return fmt.Errorf("the note is not kept: %w", err)
	}
	if err = errors.Join(appendLine(f, line), f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("the note is not kept: %w", err)
	}
	return nil
}

// appendLine appends a line completely or not at all, as on a full disk.
func appendLine(f *os.File, line []byte) error {
	info, err := f.Stat()
	if err != nil {
		return err
	}
	n, err := f.Write(append(line, '\n'))
	if err != nil && n > 0 {
		err = errors.Join(err, f.Truncate(info.Size()))
	}
	return err
}

// Notes reads the notes of a run, oldest first; none where there is no file. A
// last line that was cut off while it was written is passed over.
func Notes(dir string) ([]Note, error) {
	name := filepath.Join(dir, FileNotes)
	data, err := results.ReadFile(dir, FileNotes)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err == nil && len(data) > mostNotes {
		err = fmt.Errorf("%s: larger than the %d MB that notes may have", name, mostNotes>>20)
	}
	if err != nil {
		return nil, err
	}
	notes, err := parseNotes(data)
	if err != nil {
		return nil, fmt.Errorf("%s:%w", name, err)
	}
	return notes, nil
}

func parseNotes(data []byte) (notes []Note, err error) {
	if end := bytes.LastIndexByte(data, '\n'); end < len(data)-1 {
		data = data[:end+1]
	}
	lines := bufio.NewScanner(bytes.NewReader(data))
	lines.Buffer(nil, mostNotes)
	for number := 1; lines.Scan(); number++ {
		var n Note
		err := json.Unmarshal(lines.Bytes(), &n)
		if err == nil {
			err = n.check()
		}
		if err != nil {
			return nil, fmt.Errorf("%d: %w", number, err)
		}
		notes = append(notes, n)
	}
	return notes, lines.Err()
}

func apply(n *compare.RunValues, notes []Note) {
	for _, note := range notes {
		switch note.What {
		case Acknowledge:
			n.Alarmed = false
		case Accept:
			n.Alarmed, n.Excluded, n.Baseline = false, false, true
		case Exclude:
			n.Excluded, n.Baseline = true, false
		}
	}
}
