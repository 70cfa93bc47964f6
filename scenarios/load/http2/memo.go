package http2

import (
	"bytes"

	"tollgate/scenarios/load/http1"
)

// maxMemo bounds the header block that is remembered.
const maxMemo = 2 << 10

// A memo remembers the latest header of a response. The responses of one server are often
// alike, byte for byte, until their date changes, and to compare a block takes a tenth of
// the time that its fields take, which are Huffman-coded. A block that refers to the
// dynamic table says the same only as long as that is the same.
type memo struct {
	block []byte // empty: nothing is remembered
	table int    // its changes, when the block was read
	// As in header, and what the fields took of what a header may have.
	code, plain, took int
	length            int64
	http1.Deviations
}

// recall fills in what is known of a block, where nothing but its status, its length and
// its size is wanted.
func (m *memo) recall(h *header, s *Stream, b []byte, table int) bool {
	if m.table != table || h.trailer || m.took > h.left || s.Capture != nil || s.Whole > 0 || len(m.block) == 0 || !bytes.Equal(m.block, b) {
		return false
	}
	if s.Watcher != nil && s.Watcher.Wants(m.code) != nil {
		return false
	}
	h.begun, h.code, h.length, h.plain = true, m.code, m.length, m.plain
	h.left -= m.took
	h.Deviations |= m.Deviations
	return true
}

// keep remembers a block that has just been read, and changed no table. It took so much of
// what a header may have.
func (m *memo) keep(h *header, b []byte, took, table int) {
	if h.bad != "" || h.trailer || h.code < 200 || len(b) > maxMemo {
		return
	}
	*m = memo{
		block: append(m.block[:0], b...), table: table,
		code: h.code, length: h.length, plain: h.plain, took: took, Deviations: h.Deviations,
	}
}
