package escape

import (
	"io"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// Lines returns a writer for text of several lines that holds texts of others. It
// leaves line feeds, tabs and the colours that this program uses, and takes out
// what else steers a terminal. A line that a runner of GitHub Actions would take
// for a command is no longer one.
//
// Writers of JSON and the like, whose readers want every byte, use [Raw] of it.
func Lines(w io.Writer) io.Writer {
	if _, ok := w.(*lines); ok {
		return w
	}
	return &lines{w: w, start: true}
}

// Raw is the writer behind Lines, or w itself.
func Raw(w io.Writer) io.Writer {
	if l, ok := w.(*lines); ok {
		return l.w
	}
	return w
}

// Block is a text of several lines as Lines writes it.
func Block(s string) string {
	var b strings.Builder
	_, _ = Lines(&b).Write([]byte(s)) // into memory
	return b.String()
}

type lines struct {
	w io.Writer

	mu    sync.Mutex // progress comes from other goroutines; guards what follows
	rest  []byte     // the start of a character, or of a colour
	start bool       // nothing but blanks stands in this line so far
	held  string     // colons at its start
	last  [2]rune
}

// Write implements io.Writer.
func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	data := append(l.rest, p...)
	l.rest = nil
	var b strings.Builder
	for len(data) > 0 {
		if data[0] == '\x1b' {
			n, whole := color(data)
			if !whole {
				break
			}
			b.Write(data[:n])
			data = data[max(n, 1):] // without a colour, the escape alone is left out
			continue
		}
		if !utf8.FullRune(data) {
			break
		}
		r, n := utf8.DecodeRune(data)
		data = data[n:]
		l.put(&b, r)
	}
	l.rest = append(l.rest, data...)
	if _, err := io.WriteString(l.w, b.String()); err != nil {
		return 0, err
	}
	return len(p), nil
}

// put writes one character, unless it steers.
func (l *lines) put(b *strings.Builder, r rune) {
	if r != '\n' && r != '\t' && steers(r) || r == '\u2028' || r == '\u2029' {
		return
	}
	switch {
	case l.start && r == ':' && len(l.held) < 2:
		l.held += ":"
		return
	case l.held == "::" && unicode.IsLetter(r):
		l.held = ": :"
	case r == '[' && l.last == [2]rune{'#', '#'}: // the older form of a command
		b.WriteByte(' ')
	}
	b.WriteString(l.held)
	l.start = r == '\n' || l.start && l.held == "" && unicode.IsSpace(r)
	l.held, l.last = "", [2]rune{l.last[1], r}
	b.WriteRune(r)
}

// colors are what this program colours its own words with.
var colors = []string{"\x1b[0m", "\x1b[1m", "\x1b[31m", "\x1b[32m", "\x1b[33m", "\x1b[31;1m", "\x1b[32;1m", "\x1b[33;1m"}

// color says how long the colour is that data begins with, 0 where there is none.
// It is not whole where data may be the start of one.
func color(data []byte) (n int, whole bool) {
	whole = true
	for _, c := range colors {
		switch {
		case strings.HasPrefix(string(data[:min(len(data), len(c))]), c):
			return len(c), true
		case strings.HasPrefix(c, string(data)):
			whole = false
		}
	}
	return 0, whole
}
