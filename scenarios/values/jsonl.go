package values

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// objects are JSON objects, one a line (JSON Lines). A string is its text; any other
// value is its JSON.
type objects struct {
	names []string // of the columns
	used  []string // that each row must have
}

func (f *objects) next(b []byte) (row, rest []byte) {
	for {
		end := bytes.IndexByte(b, '\n') + 1
		if end == 0 {
			end = len(b)
		}
		row, rest = bytes.TrimSpace(b[:end]), b[end:]
		if len(row) > 0 || len(rest) == 0 {
			return row, rest
		}
		b = rest
	}
}

// columns are those that the rows must have, or else the members of the first.
func (f *objects) columns(row []byte) (names []string, err error) {
	if err := object(row); err != nil {
		return nil, err
	}
	for name := range members(row) {
		plain := string(appendString(nil, name))
		if slices.Contains(names, plain) {
			return nil, fmt.Errorf("has %q twice", plain)
		}
		names = append(names, plain)
	}
	f.names = names
	return names, nil
}

func object(row []byte) error {
	switch {
	case !json.Valid(row):
		return errors.New("is not a JSON object on one line")
	case row[0] != '{':
		return errors.New("is JSON, but no object: write {\"name\": \"value\"}")
	}
	return nil
}

func (f *objects) check(row []byte, _ int) error {
	if err := object(row); err != nil {
		return err
	}
	for _, name := range f.used {
		if member(row, name) == nil {
			return fmt.Errorf("has no %q", name)
		}
	}
	return nil
}

func (f *objects) appendField(b, row []byte, column int) []byte {
	value := member(row, f.names[column])
	if len(value) > 0 && value[0] == '"' {
		return appendString(b, value)
	}
	return append(b, value...)
}

// member is the value of a member of an object; nil: it has none.
func member(row []byte, name string) []byte {
	for found, value := range members(row) {
		if string(found[1:len(found)-1]) == name || bytes.IndexByte(found, '\\') >= 0 && string(appendString(nil, found)) == name {
			return value
		}
	}
	return nil
}

// members are the names, in quotes, and the values of an object that is valid.
func members(row []byte) func(yield func(name, value []byte) bool) {
	return func(yield func(name, value []byte) bool) {
		row := space(row[1:])
		for row[0] == '"' {
			end := stringEnd(row)
			name := row[:end]
			row = space(space(row[end:])[1:]) // the colon
			end = valueEnd(row)
			if !yield(name, row[:end]) {
				return
			}
			if row = space(row[end:]); row[0] == ',' {
				row = space(row[1:])
			}
		}
	}
}

// space cuts off white space.
func space(b []byte) []byte {
	for len(b) > 0 && (b[0] == ' ' || b[0] == '\t' || b[0] == '\r' || b[0] == '\n') {
		b = b[1:]
	}
	return b
}

// stringEnd is where a string ends that begins b.
func stringEnd(b []byte) int {
	for i := 1; ; i++ {
		switch b[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
}

// valueEnd is where a value ends that begins b.
func valueEnd(b []byte) int {
	depth := 0
	for i := 0; i < len(b); i++ {
		switch b[i] {
		case '"':
			i += stringEnd(b[i:]) - 1
			if depth == 0 {
				return i + 1
			}
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth <= 0 {
				if depth < 0 { // that of the object around a number
					return i
				}
				return i + 1
			}
		case ',', ' ', '\t', '\r', '\n':
			if depth == 0 {
				return i
			}
		}
	}
	return len(b)
}

// appendString appends the text of a JSON string that is valid.
func appendString(b, quoted []byte) []byte {
	s := quoted[1 : len(quoted)-1]
	for {
		i := bytes.IndexByte(s, '\\')
		if i < 0 {
			return append(b, s...)
		}
		b = append(b, s[:i]...)
		c := s[i+1]
		s = s[i+2:]
		if c == 'u' {
			var r rune
			r, s = unicodeEscape(s)
			b = utf8.AppendRune(b, r)
			continue
		}
		b = append(b, plainOf(c))
	}
}

// plainOf is the character that a backslash and c stand for. Source: RFC 8259, section 7.
func plainOf(c byte) byte {
	switch c {
	case 'b':
		return '\b'
	case 'f':
		return '\f'
	case 'n':
		return '\n'
	case 'r':
		return '\r'
	case 't':
		return '\t'
	}
	return c
}

// unicodeEscape reads what follows \u.
func unicodeEscape(s []byte) (rune, []byte) {
	r, rest := hexRune(s), s[4:]
	if utf16.IsSurrogate(r) {
		if len(rest) >= 6 && rest[0] == '\\' && rest[1] == 'u' {
			if both := utf16.DecodeRune(r, hexRune(rest[2:])); both != utf8.RuneError {
				return both, rest[6:]
			}
		}
		return utf8.RuneError, rest
	}
	return r, rest
}

func hexRune(s []byte) rune {
	n, _ := strconv.ParseUint(string(s[:4]), 16, 32)
	return rune(n)
}
