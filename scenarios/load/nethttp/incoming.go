package nethttp

import (
	"io"
	"time"

	"tollgate/scenarios/load"
	"tollgate/scenarios/load/http1"
)

// incoming reads the responses on a connection before the transport does, with
// the parser of the wire engine. So both engines agree on what a response is,
// where it ends and why it is none, and the transport meets nothing that it
// would refuse or print a complaint about:
//
//   - it sees the form of a response that strict readers take, and its head in
//     one piece;
//   - it lends a connection to the next request at the moment that a response is
//     complete, so there is no time to end one afterwards without ending that
//     request too. But it never lends one whose end it has seen. So where a
//     connection is due for recycling, or the server has sent more than the response, it sees
//     the end together with the last bytes.
//   - it sees the beginning of a response that failed within the head, since it
//     sends a request again of which it saw no answer.
//   - what a server sends before it was sent anything waits until it was.
//   - it would send a body that the server has refused before "100 Continue", to keep the
//     connection; like curl and the wire engine, it is made to close that instead.
type incoming struct {
	response http1.Response
	strict   http1.Strict
	expected bool   // a response is
	head     int64  // bytes of a request that waits with its body for "100 Continue"; 0: it does not
	end      error  // not nil: nothing is read after what is in strict, but this; set by the reader alone
	buffer   []byte // what was received and is an unfinished line
	held     int    // of buffer; the reader's alone, like buffer
}

// firstBuffer is how much is received at a time, unless a line is longer.
const firstBuffer = 8 << 10

// expect prepares for a request that is about to be sent. The transport may be reading
// already; nothing is held, or the connection would not have been lent again.
func (i *incoming) expect(r *request) {
	i.strict.Reset()
	i.response.Reset(r.toHead, nil, nil)
	i.expected, i.head = true, r.waits
}

// Read implements io.Reader for the transport.
func (m *timedConn) Read(b []byte) (n int, err error) {
	for n == 0 && err == nil {
		m.mu.Lock()
		n = m.strict.Take(b)
		streams := m.expected && m.response.Streams()
		m.mu.Unlock()
		switch {
		case n > 0:
		case m.end != nil:
			err = m.end
		case streams:
			n, err = m.stream(b)
		default:
			err = m.receive()
		}
	}
	if m.end == io.EOF {
		err = m.end
	}
	return n, err
}

// receive reads what comes next into the buffer, and what is whole of it into
// the strict form of the response.
func (m *timedConn) receive() error {
	if len(m.buffer)-m.held < firstBuffer/2 {
		m.buffer = append(m.buffer, make([]byte, max(firstBuffer, len(m.buffer)))...)
	}
	n, err := m.Conn.Read(m.buffer[m.held:])
	at := m.clock()
	m.mu.Lock()
	defer m.mu.Unlock()
	for m.carried < 2 && !m.now.wrote && !m.closed {
		m.wrote.Wait()
	}
	if !m.expected || n > 0 && !m.now.wrote {
		m.end = io.EOF // an idle connection has ended, or received bytes without a request
		return m.end
	}
	m.received(n, at)
	m.strict.Closes = m.now.out <= m.head
	all := m.held + n
	k, bad := m.response.Feed(m.buffer[:all])
	m.held = copy(m.buffer, m.buffer[k:all])
	m.after(bad, err, at, m.held > 0)
	return nil
}

func (m *timedConn) stream(b []byte) (int, error) {
	n, err := m.Conn.Read(b)
	at := m.clock()
	m.mu.Lock()
	defer m.mu.Unlock()
	m.received(n, at)
	m.response.Strict = nil
	k, bad := m.response.Feed(b[:n])
	m.response.Strict = &m.strict
	m.after(bad, err, at, k < n)
	return k, nil
}

func (m *timedConn) received(n int, at time.Duration) {
	now := m.now
	if n == 0 {
		return
	}
	if !now.read {
		now.read, now.first = true, at
	}
	now.last = at
	now.in += int64(n)
}

// after handles the outcome of reading and parsing the latest bytes.
// Surplus says that there are more bytes than the response has, if it is done.
func (m *timedConn) after(bad, err error, at time.Duration, surplus bool) {
	now := m.now
	switch {
	case bad != nil:
		now.failed, m.end = bad, bad
	case m.response.Done():
		m.expected = false
		if surplus || err != nil || m.strict.Closes || !m.response.KeepAlive() || m.reuse.Ended(m.carried, at-m.since) {
			m.end = io.EOF
		}
	case err == io.EOF && m.response.End():
		m.expected, m.end = false, io.EOF
	case err == io.EOF:
		now.failed, m.end = io.ErrUnexpectedEOF, io.ErrUnexpectedEOF
	case err != nil:
		now.failed, m.end = err, err
	}
	if now.failed != nil && now.in > 0 && m.response.Status() == 0 {
		m.strict.Begin()
	}
	now.code, now.body, now.deviations, now.protocol = m.response.Status(), m.response.Body, m.response.Deviations, load.ProtocolOf(&m.response)
}
