package formats

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"
)

// lines counts the lines of a stream while it is read. Offsets are asked for in ascending
// order, so that only the line breaks ahead of the last are kept.
type lines struct {
	from   io.Reader
	read   int64
	breaks []int64 // offsets of line breaks after the last that was asked for
	line   int     // of that one
}

func newLines(r io.Reader) *lines { return &lines{from: r, line: 1} }

func (l *lines) Read(p []byte) (int, error) {
	n, err := l.from.Read(p)
	for i := 0; i < n; {
		next := bytes.IndexByte(p[i:n], '\n')
		if next < 0 {
			break
		}
		i += next + 1
		l.breaks = append(l.breaks, l.read+int64(i)-1)
	}
	l.read += int64(n)
	return n, err
}

// at is the line of an offset.
func (l *lines) at(offset int64) int {
	passed := 0
	for passed < len(l.breaks) && l.breaks[passed] < offset {
		passed++
	}
	l.line += passed
	l.breaks = append(l.breaks[:0], l.breaks[passed:]...)
	return l.line
}

// A stream is JSON that is read piece by piece.
type stream struct {
	in    Input
	lines *lines
	dec   *json.Decoder
}

func newStream(in Input) *stream {
	l := newLines(withoutMark(in.Data))
	return &stream{in, l, json.NewDecoder(l)}
}

// line is that of what is read next, behind blanks and separators.
func (s *stream) line() int {
	s.dec.More() // reads on where nothing is buffered
	offset := s.dec.InputOffset()
	ahead := bufio.NewReader(s.dec.Buffered())
	for {
		c, err := ahead.ReadByte()
		if err != nil || strings.IndexByte(" \t\r\n,:", c) < 0 {
			return s.lines.at(offset)
		}
		offset++
	}
}

// wrong places an error of the decoder.
func (s *stream) wrong(err error) error {
	if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
		return s.in.at(s.lines.at(syntax.Offset), "this is not JSON: %v", syntax)
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return s.in.at(s.lines.at(s.lines.read), "the file ends in the middle: save it again")
	}
	if kind, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return s.in.at(s.lines.at(s.dec.InputOffset()), "%s is %s where another type belongs", kind.Field, kind.Value)
	}
	return s.in.at(0, "%v", err)
}

// open reads the begin of a mapping or a list.
func (s *stream) open(want json.Delim, what string) error {
	line := s.line()
	token, err := s.dec.Token()
	if err != nil {
		return s.wrong(err)
	}
	if token != want {
		return s.in.at(line, "%s belongs here", what)
	}
	return nil
}

// keys visits the keys of a mapping; visit reads the value.
func (s *stream) keys(what string, visit func(key string) error) error {
	if err := s.open('{', what); err != nil {
		return err
	}
	for s.dec.More() {
		token, err := s.dec.Token()
		if err != nil {
			return s.wrong(err)
		}
		key, _ := token.(string)
		if err := visit(key); err != nil {
			return err
		}
	}
	return s.end()
}

// items visits the items of a list; visit reads one.
func (s *stream) items(what string, visit func(line int) error) error {
	if err := s.open('[', what); err != nil {
		return err
	}
	for s.dec.More() {
		if err := visit(s.line()); err != nil {
			return err
		}
	}
	return s.end()
}

func (s *stream) end() error {
	_, err := s.dec.Token()
	if err != nil {
		return s.wrong(err)
	}
	return nil
}

// decode reads a value.
func (s *stream) decode(into any) error {
	if err := s.dec.Decode(into); err != nil {
		return s.wrong(err)
	}
	return nil
}

// skip passes over a value, token by token: it may be large.
func (s *stream) skip() error {
	for depth := 0; ; {
		token, err := s.dec.Token()
		if err != nil {
			return s.wrong(err)
		}
		switch token {
		case json.Delim('{'), json.Delim('['):
			depth++
		case json.Delim('}'), json.Delim(']'):
			depth--
		}
		if depth == 0 {
			return nil
		}
	}
}
