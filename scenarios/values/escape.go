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

// in escapes what stands in b from there on, which allocates only where b must grow.
func (e Escape) in(b []byte, from int) ([]byte, error) {
	special := specials[e]
	if special == nil {
		return b, nil
	}
	i := from
	for i < len(b) && !special[b[i]] {
		i++
	}
	switch {
	case i == len(b):
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
		if c := b[i]; specials[Percent][c] {
			b = append(b, '%', upperHex[c>>4], upperHex[c&15])
		} else {
			b = append(b, c)
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

// specials are the bytes that an escape does not leave as they are.
//
// No URL escapes letters, digits and "-_.~". Source: RFC 3986, section 2.3.
var specials = [...]*[256]bool{
	Percent:  table(func(c byte) bool { return !unreserved(c) }),
	InJSON:   table(func(c byte) bool { return c < ' ' || c == '"' || c == '\\' || c >= utf8.RuneSelf }),
	InHeader: table(func(c byte) bool { return c < ' ' && c != '\t' || c == 0x7f }),
}

func unreserved(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_' || c == '.' || c == '~'
}

func table(special func(byte) bool) *[256]bool {
	var t [256]bool
	for c := range t {
		t[c] = special(byte(c))
	}
	return &t
}
