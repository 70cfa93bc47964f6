package nethttp

import (
	"context"
	"io"
	"net/http"
	"sync"
	"time"

	"golang.org/x/net/http2"

	"tollgate/results"
	"tollgate/scenarios/load"
)

// A framedConn is a connection that carries HTTP/2. Like a timedConn it lies above TLS
// and below net/http, and knows when whose bytes passed, and how many: it follows the
// frames in both directions. Bytes of frames that belong to no request that is under way
// count with the request that ends next, so that sums are what the server counts.
type framedConn struct {
	link
	client *http.ClientConn // that speaks over it

	// How the pool uses it, under the pool's lock.
	carried int  // requests so far
	using   int  // requests that have it now
	retired bool // it gets no further one

	settled chan struct{} // closed: the server's SETTINGS have come

	mu                sync.Mutex
	out, in           frameReader
	streams           map[uint32]*timings // of requests that have not ended
	opened            *timings            // of the latest stream, until a request claims it
	otherOut, otherIn int64               // bytes that no request has yet
	farewell          error               // that the server said goodbye with
	closed            bool                // by us
}

func newFramedConn(l link) *framedConn {
	m := &framedConn{link: l, settled: make(chan struct{}), streams: map[uint32]*timings{}}
	m.out.skip, m.out.fields, m.in.fields = preface, newFields(), newFields()
	return m
}

// A ride is a request's use of a framedConn.
type ride struct {
	conn   *framedConn
	seen   *timings // of its stream; nil: it has none
	ended  bool
	reused bool // others had the connection before
}

// claim takes over the stream that was opened last. The transport opens one at a time, and
// calls WroteHeaders of httptrace before the next one; perhaps when nobody waits any more.
func (r *ride) claim() {
	m := r.conn
	m.mu.Lock()
	defer m.mu.Unlock()
	t := m.opened
	m.opened = nil
	if r.ended && t != nil {
		m.forget(t)
	} else if t != nil {
		r.seen = t
	}
}

// end returns the timings of the request, which has ended.
func (r *ride) end() timings {
	m := r.conn
	m.mu.Lock()
	defer m.mu.Unlock()
	r.ended = true
	if r.seen == nil {
		return timings{protocol: results.HTTP2}
	}
	t := r.seen
	m.forget(t)
	t.out, m.otherOut = t.out+m.otherOut, 0
	t.in, m.otherIn = t.in+m.otherIn, 0
	return *t
}

// forget ends a stream: what still comes of it belongs to others.
func (m *framedConn) forget(t *timings) { delete(m.streams, t.stream) }

// leaving reports whether the server takes no further request.
func (m *framedConn) leaving() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.farewell != nil
}

// settleTimeout is how long a server's SETTINGS are waited for.
const settleTimeout = time.Second

// room is how many requests may be under way at a time.
func (m *framedConn) room(ctx context.Context, most int) int {
	timer := time.NewTimer(settleTimeout)
	defer timer.Stop()
	select {
	case <-m.settled:
	case <-timer.C:
	case <-ctx.Done():
	}
	return max(1, min(most, m.client.Available()+m.client.InFlight()))
}

// Close ends the connection.
func (m *framedConn) Close() error {
	m.mu.Lock()
	m.closed = true
	m.mu.Unlock()
	return m.Conn.Close()
}

// Write notes the time before it writes, as the response may be read before the writing
// goroutine runs again. What was not written in the end is taken back.
func (m *framedConn) Write(b []byte) (int, error) {
	m.mu.Lock()
	var counted *int64
	for rest := b; len(rest) > 0; {
		p := m.out.next(rest)
		counted = m.sent(p)
		rest = rest[p.n:]
	}
	m.mu.Unlock()
	n, err := m.Conn.Write(b)
	if n < len(b) && counted != nil {
		m.mu.Lock()
		*counted -= min(*counted, int64(len(b)-n))
		m.mu.Unlock()
	}
	return n, err
}

// sent counts a piece of a frame, and says where.
func (m *framedConn) sent(p piece) *int64 {
	f := m.out.now
	if p.begun && f.kind == frameHeaders && m.streams[f.stream] == nil {
		m.opened = &timings{stream: f.stream, protocol: results.HTTP2, wrote: true, sent: m.clock()}
		m.streams[f.stream] = m.opened
	}
	t := m.streams[f.stream]
	if t == nil {
		m.otherOut += int64(p.counts)
		return &m.otherOut
	}
	t.out += int64(p.counts)
	if p.ended && f.carriesHeaders() {
		t.headers.Out += int64(f.size)
		t.headers.PlainOut += m.out.fields.whole(f)
	}
	return &t.out
}

// Read follows what arrives.
func (m *framedConn) Read(b []byte) (int, error) {
	n, err := m.Conn.Read(b)
	at := m.clock()
	m.mu.Lock()
	defer m.mu.Unlock()
	for rest := b[:n]; len(rest) > 0; {
		p := m.in.next(rest)
		m.received(p, at)
		rest = rest[p.n:]
	}
	if err != nil && !m.closed {
		m.cut(err)
	}
	return n, err
}

// cut is the end of the connection, which is why no request on it gets more of a response.
func (m *framedConn) cut(err error) {
	switch {
	case m.farewell != nil:
		err = m.farewell
	case err == io.EOF:
		err = io.ErrUnexpectedEOF
	}
	for _, t := range m.streams {
		if t.failed == nil {
			t.failed, t.cut = err, true
		}
	}
}

func (m *framedConn) received(p piece, at time.Duration) {
	f := m.in.now
	t := m.streams[f.stream]
	if t == nil {
		m.otherIn += int64(p.counts)
	} else {
		t.in += int64(p.counts)
	}
	if t != nil && p.counts > 0 && (f.carriesHeaders() || f.kind == frameData) {
		if !t.read {
			t.read, t.first = true, at
		}
		t.last = at
	}
	if p.ended {
		m.understand(f, t)
	}
}

// understand takes note of a frame that is complete. T is nil if it belongs to no request
// that is under way.
func (m *framedConn) understand(f frame, t *timings) {
	code, last := m.in.code()
	switch {
	case f.kind == frameSettings && f.flags&flagAck == 0:
		select {
		case <-m.settled:
		default:
			close(m.settled)
		}
	case f.kind == frameGoAway:
		m.farewell = load.GoneWith(code)
		for id, t := range m.streams {
			if id > last {
				t.failed, t.unseen = m.farewell, true
			}
		}
	case t == nil:
	case f.carriesHeaders():
		t.headers.In += int64(f.size)
		t.headers.PlainIn += m.in.fields.whole(f)
	case f.kind == frameReset:
		t.failed, t.unseen = load.ResetBy(code), http2.ErrCode(code) == http2.ErrCodeRefusedStream
	}
}
