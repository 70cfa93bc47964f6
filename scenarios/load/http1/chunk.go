package http1

import "bytes"

const (
	maxChunkLine = 4 << 10  // as net/http limits it
	maxExcess    = 16 << 10 // likewise
)

// chunkSize reads the line before a chunk: its size, perhaps with extensions,
// which are skipped.
func (r *Response) chunkSize(b []byte) (int, error) {
	end := r.line(b)
	if end < 0 {
		if len(b) >= maxChunkLine {
			return 0, BadChunk
		}
		return 0, nil
	}
	line := b[:end]
	// Neither a bare LF nor a CR inside will do here: see erratum 7633 of RFC 9112.
	if cr := bytes.IndexByte(line, '\r'); cr < 0 || cr != end-1 || end > maxChunkLine {
		return 0, BadChunk
	}
	digits := bytes.TrimRight(line[:end-1], " \t")
	if ext := bytes.IndexByte(digits, ';'); ext >= 0 {
		digits = bytes.TrimRight(digits[:ext], " \t")
		if len(digits) < ext {
			r.how = rewritten // RFC 9112 has readers take such a blank, and net/http does not
		}
	}
	size, ok := hexadecimal(digits)
	if !ok || r.padded(end-1, size) {
		return 0, BadChunk
	}
	r.left, r.state, r.seen = size, atChunk, 0
	if size == 0 {
		r.state, r.allowed = atTrailer, maxTrailer
	}
	return end + 1, nil
}

// padded reports whether chunks carry unreasonably more framing than content: a
// line's bytes beyond 16 per chunk, and twice the content, add up.
func (r *Response) padded(line int, size int64) bool {
	r.excess = max(0, r.excess+int64(line)+2-16-2*size)
	return r.excess > maxExcess
}

func (r *Response) chunkEnd(b []byte) (int, error) {
	switch {
	case b[0] != '\r' || len(b) > 1 && b[1] != '\n':
		return 0, BadChunk
	case len(b) == 1:
		return 0, nil
	}
	r.state = atChunkSize
	return 2, nil
}

func (r *Response) trailer(b []byte) (int, error) {
	n, name, _, err := r.readField(b)
	switch {
	case err == HeadTooLong:
		return 0, TrailerTooLong
	case err != nil || n == 0:
		return 0, err
	case n < 2 || b[n-2] != '\r':
		return 0, BadTrailer
	case name == nil:
		r.state = atEnd
	}
	return n, nil
}
