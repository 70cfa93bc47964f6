package http1

import (
	"bytes"
	"encoding/binary"
	"slices"
	"strconv"
)

// token marks the bytes of which names of fields are made (RFC 9110 section 5.6.2).
var token = func() (t [256]bool) {
	for _, c := range "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ" {
		t[c] = true
	}
	return t
}()

func withoutCR(line []byte) []byte {
	if n := len(line); n > 0 && line[n-1] == '\r' {
		return line[:n-1]
	}
	return line
}

// IsText reports whether b holds no control character but tabs: what a field's
// value may be made of. It looks at eight bytes at a time.
func IsText(b []byte) bool {
	const (
		ones  = 0x0101010101010101
		highs = 0x8080808080808080
	)
	for len(b) >= 8 {
		x := binary.LittleEndian.Uint64(b)
		control := (x - 0x20*ones) &^ x & highs // bytes below 0x20, and perhaps bytes that follow one
		y := x ^ 0x7f*ones
		del := (y - ones) &^ y & highs
		if control|del != 0 && !isTextSlow(b[:8]) {
			return false
		}
		b = b[8:]
	}
	return isTextSlow(b)
}

func isTextSlow(b []byte) bool {
	return !slices.ContainsFunc(b, func(c byte) bool { return c < ' ' && c != '\t' || c == 0x7f })
}

// trim cuts blanks, and the line breaks of folded lines, off both ends.
func trim(b []byte) []byte {
	for len(b) > 0 && isBlank(b[0]) {
		b = b[1:]
	}
	for len(b) > 0 && isBlank(b[len(b)-1]) {
		b = b[:len(b)-1]
	}
	return b
}

func isBlank(c byte) bool { return c == ' ' || c == '\t' || c == '\r' || c == '\n' }

// equalFold reports whether b is the lower-case text, whatever b's case.
func equalFold(b []byte, lower string) bool {
	if len(b) != len(lower) {
		return false
	}
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		if c != lower[i] {
			return false
		}
	}
	return true
}

// hasElement reports whether the comma-separated list b has the lower-case element.
func hasElement(b []byte, lower string) bool {
	for e := range bytes.SplitSeq(b, []byte{','}) {
		if equalFold(trim(e), lower) {
			return true
		}
	}
	return false
}

// Number reads b as decimal digits, up to the largest int64.
func Number(b []byte) (int64, bool) {
	n, err := strconv.ParseUint(string(b), 10, 63)
	return int64(n), err == nil
}

// hexadecimal reads b as hexadecimal digits, up to 2^60.
func hexadecimal(b []byte) (int64, bool) {
	n, err := strconv.ParseUint(string(b), 16, 60)
	return int64(n), err == nil && len(b) <= 16
}
