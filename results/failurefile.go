package results

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// FileFailures holds the first failure of each cause, request and target, in a
// run directory. It is there only where something failed. A line is a JSON
// object, appended within the second in which the failure was seen.
const FileFailures = "failures.jsonl"

// A failureLine is a line of that file.
type failureLine struct {
	At      float64 `json:"at_s"`
	Target  string  `json:"target"`
	Request string  `json:"request"`
	Status  int     `json:"status,omitempty"`
	Error   string  `json:"error,omitempty"` // its class
	Excerpt
}

// A failureWriter makes the text of the file: one line for the first failure of
// each kind.
type failureWriter struct {
	names names
	text  bytes.Buffer
	seen  map[failureKey]bool
	kept  map[uint16]int // by target
}

func newFailureWriter(n names) *failureWriter {
	return &failureWriter{names: n, seen: map[failureKey]bool{}, kept: map[uint16]int{}}
}

// add writes those of all that are the first of their kind.
func (w *failureWriter) add(all []*Failure) {
	slices.SortFunc(all, func(a, b *Failure) int { return compareFailures(*a, *b) })
	for _, f := range all {
		if w.seen[f.key()] || w.kept[f.Target] >= MaxFailures {
			continue
		}
		w.seen[f.key()] = true
		w.kept[f.Target]++
		line := failureLine{
			At: f.At.Seconds(), Target: w.names.target(f.Target), Request: w.names.request(f.Request),
			Status: f.Cause.Status, Excerpt: f.Excerpt,
		}
		if f.Cause.Status == 0 {
			line.Error = f.Cause.String()
		}
		text, _ := json.Marshal(line) // texts and numbers: nothing can fail
		w.text.Write(append(text, '\n'))
	}
}

// failures reads the file, if there is one.
func (o *opener) failures() error {
	err := o.read(FileFailures, func(r *lines) error {
		for {
			line, err := r.next()
			if errors.Is(err, io.EOF) {
				return nil
			}
			if err != nil {
				return err
			}
			f, err := o.names.parseFailure(line)
			if err != nil {
				return err
			}
			if o.run.Failures = append(o.run.Failures, f); len(o.run.Failures) > MaxFailures*len(o.names.targets) {
				return fmt.Errorf("more failures than the %d of a target that are ever kept", MaxFailures)
			}
		}
	})
	if notThere(err) {
		return nil
	}
	o.run.Failures = firstFailures(o.run.Failures)
	return err
}

// parseFailure reads one line.
func (n names) parseFailure(data []byte) (f Failure, err error) {
	var line failureLine
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&line); err != nil {
		return f, fmt.Errorf("not a failure: %w", err)
	}
	if f.Target, err = index(n.targets, line.Target); err != nil {
		return f, fmt.Errorf("target %w", err)
	}
	if f.Request, err = index(n.requests, line.Request); err != nil {
		return f, fmt.Errorf("request %w", err)
	}
	cause := line.Error
	if line.Status != 0 {
		cause = Cause{Status: line.Status}.String()
	}
	var ok bool
	if f.Cause, ok = parseCause(cause); !ok || line.Status != 0 && line.Error != "" {
		return f, fmt.Errorf("status %d with error %.40q: want a status code, or the class of an error", line.Status, line.Error)
	}
	if !(line.At >= 0 && line.At < 1e9) {
		return f, fmt.Errorf("at_s: %v is not a time of a run", line.At)
	}
	f.At = time.Duration(math.Round(line.At * 1e9))
	f.Excerpt = line.Excerpt
	return f, line.check()
}

// check refuses what no recorder writes: unbounded texts, and characters that
// do more than show.
func (e *Excerpt) check() error {
	if len(e.HeaderNames) > MaxHeaderNames {
		return fmt.Errorf("%d names of headers, and %d are kept", len(e.HeaderNames), MaxHeaderNames)
	}
	texts := []struct {
		text string
		most int
	}{{e.Detail, escapedMost(MaxExcerptDetail)}, {e.Body, escapedMost(MaxExcerptBody)}}
	for _, name := range e.HeaderNames {
		texts = append(texts, struct {
			text string
			most int
		}{name, escapedMost(MaxHeaderName)})
	}
	for _, t := range texts {
		if n := utf8.RuneCountInString(t.text); n > t.most {
			return fmt.Errorf("a text of %d characters, and at most %d are kept", n, t.most)
		}
		if strings.ContainsFunc(t.text, func(r rune) bool { return !unicode.IsPrint(r) }) {
			return errors.New("a text with characters that cannot be printed")
		}
	}
	return nil
}

// escapedMost is the most that n characters become when each is escaped.
func escapedMost(n int) int { return n * len(`\U0010ffff`) }
