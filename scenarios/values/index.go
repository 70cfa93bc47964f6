package values

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"path"
	"strings"
	"unicode/utf8"
)

// The bounds of a data file. In memory are at most inMemory bytes of it, and an index of
// at most indexed rows.
const (
	inMemory     = 32 << 20
	indexed      = 1 << 20
	longestRow   = 1 << 20
	maxColumns   = 1000
	mostProblems = 5
)

// Options say how a data file is read.
type Options struct {
	Name      string
	File      string   // as the scenario names it; its ending says the format
	Columns   []string // nil: the first line of a CSV file names them
	Separator byte     // of CSV; 0: a comma, or a tab in a .tsv file
	Pick      Pick
	Secret    func(column string) bool // whether values of that column are not to be shown
	Used      []string                 // columns that each row of a JSON Lines file must have
}

// Open reads a data file from its beginning to its end, and indexes its rows. The source
// stays in use. The error holds what is wrong with the first lines that are wrong.
func Open(source io.ReaderAt, size int64, o Options) (*Data, error) {
	d := &Data{Name: o.Name, File: o.File, Pick: o.Pick, source: source, spacing: 1, Columns: o.Columns}
	r := &rows{data: d, options: o, digest: sha256.New(), line: 1, nextLine: 1}
	r.buffer = make([]byte, 0, min(size+1, 4*longestRow))
	if r.memory = size <= inMemory; r.memory {
		d.memory = make([]byte, 0, size)
	}
	if err := r.read(io.NewSectionReader(source, 0, size)); err != nil {
		return nil, err
	}
	d.Digest = hex.EncodeToString(r.digest.Sum(nil))
	for _, name := range d.Columns {
		if o.Secret != nil && o.Secret(name) {
			d.Secret = append(d.Secret, name)
		}
	}
	return d, nil
}

// rows are the rows of a file that is read for the first time.
type rows struct {
	data    *Data
	options Options
	memory  bool
	digest  hash.Hash
	buffer  []byte // what was read and does not belong to a complete row yet
	at      int64  // of the buffer, in the file

	line, nextLine int64 // of the row at hand, and of the next
	begun          bool  // the beginning of the file was looked at
	problems       []error
	checker        checker
}

// A checker is a format that a file may not have.
type checker interface {
	format
	// columns reads the names of the columns from the first row.
	columns(row []byte) ([]string, error)
	// check says what is wrong with a row.
	check(row []byte, columns int) error
}

func (r *rows) read(in io.Reader) error {
	for {
		n, err := in.Read(r.buffer[len(r.buffer):cap(r.buffer)])
		r.take(r.buffer[len(r.buffer) : len(r.buffer)+n])
		r.buffer = r.buffer[:len(r.buffer)+n]
		last := errors.Is(err, io.EOF)
		if err != nil && !last {
			return fmt.Errorf("%s cannot be read: %w", r.data.File, err)
		}
		if err := r.split(last); err != nil {
			return err
		}
		if last {
			return r.end()
		}
	}
}

// take keeps what was read.
func (r *rows) take(b []byte) {
	_, _ = r.digest.Write(b)
	if r.memory {
		r.data.memory = append(r.data.memory, b...)
	}
	if f, csv := r.checker.(*separated); csv && !f.quotes {
		f.quotes = bytes.IndexByte(b, '"') >= 0
	}
}

// split takes the complete rows off the buffer; the last of a file needs no line break.
func (r *rows) split(last bool) error {
	if !r.begun && (len(r.buffer) > 0 || last) {
		if err := r.begin(); err != nil {
			return err
		}
	}
	rest := r.buffer
	for len(rest) > 0 {
		row, after := r.checker.next(rest)
		size := len(rest) - len(after)
		if len(after) == 0 && !last { // it may go on
			break
		}
		r.line = r.nextLine + int64(leadingLines(rest[:size]))
		r.nextLine += int64(bytes.Count(rest[:size], []byte{'\n'}))
		if len(row) > 0 {
			r.row(row)
		}
		r.at, rest = r.at+int64(size), after
		if len(r.problems) >= mostProblems {
			return errors.Join(r.problems...)
		}
	}
	r.buffer = r.buffer[:copy(r.buffer[:cap(r.buffer)], rest)]
	if len(r.buffer) > longestRow {
		r.problem(r.nextLine, "a row of more than %d bytes begins here: is there a quote that nothing closes?", longestRow)
		return errors.Join(r.problems...)
	}
	return nil
}

// leadingLines are the empty lines before a row.
func leadingLines(text []byte) int {
	return bytes.Count(text[:len(text)-len(bytes.TrimLeft(text, "\r\n"))], []byte{'\n'})
}

func (r *rows) problem(line int64, format string, args ...any) {
	r.problems = append(r.problems, fmt.Errorf("%s:%d: %s", r.data.File, line, fmt.Sprintf(format, args...)))
}

var byteOrderMark = []byte("\xef\xbb\xbf")

// begin looks at the beginning of the file.
func (r *rows) begin() error {
	r.begun = true
	if wide(r.buffer) {
		return fmt.Errorf("%s:1: is UTF-16 text: save it as UTF-8", r.data.File)
	}
	if bytes.HasPrefix(r.buffer, byteOrderMark) {
		r.buffer = r.buffer[:copy(r.buffer, r.buffer[len(byteOrderMark):])]
		r.at += int64(len(byteOrderMark))
	}
	switch strings.ToLower(path.Ext(r.data.File)) {
	case ".jsonl", ".ndjson":
		r.checker = &objects{used: r.options.Used}
	case ".json":
		return fmt.Errorf("%s: is a JSON document: write one object a line, and name it .jsonl", r.data.File)
	case ".tsv":
		r.checker = &separated{separator: '\t', quotes: bytes.IndexByte(r.buffer, '"') >= 0}
	default:
		r.checker = &separated{separator: ',', quotes: bytes.IndexByte(r.buffer, '"') >= 0}
	}
	if f, csv := r.checker.(*separated); csv && r.options.Separator != 0 {
		f.separator = r.options.Separator
	}
	r.data.format = r.checker
	return nil
}

// row takes one row of the file.
func (r *rows) row(row []byte) {
	d := r.data
	if !r.readable(row) {
		return
	}
	if d.Columns == nil {
		columns, err := r.checker.columns(row)
		if err != nil {
			r.problem(r.line, "%v", err)
		}
		d.Columns = columns
		if _, csv := r.checker.(*separated); csv {
			return
		}
	}
	if err := r.checker.check(row, len(d.Columns)); err != nil {
		r.problem(r.line, "%v", err)
		return
	}
	if d.Rows%d.spacing == 0 {
		d.index = append(d.index, r.at)
		r.thin()
	}
	d.Rows++
	d.longest = max(d.longest, len(row))
}

// wide reports whether a file begins as UTF-16 does: with its mark, or with the characters of
// ASCII in two bytes each.
func wide(b []byte) bool {
	return bytes.HasPrefix(b, []byte("\xff\xfe")) || bytes.HasPrefix(b, []byte("\xfe\xff")) ||
		len(b) >= 4 && (b[0] == 0 && b[2] == 0 && b[1] != 0 && b[3] != 0 || b[1] == 0 && b[3] == 0 && b[0] != 0 && b[2] != 0)
}

// readable reports whether a row is text, and notes the line of what is none.
func (r *rows) readable(row []byte) bool {
	what, at := "holds a NUL character (a byte of zero), which no text has: is this a damaged or a binary file?", bytes.IndexByte(row, 0)
	if at < 0 {
		if utf8.Valid(row) {
			return true
		}
		what = "is not UTF-8 text: save the file as UTF-8"
		for at = 0; ; {
			c, n := utf8.DecodeRune(row[at:])
			if c == utf8.RuneError && n == 1 {
				break
			}
			at += n
		}
	}
	r.problem(r.line+int64(bytes.Count(row[:at], []byte{'\n'})), "%s", what)
	return false
}

// thin keeps every other row in an index that is full.
func (r *rows) thin() {
	d := r.data
	if len(d.index) < indexed {
		return
	}
	for i := range len(d.index) / 2 {
		d.index[i] = d.index[2*i]
	}
	d.index = d.index[:len(d.index)/2]
	d.spacing *= 2
}

// end completes the index.
func (r *rows) end() error {
	if len(r.problems) == 0 && r.data.Rows == 0 {
		r.problem(r.nextLine, "there are no rows")
	}
	r.data.index = append(r.data.index, r.at)
	return errors.Join(r.problems...)
}
