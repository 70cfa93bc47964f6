package values

import (
	"errors"
	"unicode/utf8"
)

// An Escape says how a value is written where it stands.
type Escape uint8

// The escapes.
const (
	Raw      Escape = iota
	Percent         // in a path, a query or a form
	InJSON          // in a string of a JSON document
	InHeader        // as it is; what would end the header field is an error
)

// ErrHeader is a value that no header can carry.
var ErrHeader = errors.New("its value has a line break or another control character, which no header can carry")

// Write is a text that is known beforehand, in the place that it has behind others.
func (e Escape) Write(before, text string) string {
	var json quotes
	if json.read(before); e == InJSON && !json.within {
		return text
	}
	b, _ := e.in([]byte(text), 0) // no error but in a header, which its reader refuses
	return string(b)
}

// in escapes what stands in b from there on, which allocates only where b must grow.
func (e Escape) in(b []byte, from int) ([]byte, error) {
	i := from
	for e != Raw && i < len(b) && e.leaves(b[i]) {
		i++
	}
	switch {
	case e == Raw || i == len(b):
		return b, nil
	case e == InHeader:
		return b, ErrHeader
	}
	n := len(b)
	if e == Percent {
		b = percented(b, i, n)
	} else {
		b = jsoned(b, i, n)
	}
	return append(b[:i], b[n:]...), nil
}

const upperHex = "0123456789ABCDEF"

// percented appends b[i:n] in the form that a URL has.
func percented(b []byte, i, n int) []byte {
	for ; i < n; i++ {
		if c := b[i]; Percent.leaves(c) {
			b = append(b, c)
		} else {
			b = append(b, '%', upperHex[c>>4], upperHex[c&15])
		}
	}
	return b
}

// jsoned appends b[i:n] in the form that a JSON string has. Bytes that are no UTF-8
// become U+FFFD: no JSON text can hold them.
func jsoned(b []byte, i, n int) []byte {
	for i < n {
		c := b[i]
		if c >= utf8.RuneSelf {
			r, size := utf8.DecodeRune(b[i:n])
			b = utf8.AppendRune(b, r)
			i += size
			continue
		}
		i++
		switch {
		case c == '"' || c == '\\':
			b = append(b, '\\', c)
		case c == '\n':
			b = append(b, '\\', 'n')
		case c == '\r':
			b = append(b, '\\', 'r')
		case c == '\t':
			b = append(b, '\\', 't')
		case c < ' ':
			b = append(b, '\\', 'u', '0', '0', upperHex[c>>4], upperHex[c&15])
		default:
			b = append(b, c)
		}
	}
	return b
}

// leaves reports whether an escape leaves a byte as it is.
//
// No URL escapes letters, digits and "-_.~". Source: RFC 3986, section 2.3.
func (e Escape) leaves(c byte) bool {
	switch e {
	case Percent:
		return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_' || c == '.' || c == '~'
	case InJSON:
		return c >= ' ' && c != '"' && c != '\\' && c < utf8.RuneSelf
	case InHeader:
		return c >= ' ' && c != 0x7f || c == '\t'
	}
	return true
}
