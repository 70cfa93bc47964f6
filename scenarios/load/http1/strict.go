package http1

import (
	"bytes"
	"strconv"
)

// A Strict is the response that was read as readers take it that are stricter
// than this package: deviating lines of the head are put right or left out, and
// so are interim responses, but for the first "100 Continue". What cannot be
// understood never gets there.
type Strict struct {
	text      []byte
	from, to  int  // of text: what may be taken
	code      int  // of the head at hand
	continued bool // "100 Continue" was passed on

	Closes bool // the final head is to say that the connection ends
}

// Take moves as much as is there, and complete, into b.
func (s *Strict) Take(b []byte) int {
	n := copy(b, s.text[s.from:s.to])
	if s.from += n; s.from == s.to {
		s.text = s.text[:copy(s.text, s.text[s.to:])]
		s.from, s.to = 0, 0
	}
	return n
}

// Begin lets something be taken, of a response that failed within its head: so its
// reader knows that there was the beginning of one.
func (s *Strict) Begin() {
	s.text, s.from, s.to = append(s.text[:0], 'H'), 0, 1
}

// Reset expects the next response.
func (s *Strict) Reset() { *s = Strict{text: s.text[:0]} }

// A treatment is what becomes of a line of the head.
type treatment uint8

const (
	kept treatment = iota
	rewritten
	dropped
)

func (s *Strict) add(r *Response, at state, b []byte) {
	how := r.how
	r.how = kept
	if at == atStatus {
		s.code = r.Code
	}
	if s.Closes && at == atField && r.state > atField {
		s.text = append(s.text, "Connection: close\r\n"...)
	}
	switch {
	case at == atChunkSize && how == rewritten:
		s.text = append(strconv.AppendInt(s.text, r.left, 16), "\r\n"...)
	case at != atField || how == kept:
		s.text = append(s.text, b...)
	case how == rewritten:
		s.rewrite(r, b)
	}
	switch {
	case at == atField && r.state == atStatus && (s.code != 100 || s.continued):
		s.text = s.text[:s.to]
	case at == atField && r.state == atStatus:
		s.continued, s.to = true, len(s.text)
	case r.state > atField:
		s.to = len(s.text)
	}
}

func (s *Strict) rewrite(r *Response, b []byte) {
	name, value := foldedName(bytes.TrimRight(b, "\r\n"))
	s.text = append(append(s.text, name...), ": "...)
	if equalFold(name, "content-length") {
		s.text = strconv.AppendInt(s.text, r.length, 10)
	} else {
		s.text = append(s.text, value...)
	}
	s.text = append(s.text, "\r\n"...)
}
