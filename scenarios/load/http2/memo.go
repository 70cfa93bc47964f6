package http2

import (
	"bytes"
	"slices"

	"tollgate/scenarios/load/http1"
)

// maxMemo bounds the header block that is remembered.
const maxMemo = 2 << 10

// A memo remembers the latest header of a response. The responses of one server are often
// alike, byte for byte, until their date changes, and to compare a block takes a fraction of
// the time that its fields take, which are Huffman-coded. What a block adds to the dynamic
// table is added again each time. A block that refers to the table says the same only as
// long as that is the same.
type memo struct {
	block  []byte       // empty: nothing is remembered
	refers bool         // to the dynamic table
	table  int          // how often that had changed, before this block did
	adds   []tableEntry // to the table, the oldest first
	// As in header, and what the fields took of what a header may have.
	code, plain, took int
	length            int64
	http1.Deviations
}

// recall fills in what is known of a block, where nothing but its status, its length and
// its size is wanted.
func (m *memo) recall(h *header, s *Stream, b []byte, t *table) bool {
	if h.trailer || m.took > h.left || s.Capture != nil || s.Whole > 0 || len(m.block) == 0 || !bytes.Equal(m.block, b) {
		return false
	}
	if m.refers && m.table != t.changes || s.Watcher != nil && s.Watcher.Wants(m.code) != nil {
		return false
	}
	for i := range m.adds {
		t.add(m.adds[i].field())
	}
	h.begun, h.code, h.length, h.plain = true, m.code, m.length, m.plain
	h.left -= m.took
	h.Deviations |= m.Deviations
	return true
}

// keep remembers a block that has just been read, before which the table had seen so many
// changes. It took so much of what a header may have. A block that adds more than the table
// holds is not remembered.
func (m *memo) keep(h *header, b []byte, took int, d *decoder, before int) {
	adds := d.table.changes - before
	if h.bad != "" || h.trailer || h.code < 200 || len(b) > maxMemo || adds > d.table.count {
		return
	}
	m.adds = slices.Grow(m.adds[:0], adds)[:adds] // with the memory of those before
	for i := range m.adds {
		m.adds[i].set(d.table.at(adds - 1 - i))
	}
	m.block, m.refers, m.table = append(m.block[:0], b...), d.refers, before
	m.code, m.plain, m.took, m.length, m.Deviations = h.code, h.plain, took, h.length, h.Deviations
}
