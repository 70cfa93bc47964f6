package http1

import "bytes"

// MaxHead limits what comes before and between bodies: status line, header and
// interim responses of one response together.
const MaxHead = 256 << 10

// maxTrailer limits a trailer section, as net/http's client does.
const maxTrailer = 4 << 10

// A Response reads one response. Reset it before each use.
type Response struct {
	head
	Kept
	Interim int     // interim (1xx) responses that came before this one
	Memo    *Memo   // nil: every head is parsed
	Strict  *Strict // nil: not kept

	state   state
	noBody  bool  // the answer to HEAD
	left    int64 // bytes to come of the body or chunk
	allowed int   // bytes that the head, or the trailer section, may still have
	excess  int64 // chunk framing beyond what content justifies
	how     treatment
	seen    int  // bytes of the unfinished line that need not be looked at again
	folding bool // the unfinished line is a field that is continued
}

// Old reports whether the latest status line says HTTP/1.0.
func (r *Response) Old() bool { return r.old }

type head struct {
	Code int // as the latest status line says
	Deviations
	length  int64 // Content-Length, -1 without
	old     bool  // HTTP/1.0
	close   bool  // the connection must not serve again
	kept    bool  // "Connection: keep-alive"
	chunked bool  // Transfer-Encoding: chunked
	coded   bool  // there is a Transfer-Encoding
}

type state uint8

// The states, in the order of a message.
const (
	atStatus state = iota
	atField
	atBody      // of known length
	atRest      // up to the end of the connection
	atChunkSize // before a chunk, or before the last one
	atChunk
	atChunkEnd
	atTrailer
	atEnd
)

// Reset makes r ready for the next response. The answer to HEAD has no body.
// The prefix of the body is kept up to the capacity of prefix.
func (r *Response) Reset(toHead bool, prefix []byte, capture *Capture) {
	*r = Response{head: head{length: -1}, noBody: toHead, Kept: Kept{Watcher: r.Watcher}, Memo: r.Memo, Strict: r.Strict, allowed: MaxHead}
	r.Keep(prefix, capture)
}

// Feed reads as much of b as is complete and belongs to the response, and
// returns how much that was. When the response is not Done, the rest of b is
// an unfinished line, and is to be fed again before what follows it; when it
// is Done, the rest of b does not belong to it.
func (r *Response) Feed(b []byte) (n int, err error) {
	fresh := r.state == atStatus && r.Interim == 0 && r.Memo != nil && r.Capture == nil && r.Strict == nil
	if fresh {
		n = r.Memo.recall(r, b)
	}
	parsing := fresh && n == 0
	for n < len(b) && r.state != atEnd {
		var k int
		at := r.state
		if k, err = r.step(b[n:]); err != nil || k == 0 {
			break
		}
		if r.Strict != nil {
			r.Strict.add(r, at, b[n:n+k])
		}
		if n += k; parsing && r.state > atField {
			r.Memo.keep(r, b[:n])
			parsing = false
		}
	}
	return n, err
}

// step reads one line, or a stretch of body. It returns 0 when b ends first.
func (r *Response) step(b []byte) (int, error) {
	switch r.state {
	case atStatus:
		return r.statusLine(b)
	case atField:
		return r.field(b)
	case atBody, atChunk:
		n, next := r.content(b), atEnd
		if r.state == atChunk {
			next = atChunkEnd
		}
		if r.left == 0 {
			r.state = next
		}
		return n, nil
	case atRest:
		r.left = int64(len(b))
		return r.content(b), nil
	case atChunkSize:
		return r.chunkSize(b)
	case atChunkEnd:
		return r.chunkEnd(b)
	default:
		return r.trailer(b)
	}
}

func (r *Response) content(b []byte) int {
	n := int(min(r.left, int64(len(b))))
	r.left -= int64(n)
	r.Content(b[:n])
	return n
}

// Status is the response's status, 0 until its head is complete.
func (r *Response) Status() int {
	if r.state <= atField {
		return 0
	}
	return r.Code
}

// Streams reports whether all that comes next is content.
func (r *Response) Streams() bool { return r.state == atBody || r.state == atRest }

// Done reports whether the response is complete.
func (r *Response) Done() bool { return r.state == atEnd }

// End notes the end of the connection and reports whether the response is
// complete by that.
func (r *Response) End() bool {
	if r.state == atRest {
		r.state = atEnd
	}
	return r.state == atEnd
}

// KeepAlive reports whether the connection may serve again after the response.
func (r *Response) KeepAlive() bool { return r.state == atEnd && !r.close }

// Malformed is why bytes are not an HTTP/1.1 response that we understand.
type Malformed string

func (m Malformed) Error() string { return "malformed response: " + string(m) }

// The reasons.
const (
	BadStatusLine  Malformed = "the status line is not HTTP/1.x with a status of three digits"
	AnswersHTTP2   Malformed = "the server answers with HTTP/2"
	AnswersHTTP1   Malformed = "the server answers HTTP/2 with HTTP/1.1"
	BadUpgrade     Malformed = "101 switches to a protocol that was not asked for"
	BadField       Malformed = "a line of the header is not a field"
	BadLength      Malformed = "Content-Length is not one number"
	BadCoding      Malformed = "Transfer-Encoding is not chunked alone"
	BadFraming     Malformed = "Transfer-Encoding and Content-Length are both there, and one has a blank before its colon"
	BadChunk       Malformed = "a chunk is not framed as one"
	BadTrailer     Malformed = "the trailer section is not made of fields that end with CRLF"
	HeadTooLong    Malformed = "the header is longer than 256 KiB"
	TrailerTooLong Malformed = "the trailer section is longer than 4 KiB"
)

const maxMemo = 2 << 10

// A Memo remembers the last head that arrived in one piece. The responses of
// one server often have the same head, byte for byte, until its date changes,
// and comparing it costs a tenth of parsing it. One goroutine uses a Memo, for
// any number of connections.
type Memo struct {
	text []byte
	head head
}

// recall fills in what is known of the head that b begins with, and returns
// its length, or 0 where nothing is known. No head is the beginning of
// another, since it ends with its first blank line.
func (m *Memo) recall(r *Response, b []byte) int {
	n := len(m.text)
	if n == 0 || len(b) < n || !bytes.Equal(b[:n], m.text) {
		return 0
	}
	if r.Watcher != nil && r.Watcher.Wants(m.head.Code) != nil {
		return 0
	}
	r.head = m.head
	r.took(n)
	r.frame()
	return n
}

// keep remembers that text is the head that r has just read, unless there is
// more to it than the head says.
func (m *Memo) keep(r *Response, text []byte) {
	if len(text) > maxMemo || r.Interim > 0 || r.state == atRest {
		return
	}
	m.text, m.head = append(m.text[:0], text...), r.head
}
