package imports

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
)

// maxLine is more than a line has: vegeta writes the bodies of responses into them.
const maxLine = 4 << 20

// maxProblems is how many problems of a file are listed.
const maxProblems = 10

// A problem is what is wrong with a line.
type problem struct {
	line int
	err  error
}

func (p problem) Error() string { return fmt.Sprintf("%d: %v", p.line, p.err) }
func (p problem) Unwrap() error { return p.err }

// problems are those of a file, all at once.
type problems struct{ all []error }

// add takes in a problem; nil is none. It returns all of them once there are too many.
func (p *problems) add(line int, err error) error {
	if err == nil {
		return nil
	}
	if p.all = append(p.all, problem{line, err}); len(p.all) < maxProblems {
		return nil
	}
	return errors.Join(append(p.all, errors.New("there may be more problems: these are the first"))...)
}

func (p *problems) err() error { return errors.Join(p.all...) }

// lines reads a file line by line, in bounded memory.
type lines struct {
	problems
	s      *bufio.Scanner
	number int
	cut    bool // the last line has no end
}

func newLines(in io.Reader) *lines {
	l := &lines{s: bufio.NewScanner(in)}
	l.s.Buffer(make([]byte, 0, 64<<10), maxLine)
	l.s.Split(func(data []byte, end bool) (int, []byte, error) {
		n, line, err := bufio.ScanLines(data, end)
		l.cut = end && n == len(data) && len(data) > 0 && data[len(data)-1] != '\n'
		return n, line, err
	})
	return l
}

// next is the next line, until the next call; at the end it returns what is wrong with
// the file, or io.EOF.
func (l *lines) next() ([]byte, error) {
	if l.s.Scan() {
		l.number++
		return l.s.Bytes(), nil
	}
	switch err := l.s.Err(); {
	case errors.Is(err, bufio.ErrTooLong):
		l.number++
		return nil, fmt.Errorf("a line of more than %d MB", maxLine>>20)
	case err != nil:
		return nil, err
	case l.err() != nil:
		return nil, l.err()
	}
	return nil, io.EOF
}

// problem places an error of next, unless it is placed already.
func (l *lines) problem(err error) error {
	if len(l.all) > 0 {
		return err
	}
	return problem{l.number, err}
}

// collect notes what is wrong with the line.
func (l *lines) collect(err error) error { return l.add(l.number, err) }

// rows reads CSV row by row, in bounded memory: a quote that does not end makes a row of
// the rest of the file.
type rows struct {
	problems
	r    *csv.Reader
	room *room
	line int
	held error // what is wrong with the last row: it may have been cut off
}

// A room is how much may be read for one row.
type room struct {
	from io.Reader
	left int
	last byte // that was read
}

var errLongRow = fmt.Errorf("a row of more than %d MB: does a quote not end?", maxLine>>20)

func (r *room) Read(p []byte) (int, error) {
	if r.left <= 0 {
		return 0, errLongRow
	}
	n, err := r.from.Read(p[:min(len(p), r.left)])
	if r.left -= n; n > 0 {
		r.last = p[n-1]
	}
	return n, err
}

func newRows(in io.Reader) *rows {
	room := &room{from: in}
	r := &rows{r: csv.NewReader(room), room: room}
	r.r.FieldsPerRecord, r.r.ReuseRecord, r.r.LazyQuotes = -1, true, true
	return r
}

// next is the next row, until the next call.
func (r *rows) next() ([]string, error) {
	r.room.left = maxLine
	row, err := r.r.Read()
	if err != nil && !errors.Is(err, io.EOF) {
		line, _ := r.r.FieldPos(0)
		if wrong, ok := errors.AsType[*csv.ParseError](err); ok {
			line, err = wrong.StartLine, wrong.Err
		}
		return nil, problem{line, err}
	}
	if err == nil && r.held != nil { // it was not the last
		all := r.add(r.line, r.held)
		if r.held = nil; all != nil {
			return nil, all
		}
	}
	if err == nil {
		r.line, _ = r.r.FieldPos(0)
	}
	return row, err
}

// collect notes what is wrong with the row.
func (r *rows) collect(err error) { r.held = err }

// end is what is wrong with the rows. A last one without its end is left out.
func (r *rows) end(to *Recording) error {
	if r.held != nil && r.room.last == '\n' {
		_ = r.add(r.line, r.held)
	} else if r.held != nil {
		to.note(fmt.Sprintf("the file ends in the middle of line %d, which is left out: the recording was cut off", r.line))
	}
	return r.err()
}

// note adds what has to be known of a recording, once.
func (r *Recording) note(text string) {
	for _, have := range r.Notes {
		if strings.EqualFold(have, text) {
			return
		}
	}
	r.Notes = append(r.Notes, text)
}
