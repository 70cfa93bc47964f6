package http1

import (
	"bytes"
	"iter"
	"math/bits"
	"slices"
)

// Deviations say in which ways a response deviates from HTTP and was
// understood all the same, as the usual clients understand it.
type Deviations uint16

// The deviations.
const (
	BareLineFeed     Deviations = 1 << iota // a line of the head ends without a carriage return
	NoReason                                // no blank behind the status
	Folded                                  // a field goes on in the next line
	BlankBeforeColon                        // the field counts as if there were none
	OddName                                 // the field is ignored
	NotAField                               // the line is ignored
	RepeatedLength                          // several equal values
	TwoFramings                             // Transfer-Encoding counts, and the connection ends
	OddStatus                               // no class of statuses has it
	ConnectionField                         // HTTP/2 only; the field is ignored
)

var deviationNames = [...]string{
	"lines of the header end with a bare line feed, not with CR LF",
	"the status line ends right after the status code, without the blank that belongs there",
	"a header field is folded over several lines",
	"there is a blank between a header's name and its colon",
	"a header's name holds a character that no name may hold; the header was ignored",
	"a line of the header has no name or no colon; the line was ignored",
	"Content-Length is given more than once",
	"there are both Content-Length and Transfer-Encoding; Content-Length was ignored, and the connection was not used again",
	"the status code is not within 100 to 599",
	"a header field is about a connection of HTTP/1.1, which HTTP/2 forbids; the header was ignored",
}

// Each yields what each deviation is, as a sentence says it.
func (d Deviations) Each() iter.Seq[string] {
	return func(yield func(string) bool) {
		for d != 0 && yield(deviationNames[bits.TrailingZeros16(uint16(d))]) {
			d &= d - 1
		}
	}
}

// ending notes a line of the head that ends at b[end] without a carriage return.
func (r *Response) ending(b []byte, end int) {
	if end == 0 || b[end-1] != '\r' {
		r.Deviations |= BareLineFeed
	}
}

// oddField reads a line that is no proper field. A field that does not count
// has an empty name.
func (r *Response) oddField(line []byte) (name, value []byte, err error) {
	colon := bytes.IndexByte(line, ':')
	if r.state == atTrailer || isBlank(line[0]) || !IsText(withoutCR(line)) {
		return nil, nil, BadField
	}
	if colon <= 0 {
		r.deviate(NotAField, dropped)
		return line[:0], nil, nil
	}
	value = withoutCR(line[colon+1:])
	if name = trim(line[:colon]); allToken(name) {
		r.deviate(BlankBeforeColon, rewritten)
		return name, value, nil
	}
	r.deviate(OddName, dropped)
	return line[:0], value, nil
}

// foldedName is the name of a field of several lines, which stands with its colon in the
// first of them: without, that line and what continues it are ignored.
func foldedName(b []byte) (name, value []byte) {
	colon := bytes.IndexByte(b, ':')
	if colon > 0 && bytes.IndexByte(b[:colon], '\n') < 0 {
		if name = trim(b[:colon]); allToken(name) {
			return name, trim(b[colon+1:])
		}
	}
	return b[:0], nil
}

func allToken(b []byte) bool {
	return len(b) > 0 && !slices.ContainsFunc(b, func(c byte) bool { return !token[c] })
}

func (r *Response) deviate(d Deviations, how treatment) {
	r.Deviations |= d
	r.how = how
}

// contentLength reads the value of Content-Length, which may be repeated in a
// list as in several fields (RFC 9110 section 8.6).
func (r *Response) contentLength(value []byte) error {
	before := r.length
	for one := range bytes.SplitSeq(value, []byte{','}) {
		n, ok := Number(trim(one))
		if !ok || r.length >= 0 && r.length != n {
			return BadLength
		}
		r.length = n
	}
	switch {
	case before >= 0:
		r.deviate(RepeatedLength, dropped)
	case bytes.IndexByte(value, ',') >= 0:
		r.deviate(RepeatedLength, rewritten)
	}
	return nil
}
