package values

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// separated are rows of fields between separators. Source: RFC 4180; a line may also end
// with LF alone.
type separated struct {
	separator byte
	quotes    bool // some field is quoted
}

func (f *separated) next(b []byte) (row, rest []byte) {
	for {
		end := f.end(b)
		row, rest = b[:end], b[end:]
		if row = trimEnd(row); len(row) > 0 || len(rest) == 0 {
			return row, rest
		}
		b = rest
	}
}

// end is where the first row of b ends, with its line break.
func (f *separated) end(b []byte) int {
	if !f.quotes {
		if i := bytes.IndexByte(b, '\n'); i >= 0 {
			return i + 1
		}
		return len(b)
	}
	quotes, at := 0, 0
	for {
		i := bytes.IndexByte(b[at:], '\n')
		if i < 0 {
			return len(b)
		}
		quotes += bytes.Count(b[at:at+i], []byte{'"'}) // a doubled quote ends and begins a quoted part
		if at += i + 1; quotes%2 == 0 {
			return at
		}
	}
}

// trimEnd cuts off a line break.
func trimEnd(row []byte) []byte {
	row = bytes.TrimSuffix(row, []byte("\n"))
	return bytes.TrimSuffix(row, []byte("\r"))
}

func (f *separated) appendField(b, row []byte, column int) []byte {
	var field []byte
	for range column + 1 {
		field, row = f.cut(row)
	}
	return appendPlain(b, field)
}

// cut cuts the first field off a row, with its quotes.
func (f *separated) cut(row []byte) (field, rest []byte) {
	from := 0
	if len(row) > 0 && row[0] == '"' {
		if from = closing(row) + 1; from == 0 {
			return row, nil
		}
	}
	i := bytes.IndexByte(row[from:], f.separator)
	if i < 0 {
		return row, nil
	}
	return row[:from+i], row[from+i+1:]
}

// closing is where the quoted field at the beginning of b has its last quote; -1: nowhere.
func closing(b []byte) int {
	for i := 1; i < len(b); i++ {
		if b[i] != '"' {
			continue
		}
		if i+1 == len(b) || b[i+1] != '"' {
			return i
		}
		i++
	}
	return -1
}

// appendPlain appends a field without its quotes.
func appendPlain(b, field []byte) []byte {
	if len(field) < 2 || field[0] != '"' {
		return append(b, field...)
	}
	for field = field[1 : len(field)-1]; ; {
		i := bytes.IndexByte(field, '"')
		if i < 0 {
			return append(b, field...)
		}
		b = append(b, field[:i+1]...)
		field = field[i+2:] // the second of the two
	}
}

// columns are the fields of the first row, which names them.
func (f *separated) columns(row []byte) ([]string, error) {
	names, err := f.fields(row)
	if err == nil && len(names) > maxColumns {
		err = fmt.Errorf("names %d columns, and at most %d are possible", len(names), maxColumns)
	}
	for i, name := range names {
		if names[i] = strings.TrimSpace(name); names[i] != "" && slices.Contains(names[:i], names[i]) && err == nil {
			err = fmt.Errorf("names two columns %q", names[i])
		}
	}
	return names, err
}

// fields are all fields of a row, or what is wrong with their quotes.
func (f *separated) fields(row []byte) (all []string, err error) {
	for more := true; more; {
		var field []byte
		before := len(row)
		field, row = f.cut(row)
		if err := quoting(field); err != nil {
			return nil, err
		}
		more = len(field) < before
		all = append(all, string(appendPlain(nil, field)))
	}
	return all, nil
}

// count is how many fields a row has, or what is wrong with their quotes.
func (f *separated) count(row []byte) (n int, err error) {
	if bytes.IndexByte(row, '"') < 0 {
		return bytes.Count(row, []byte{f.separator}) + 1, nil
	}
	for more := true; more; n++ {
		var field []byte
		before := len(row)
		field, row = f.cut(row)
		if err := quoting(field); err != nil {
			return 0, err
		}
		more = len(field) < before
	}
	return n, nil
}

// quoting says what is wrong with the quotes of a field.
func quoting(field []byte) error {
	first := bytes.IndexByte(field, '"')
	switch {
	case first < 0:
		return nil
	case first > 0:
		return errors.New(`has a quote in a field that does not begin with one: quote the field, and double the quotes in it`)
	}
	switch last := closing(field); {
	case last < 0:
		return errors.New(`has a quoted field without an end`)
	case last < len(field)-1:
		return errors.New(`has characters behind the closing quote of a field: a quote within a quoted field is doubled`)
	}
	return nil
}

// check says what is wrong with a row of a file that names so many columns.
func (f *separated) check(row []byte, columns int) error {
	n, err := f.count(row)
	if err == nil && n != columns {
		err = fmt.Errorf("has %s, and the columns are %d", countOf(n, "field"), columns)
	}
	return err
}

func countOf(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
