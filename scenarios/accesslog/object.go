package accesslog

import (
	"errors"
	"fmt"
	"strconv"
	"unicode/utf8"
)

var errObject = errors.New("is not a JSON object")

// mostNesting bounds objects within objects.
const mostNesting = 16

func isObject(line []byte) bool { return len(line) > 1 && line[0] == '{' }

// objects decodes lines that are one JSON object each, by the names of its keys, in nested
// objects too.
func objects(what What, fields map[string]setter) decoder {
	return func(e *Entry, line []byte) (bool, error) {
		e.clear(what)
		s := scanner{b: line, e: e}
		return true, s.object(mostNesting, func(key, v []byte) error {
			set := fields[string(key)] // without an allocation
			if set == nil || none(v) && !saysNone(key) {
				return nil
			}
			if err := set(e, v); err != nil {
				return fmt.Errorf("key %.40q %w", key, err)
			}
			return nil
		})
	}
}

// A scanner goes through JSON. Strings with escapes are decoded into the entry's buffer.
type scanner struct {
	b []byte
	e *Entry
}

// object goes through an object, calling see for each value that is a scalar, under its
// own key.
func (s *scanner) object(deep int, see func(key, v []byte) error) error {
	if !s.take('{') || deep == 0 {
		return errObject
	}
	if s.take('}') {
		return nil
	}
	for {
		key, err := s.str()
		if err != nil || !s.take(':') {
			return errObject
		}
		if err := s.value(deep, key, see); err != nil {
			return err
		}
		switch {
		case s.take(','):
		case s.take('}'):
			return nil
		default:
			return errObject
		}
	}
}

func (s *scanner) value(deep int, key []byte, see func(key, v []byte) error) error {
	s.space()
	if len(s.b) == 0 {
		return errObject
	}
	switch s.b[0] {
	case '{':
		return s.object(deep-1, see)
	case '[':
		return s.list(deep - 1)
	case '"':
		v, err := s.str()
		if err != nil {
			return err
		}
		return see(key, v)
	}
	n := 0
	for n < len(s.b) && s.b[n] != ',' && s.b[n] != '}' && s.b[n] != ']' && s.b[n] > ' ' {
		n++
	}
	v := s.b[:n]
	if s.b = s.b[n:]; n == 0 {
		return errObject
	}
	if string(v) == "null" || string(v) == "true" || string(v) == "false" {
		return nil
	}
	return see(key, v)
}

// list passes over a list.
func (s *scanner) list(deep int) error {
	if !s.take('[') || deep == 0 {
		return errObject
	}
	if s.take(']') {
		return nil
	}
	for {
		if err := s.value(deep, nil, func(_, _ []byte) error { return nil }); err != nil {
			return err
		}
		switch {
		case s.take(','):
		case s.take(']'):
			return nil
		default:
			return errObject
		}
	}
}

func (s *scanner) space() {
	for len(s.b) > 0 && (s.b[0] == ' ' || s.b[0] == '\t' || s.b[0] == '\n' || s.b[0] == '\r') {
		s.b = s.b[1:]
	}
}

func (s *scanner) take(c byte) bool {
	s.space()
	if len(s.b) == 0 || s.b[0] != c {
		return false
	}
	s.b = s.b[1:]
	return true
}

// str reads a string. It is a part of the line unless it has escapes.
func (s *scanner) str() ([]byte, error) {
	if !s.take('"') {
		return nil, errObject
	}
	for i, c := range s.b {
		switch c {
		case '"':
			v := s.b[:i]
			s.b = s.b[i+1:]
			return v, nil
		case '\\':
			return s.escaped(i)
		}
	}
	return nil, errObject
}

// escaped reads a string whose first escape is at i.
func (s *scanner) escaped(i int) ([]byte, error) {
	start := len(s.e.text)
	s.e.text = append(s.e.text, s.b[:i]...)
	for s.b = s.b[i:]; len(s.b) > 0; {
		c := s.b[0]
		switch {
		case c == '"':
			s.b = s.b[1:]
			return s.e.text[start:len(s.e.text):len(s.e.text)], nil
		case c != '\\':
			s.e.text = append(s.e.text, c)
			s.b = s.b[1:]
		default:
			if err := s.escape(); err != nil {
				return nil, err
			}
		}
	}
	return nil, errObject
}

func (s *scanner) escape() error {
	if len(s.b) < 2 {
		return errObject
	}
	c := s.b[1]
	switch c {
	case 'n':
		c = '\n'
	case 't':
		c = '\t'
	case 'r':
		c = '\r'
	case 'b', 'f':
		c = ' '
	case 'u':
		if len(s.b) < 6 {
			return errObject
		}
		r, err := strconv.ParseUint(string(s.b[2:6]), 16, 16)
		if err != nil {
			return errObject
		}
		s.e.text = utf8.AppendRune(s.e.text, rune(r))
		s.b = s.b[6:]
		return nil
	}
	s.e.text = append(s.e.text, c)
	s.b = s.b[2:]
	return nil
}
