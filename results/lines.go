package results

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// lines reads a growing file line by line. A last line without its end is not
// returned but remembered: the program died while it wrote it.
type lines struct {
	s      *bufio.Scanner
	number int
	torn   bool
}

// maxRows is more than a month's run has seconds, or a week's rows for six requests.
const maxRows = 4 << 20

// maxLine is more than the longest line a recorder can write.
const maxLine = 1 << 20

// newLines begins with a small buffer, which grows with the lines: many files are read
// for one page of a history.
func newLines(r io.Reader) *lines {
	l := &lines{s: bufio.NewScanner(r)}
	l.s.Buffer(make([]byte, 0, 16<<10), maxLine)
	l.s.Split(l.split)
	return l
}

func (l *lines) split(data []byte, atEOF bool) (advance int, line []byte, err error) {
	if end := bytes.IndexByte(data, '\n'); end >= 0 {
		return end + 1, bytes.TrimSuffix(data[:end], []byte("\r")), nil
	}
	l.torn = atEOF && len(data) > 0
	return 0, nil, nil
}

// next returns the next line without its end; it is valid until the next call.
func (l *lines) next() ([]byte, error) {
	if l.s.Scan() {
		l.number++
		return l.s.Bytes(), nil
	}
	switch err := l.s.Err(); {
	case err == nil:
		return nil, io.EOF
	case errors.Is(err, bufio.ErrTooLong):
		l.number++
		return nil, fmt.Errorf("a line longer than %d bytes", maxLine)
	default:
		return nil, err
	}
}

// readRows reads a CSV file whose first line names columns in one of the given
// forms, the present one first. Fields never hold line breaks: a recorder refuses such names.
func readRows(l *lines, forms [][]string, row func([]string) error) error {
	first, columns := true, forms[0]
	for {
		line, err := l.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		fields, err := fieldsOf(string(line))
		if err != nil {
			return err
		}
		if first {
			first = false
			if i := slices.IndexFunc(forms, func(f []string) bool { return slices.Equal(f, fields) }); i >= 0 {
				columns = forms[i]
			}
			if err := sameColumns(fields, columns); err != nil {
				return err
			}
			continue
		}
		if l.number > maxRows {
			return fmt.Errorf("more than %d rows, which no run has", maxRows)
		}
		if len(fields) != len(columns) {
			return fmt.Errorf("%d columns, want %d", len(fields), len(columns))
		}
		if err := row(fields); err != nil {
			return err
		}
	}
}

// fieldsOf splits a line, which is quick where nothing is quoted.
func fieldsOf(line string) ([]string, error) {
	if !strings.Contains(line, `"`) {
		return strings.Split(line, ","), nil
	}
	return csv.NewReader(strings.NewReader(line)).Read()
}

// parseSeconds reads a decimal number of seconds, from 0 to a billion.
func parseSeconds(s string) (time.Duration, error) {
	x, err := strconv.ParseFloat(s, 64)
	if err != nil || !(x >= 0 && x < 1e9) {
		return 0, fmt.Errorf("%.40q is not a number of seconds", s)
	}
	return time.Duration(math.Round(x * 1e9)), nil
}
