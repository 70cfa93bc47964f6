package http2

import (
	"bytes"
	"unsafe"

	"golang.org/x/net/http2/hpack"
)

// A Request is what stays the same of a request's head from one sending to the next.
type Request struct {
	Number int    // among those of its connections
	Scheme string // of the target's URL
	Head   bool   // the response has no body
	Whole  bool   // the head is the same at each sending

	// Steady are the fields, by their names in lower case, whose values are the same at
	// each sending. They enter the table that the server keeps, so that they are a byte
	// each from the second sending on. Those of which the others hold are written out.
	Steady map[string]bool
}

// An encoder writes header blocks (RFC 7541). It adds to the server's table only what
// it will need again, and never lets anything drop out of it.
type encoder struct {
	most    int            // that the table may hold
	size    int            // of what is in it, with overhead
	index   map[string]int // of what is in it: the number of each field
	resize  bool           // the next block begins with a change of the table's size
	version int            // of the table
	blocks  []encodedBlock // by Request.Number
	scratch []byte
	key     []byte
}

// An encodedBlock is the head of a request as it goes out as long as the table stays
// what it was.
type encodedBlock struct {
	bytes   []byte
	plain   int // the size of the fields before compression
	version int
}

// limit says how large the server lets the table be.
func (e *encoder) limit(most int) {
	if most = min(most, initialTableSize); most == e.most {
		return
	}
	e.most, e.size, e.resize = most, 0, true
	clear(e.index)
	e.version++
}

// block returns the header block of a request and the size of its fields before
// compression.
func (e *encoder) block(r *Request, text []byte) ([]byte, int) {
	for len(e.blocks) <= r.Number {
		e.blocks = append(e.blocks, encodedBlock{version: -1})
	}
	known := &e.blocks[r.Number]
	if r.Whole && known.version == e.version && !e.resize {
		return known.bytes, known.plain
	}
	before := e.version
	var plain int
	e.scratch, plain = e.appendHead(e.scratch[:0], r, text)
	if r.Whole && before == e.version {
		known.bytes, known.plain, known.version = append(known.bytes[:0], e.scratch...), plain, before
	}
	return e.scratch, plain
}

// appendHead translates the head of a request from HTTP/1.1 (RFC 9113 section 8.3.1).
func (e *encoder) appendHead(b []byte, r *Request, text []byte) ([]byte, int) {
	if e.resize {
		e.resize = false
		e.version++ // so that no block begins with this again
		b = appendNumber(b, 0x20, 5, 0)
		b = appendNumber(b, 0x20, 5, e.most)
	}
	line, rest := cutLine(text)
	method, line, _ := bytes.Cut(line, []byte{' '})
	target := line[:max(bytes.LastIndexByte(line, ' '), 0)]
	plain := 0
	add := func(name, value []byte, steady bool) {
		b = e.appendField(b, name, value, steady)
		plain += len(name) + len(value)
	}
	add([]byte(":method"), method, true)
	add([]byte(":scheme"), []byte(r.Scheme), true)
	add([]byte(":authority"), hostOf(rest), r.Steady["host"])
	add([]byte(":path"), target, r.Whole)
	var lower [64]byte
	for {
		line, rest = cutLine(rest)
		name, value, ok := bytes.Cut(line, []byte(": "))
		if !ok {
			return b, plain
		}
		if name = appendLower(lower[:0], name); !hopByHop(name, value) && string(name) != "host" {
			add(name, value, r.Steady[string(name)])
		}
	}
}

// cutLine cuts the first line off a text whose lines end with CR LF.
func cutLine(b []byte) (line, rest []byte) {
	if i := bytes.IndexByte(b, '\n'); i > 0 {
		return b[:i-1], b[i+1:]
	}
	return b, nil
}

// hostOf is the value of the field Host, which begins the fields of a request
// (load.AppendHTTP1).
func hostOf(fields []byte) []byte {
	line, _ := cutLine(fields)
	_, value, _ := bytes.Cut(line, []byte(": "))
	return value
}

func appendLower(b, name []byte) []byte {
	for _, c := range name {
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		b = append(b, c)
	}
	return b
}

// hopByHop reports whether a field is about a connection of HTTP/1.1, which HTTP/2
// forbids (RFC 9113 section 8.2.2).
func hopByHop(name, value []byte) bool {
	switch string(name) {
	case "connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade":
		return true
	case "te":
		return string(value) != "trailers"
	}
	return false
}

func (e *encoder) appendField(b, name, value []byte, steady bool) []byte {
	e.key = fieldKey(e.key[:0], name, value)
	if i := staticFields[string(e.key)]; i > 0 {
		return appendNumber(b, 0x80, 7, i)
	}
	size := len(name) + len(value) + overhead
	if steady {
		if n, known := e.index[string(e.key)]; known {
			return appendNumber(b, 0x80, 7, len(staticTable)+len(e.index)-1-n)
		}
		if steady = e.size+size <= e.most; steady {
			e.index[string(e.key)] = len(e.index)
			e.size += size
			e.version++
		}
	}
	how, bits := byte(0), uint8(4)
	if steady {
		how, bits = 0x40, 6
	}
	i := staticNames[string(name)]
	b = appendNumber(b, how, bits, i)
	if i == 0 {
		b = appendText(b, name)
	}
	return appendText(b, value)
}

// appendNumber appends a number whose first bits are the lowest of the first byte, which
// also says how the field is written (RFC 7541 section 5.1).
func appendNumber(b []byte, how byte, bits uint8, n int) []byte {
	most := 1<<bits - 1
	if n < most {
		return append(b, how|byte(n))
	}
	b = append(b, how|byte(most))
	for n -= most; n >= 0x80; n >>= 7 {
		b = append(b, 0x80|byte(n))
	}
	return append(b, byte(n))
}

// appendText appends a text, in Huffman's code where that is shorter.
func appendText(b, text []byte) []byte {
	s := unsafe.String(unsafe.SliceData(text), len(text)) // hpack does not keep it
	if n := int(hpack.HuffmanEncodeLength(s)); n < len(text) {
		return hpack.AppendHuffmanString(appendNumber(b, 0x80, 7, n), s)
	}
	return append(appendNumber(b, 0, 7, len(text)), text...)
}
