package http1

import "bytes"

// maxMemo bounds the heads that are remembered.
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
