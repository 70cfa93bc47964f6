package nethttp

import (
	"encoding/binary"

	"golang.org/x/net/http2/hpack"

	"tollgate/scenarios/load"
)

// The frames that a framedConn looks into, and their flags (RFC 9113 section 6).
const (
	frameData         = 0x0
	frameHeaders      = 0x1
	framePriority     = 0x2
	frameReset        = 0x3
	frameSettings     = 0x4
	framePush         = 0x5
	frameGoAway       = 0x7
	frameWindowUpdate = 0x8
	frameContinuation = 0x9

	flagEndStream  = 0x1 // of DATA and HEADERS
	flagAck        = 0x1 // of SETTINGS
	flagEndHeaders = 0x4
	flagPadded     = 0x8
	flagPriority   = 0x20
)

// frameHead is the length of what comes before the payload of a frame (section 4.1), and
// preface that of what a client sends before its first frame (section 3.4).
const (
	frameHead = 9
	preface   = 24
)

type frame struct {
	kind, flags byte
	stream      uint32
	size        int // of the payload
}

// isText reports whether this is no frame but the beginning of a response of HTTP/1.
func (f frame) isText() bool { return f.size == 'H'<<16|'T'<<8|'T' && f.kind == 'P' && f.flags == '/' }

// carriesHeaders reports whether the payload holds compressed fields.
func (f frame) carriesHeaders() bool {
	return f.kind == frameHeaders || f.kind == frameContinuation || f.kind == framePush
}

// responds reports whether the frame is a part of a response.
func (f frame) responds() bool { return f.carriesHeaders() || f.kind == frameData }

// handled reports whether net/http handles frames of this kind.
func (f frame) handled() bool { return f.kind <= frameContinuation && f.kind != framePriority }

// A frameReader follows the frames that pass in one direction of a connection, in
// whatever pieces they pass.
type frameReader struct {
	skip    int // bytes to come before the first frame
	head    [frameHead]byte
	had     int // of head
	now     frame
	left    int    // of its payload
	payload []byte // as far as it is looked into
	fields  fields
}

// most of a payload that is kept: header fields and SETTINGS as a whole, and of others the
// codes at their beginning.
const payloadStart = 8

// A piece is a part of a frame that passed at once.
type piece struct {
	n            int  // bytes
	counts       int  // bytes to count for the stream of the frame: those of its head when it is complete
	begun, ended bool // the head, or the frame, is complete with this piece
}

// next takes the piece of a frame that b begins with.
func (r *frameReader) next(b []byte) piece {
	switch {
	case r.skip > 0:
		n := min(r.skip, len(b))
		r.skip -= n
		return piece{n: n, counts: n}
	case r.had < frameHead:
		n := copy(r.head[r.had:], b)
		if r.had += n; r.had < frameHead {
			return piece{n: n}
		}
		r.begin()
		return piece{n: n, counts: frameHead, begun: true, ended: r.end()}
	default:
		n := min(r.left, len(b))
		r.keep(b[:n])
		r.left -= n
		return piece{n: n, counts: n, ended: r.end()}
	}
}

func (r *frameReader) begin() {
	h := &r.head
	r.now = frame{
		size: int(h[0])<<16 | int(h[1])<<8 | int(h[2]), kind: h[3], flags: h[4],
		stream: binary.BigEndian.Uint32(h[5:]) & (1<<31 - 1),
	}
	r.left, r.payload = r.now.size, r.payload[:0]
}

func (r *frameReader) keep(b []byte) {
	if !r.now.carriesHeaders() && r.now.kind != frameSettings {
		b = b[:min(len(b), payloadStart-min(payloadStart, len(r.payload)))]
	}
	r.payload = append(r.payload, b...)
}

// end looks into a frame if it is complete.
func (r *frameReader) end() bool {
	if r.left > 0 {
		return false
	}
	r.had = 0
	if r.now.carriesHeaders() {
		r.fields.block(r.now, r.payload)
	}
	if cap(r.payload) > 1<<16 {
		r.payload = nil
	}
	return true
}

// code is the error code of a frame RST_STREAM or GOAWAY, and last the last stream that
// GOAWAY names.
func (r *frameReader) code() (code, last uint32) {
	switch {
	case r.now.kind == frameReset && len(r.payload) >= 4:
		return binary.BigEndian.Uint32(r.payload), 0
	case r.now.kind == frameGoAway && len(r.payload) >= 8:
		return binary.BigEndian.Uint32(r.payload[4:]), binary.BigEndian.Uint32(r.payload) & (1<<31 - 1)
	}
	return 0, 0
}

// fields measure header blocks: the lengths of the names and values that they stand for.
// The table to which blocks refer is that of a direction, so all of them are read.
type fields struct {
	decoder *hpack.Decoder
	plain   int64 // of the latest block, as far as it was read
	count   int64 // of fields in it
	broken  bool  // a block could not be read: the following ones are not measured
}

// tableSize is how large net/http's client lets the table of each direction be.
const tableSize = 4096

func newFields() fields {
	f := fields{decoder: hpack.NewDecoder(tableSize, nil)}
	f.decoder.SetMaxStringLength(load.MaxHeader)
	return f
}

// block reads a frame of a block.
func (f *fields) block(now frame, payload []byte) {
	if now.kind != frameContinuation {
		f.plain, f.count = 0, 0
		payload = f.fragment(now, payload)
	}
	if f.broken {
		return
	}
	f.decoder.SetEmitFunc(func(h hpack.HeaderField) {
		f.plain += int64(len(h.Name) + len(h.Value))
		f.count++
	})
	_, err := f.decoder.Write(payload)
	if err == nil && now.flags&flagEndHeaders != 0 {
		err = f.decoder.Close()
	}
	f.broken = err != nil
}

// whole is the size of the block that a frame completes, and how many fields it has; 0 if
// it completes none.
func (f *fields) whole(now frame) (plain, count int64) {
	if now.flags&flagEndHeaders == 0 {
		return 0, 0
	}
	return f.plain, f.count
}

// fragment is what of a payload is a part of the block (sections 6.2 and 6.6).
func (f *fields) fragment(now frame, b []byte) []byte {
	padding := 0
	if now.flags&flagPadded != 0 && len(b) > 0 {
		padding, b = int(b[0]), b[1:]
	}
	before := 0
	switch {
	case now.kind == framePush:
		before = 4
	case now.flags&flagPriority != 0:
		before = 5
	}
	if before+padding > len(b) {
		f.broken = true
		return nil
	}
	return b[before : len(b)-padding]
}
