package http2

import (
	"slices"
	"strconv"

	"golang.org/x/net/http2"

	"tollgate/scenarios/load/http1"
)

// headers reads a HEADERS frame.
func (c *Conn) headers(f frameHeader, b []byte) *fault {
	if !c.opened(f.stream) {
		return &fault{http2.ErrCodeProtocol, "a response to a request that was never sent"}
	}
	if s := c.count(f); s != nil && s.First == 0 {
		s.First = c.Now
	}
	if f.has(flagPadded) {
		if len(b) == 0 || int(b[0]) >= len(b) {
			return &fault{http2.ErrCodeProtocol, badPadding}
		}
		b = b[1 : len(b)-int(b[0])]
	}
	if f.has(flagPriority) {
		if len(b) < 5 {
			return &fault{http2.ErrCodeFrameSize, "HEADERS are shorter than the priority in them"}
		}
		b = b[5:]
	}
	if f.has(flagEndHeaders) {
		return c.header(f, b)
	}
	c.blockOf, c.block = f, append(c.block[:0], b...)
	return nil
}

func (c *Conn) continuation(f frameHeader, b []byte) *fault {
	if c.blockOf.stream == 0 {
		return &fault{http2.ErrCodeProtocol, "CONTINUATION of no header"}
	}
	c.count(f)
	if len(c.block)+len(b) > http1.MaxHead {
		return &fault{http2.ErrCodeEnhanceYourCalm, "the header is longer than 256 KiB"}
	}
	c.block = append(c.block, b...)
	if !f.has(flagEndHeaders) {
		return nil
	}
	f, c.blockOf = c.blockOf, frameHeader{}
	return c.header(f, c.block)
}

// header reads a whole header, or trailer, for the stream of f.
func (c *Conn) header(f frameHeader, b []byte) *fault {
	s := c.stream(f.stream)
	h := header{length: -1, into: s}
	if s != nil {
		c.idle = 0
		h.trailer, h.left = s.Code != 0, s.head
		s.PackedIn += len(b)
	}
	if before := c.decoder.table.changes; s == nil || !c.memo.recall(&h, s, b, &c.decoder.table) {
		if err := c.fields(&h, b); err != nil {
			return &fault{http2.ErrCodeCompression, http1.Malformed(err.Error())}
		}
		if s != nil {
			c.memo.keep(&h, b, s.head-h.left, &c.decoder, before)
		}
	}
	if s != nil {
		s.HeadIn += h.plain
		c.head(s, &h, f.has(flagEndStream))
	}
	return nil
}

// fields reads the fields of a whole header.
func (c *Conn) fields(h *header, b []byte) error {
	c.decoder.begun, c.decoder.refers = false, false
	for n := 0; n < len(b); {
		k, field, err := c.decoder.next(b[n:])
		if err != nil {
			return err
		}
		if n += k; !field.resize {
			h.field(&field)
		}
	}
	return nil
}

// A header is what is known of a header that is being read.
type header struct {
	into    *Stream // nil: its stream has ended, and only the tables need it
	trailer bool
	code    int
	begun   bool // a field that is not :status has come
	length  int64
	left    int // bytes that it may still have
	plain   int // bytes that its fields have
	http1.Deviations
	bad http1.Malformed // what is wrong with it, "" for nothing
}

// head concludes from a header what it means for its stream.
func (c *Conn) head(s *Stream, h *header, last bool) {
	if s.head = h.left; h.bad == "" && !h.trailer {
		h.begin()
	}
	s.Deviations |= h.Deviations
	switch {
	case h.bad != "":
		c.refuse(s, http2.ErrCodeProtocol, h.bad)
	case h.trailer && !last:
		c.refuse(s, http2.ErrCodeProtocol, "a second header within the content")
	case h.trailer:
		c.finish(s)
	case h.code < 200 && last:
		c.refuse(s, http2.ErrCodeProtocol, "an interim response ends the stream")
	case h.code < 200:
		s.Interim++
		c.handler.Interim(s)
	default:
		s.Code, s.length = h.code, h.length
		if s.noBody = s.noBody || h.code == 204 || h.code == 304; last {
			c.finish(s)
		}
	}
}

// begin notes the status, before the first other field or where there is none.
func (h *header) begin() {
	if h.begun {
		return
	}
	h.begun = true
	switch {
	case h.code == 0:
		h.complain("there is no :status")
	case h.code >= 200:
		h.into.Begin(h.code)
	}
}

func (h *header) complain(why http1.Malformed) {
	if h.bad == "" {
		h.bad = why
	}
}

func (h *header) field(f *headerField) {
	size := len(f.name) + len(f.value)
	h.plain += size
	if h.into == nil {
		return
	}
	if h.left -= size + overhead; h.left < 0 {
		h.complain(http1.HeadTooLong)
	}
	switch {
	case h.bad != "":
	case len(f.name) > 0 && f.name[0] == ':':
		h.pseudo(f)
	case !f.known && !isName(f.name), !http1.IsText(f.value):
		h.complain(http1.BadField)
	case h.trailer:
	default:
		if h.begin(); h.bad == "" && h.code >= 200 {
			h.heed(f)
		}
	}
}

// pseudo reads :status, the only one of its kind in a response.
func (h *header) pseudo(f *headerField) {
	n, err := strconv.ParseUint(string(f.value), 10, 16)
	switch {
	case string(f.name) != ":status" || h.trailer || h.begun || h.code != 0:
		h.complain("a field whose name begins with a colon is out of place")
	case err != nil || len(f.value) != 3 || n < 100:
		h.complain("the status is not three digits")
	case n == 101:
		h.complain(http1.BadUpgrade)
	default:
		if h.code = int(n); n > 599 {
			h.Deviations |= http1.OddStatus
		}
	}
}

// heed takes note of a field of a final response.
func (h *header) heed(f *headerField) {
	switch {
	case string(f.name) == "content-length":
		n, ok := http1.Number(f.value)
		if !ok || h.length >= 0 && h.length != n {
			h.complain(http1.BadLength)
		}
		h.length = n
	case hopByHop(f.name, f.value):
		h.Deviations |= http1.ConnectionField
		return
	}
	h.into.Field(f.name, f.value)
}

// isName reports whether a name is one that HTTP/2 allows: no capital letters.
func isName(b []byte) bool {
	return len(b) > 0 && !slices.ContainsFunc(b, func(c byte) bool { return !nameBytes[c] })
}

var nameBytes = func() (of [256]bool) {
	for _, c := range []byte("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz") {
		of[c] = true
	}
	return of
}()
