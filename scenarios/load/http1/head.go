package http1

import "bytes"

// statusLine reads "HTTP/1.1 200 OK".
func (r *Response) statusLine(b []byte) (int, error) {
	const start = "HTTP/1."
	if k := min(len(b), len(start)); string(b[:k]) != start[:k] {
		return 0, noStatusLine(b)
	}
	end := r.line(b)
	if end < 0 {
		return 0, r.unfinished(len(b))
	}
	line := withoutCR(b[:end])
	if len(line) < len("HTTP/1.1 200") || line[7] < '0' || line[7] > '9' || line[8] != ' ' {
		return 0, BadStatusLine
	}
	code := bytes.TrimLeft(line[8:], " ")
	if len(code) < 3 || len(code) > 3 && code[3] != ' ' {
		return 0, BadStatusLine
	}
	n, ok := Number(code[:3])
	if !ok || n < 100 {
		return 0, BadStatusLine
	}
	if end >= r.allowed {
		return 0, HeadTooLong
	}
	r.Code, r.old, r.state = int(n), line[7] == '0', atField
	r.ending(b, end)
	if n > 599 {
		r.Deviations |= OddStatus
	}
	if len(code) == 3 {
		r.Deviations |= NoReason
	}
	if r.Code >= 200 {
		r.Begin(r.Code)
	}
	return r.took(end + 1), nil
}

// settings is how a server begins that speaks HTTP/2: the head of a frame SETTINGS (RFC
// 9113 section 3.4), whose length may be any in place of the dots.
const settings = "\x00..\x04\x00\x00\x00\x00\x00"

// noStatusLine is what is wrong with what begins otherwise; nil: more must come first.
func noStatusLine(b []byte) error {
	for i := range min(len(b), len(settings)) {
		if settings[i] != '.' && b[i] != settings[i] {
			return BadStatusLine
		}
	}
	if len(b) < len(settings) {
		return nil
	}
	return AnswersHTTP2
}

func (r *Response) field(b []byte) (int, error) {
	n, name, value, err := r.readField(b)
	switch {
	case n == 0 || err != nil:
		return 0, err
	case name != nil && len(name) == 0: // it does not count
		return n, nil
	case name != nil:
		return n, r.heed(name, value)
	case r.Code == 101:
		return 0, BadUpgrade
	case r.Code < 200:
		r.head, r.state = head{length: -1, Deviations: r.Deviations}, atStatus
		r.Interim++
		return n, nil
	case r.coded && r.length >= 0 && r.Deviations&BlankBeforeColon != 0:
		return 0, BadFraming
	}
	r.frame()
	return n, nil
}

// readField reads one field, with the lines that continue it, or a blank line,
// which has no name. It returns 0 when b ends first.
func (r *Response) readField(b []byte) (n int, name, value []byte, err error) {
	if r.folding {
		return r.folded(b)
	}
	end := r.line(b)
	if end < 0 {
		return 0, nil, nil, r.unfinished(len(b))
	}
	if end >= r.allowed {
		return 0, nil, nil, HeadTooLong
	}
	if end == 0 || end == 1 && b[0] == '\r' {
		r.ending(b, end)
		return r.took(end + 1), nil, nil, nil
	}
	if end+1 == len(b) { // a line is over only when the next one does not continue it
		r.seen = end
		return 0, nil, nil, r.unfinished(len(b))
	}
	r.ending(b, end)
	name, value, err = r.split(b[:end])
	if err != nil || !IsText(value) {
		return 0, nil, nil, BadField
	}
	if c := b[end+1]; c == ' ' || c == '\t' {
		r.folding, r.seen = true, end
		return r.folded(b)
	}
	return r.took(end + 1), name, trim(value), nil
}

// folded goes on with a field that is continued and is known up to the line
// feed at r.seen.
func (r *Response) folded(b []byte) (n int, name, value []byte, err error) {
	for {
		from := r.seen + 1
		if from == len(b) {
			return 0, nil, nil, r.unfinished(len(b))
		}
		if b[from] != ' ' && b[from] != '\t' {
			break
		}
		more := bytes.IndexByte(b[from:], '\n')
		if more < 0 {
			return 0, nil, nil, r.unfinished(len(b))
		}
		if !IsText(withoutCR(b[from : from+more])) {
			return 0, nil, nil, BadField
		}
		r.seen = from + more
	}
	end := r.seen
	if end >= r.allowed {
		return 0, nil, nil, HeadTooLong
	}
	r.ending(b, end)
	r.Deviations |= Folded
	name, value = foldedName(b[:end])
	return r.took(end + 1), name, value, nil
}

func (r *Response) split(line []byte) (name, value []byte, err error) {
	colon := 0
	for colon < len(line) && token[line[colon]] {
		colon++
	}
	if colon == 0 || colon == len(line) || line[colon] != ':' {
		return r.oddField(line)
	}
	return line[:colon], withoutCR(line[colon+1:]), nil
}

// heed takes note of the fields that frame the response, and of those wanted.
func (r *Response) heed(name, value []byte) error {
	switch len(name) {
	case len("connection"):
		if equalFold(name, "connection") {
			r.close = r.close || hasElement(value, "close")
			r.kept = r.kept || hasElement(value, "keep-alive")
		}
	case len("content-length"):
		if equalFold(name, "content-length") {
			if err := r.contentLength(value); err != nil {
				return err
			}
		}
	case len("trailer"):
		if r.Strict != nil && equalFold(name, "trailer") {
			r.how = dropped // net/http refuses some, and nothing here depends on it
		}
	case len("transfer-encoding"):
		if equalFold(name, "transfer-encoding") && !r.old {
			if r.coded || !equalFold(value, "chunked") {
				return BadCoding
			}
			r.chunked = true
		}
		r.coded = r.coded || equalFold(name, "transfer-encoding")
	}
	if r.Code >= 200 {
		r.Field(name, value)
	}
	return nil
}

// unfold is a value without the line breaks that it was continued after: each is a
// space (RFC 9112 section 5.2).
func unfold(value []byte) string {
	if bytes.IndexByte(value, '\n') < 0 {
		return string(value)
	}
	lines := bytes.Split(value, []byte("\n"))
	for i, line := range lines {
		lines[i] = trim(withoutCR(line))
	}
	return string(trim(bytes.Join(lines, []byte(" "))))
}

// frame decides how the body is framed (RFC 9112 section 6.3).
func (r *Response) frame() {
	if r.coded && r.length >= 0 {
		r.Deviations |= TwoFramings
	}
	r.close = r.close || r.old && !r.kept || r.coded && (r.old || r.length >= 0)
	switch {
	case r.noBody || r.Code == 204 || r.Code == 304:
		r.state = atEnd
	case r.chunked:
		r.state = atChunkSize
	case r.length == 0:
		r.state = atEnd
	case r.length > 0:
		r.left, r.state = r.length, atBody
	default:
		r.close, r.state = true, atRest
	}
}

// line returns where the line that b begins with ends, -1 if b ends first.
func (r *Response) line(b []byte) int {
	if i := bytes.IndexByte(b[r.seen:], '\n'); i >= 0 {
		return r.seen + i
	}
	r.seen = len(b)
	return -1
}

func (r *Response) took(n int) int {
	r.seen, r.folding = 0, false
	r.allowed -= n
	return n
}

// unfinished reports whether it makes sense to wait for the rest of a line of
// which n bytes are here.
func (r *Response) unfinished(n int) error {
	if n >= r.allowed {
		return HeadTooLong
	}
	return nil
}
