package nethttp

import (
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"sync"
	"time"

	"golang.org/x/net/http2"

	"tollgate/results"
	"tollgate/scenarios/load"
	"tollgate/scenarios/load/http1"
)

// A framedConn is a connection that carries HTTP/2. Like a timedConn it lies above TLS
// and below net/http, and knows when whose bytes passed, and how many: it follows the
// frames in both directions. Bytes of frames that belong to no request that is under way
// count with the request that ends next, so that sums are what the server counts.
type framedConn struct {
	link
	client *http.ClientConn // that speaks over it

	// How the pool uses it, under the pool's lock.
	carried int    // requests so far
	turn    uint64 // when it was given a request last, see pool.turns
	using   int    // requests that have it now
	retired bool   // it gets no further one

	settled chan struct{} // closed: the server's SETTINGS have come

	mu                sync.Mutex
	out, in           frameReader
	streams           map[uint32]*timings // of requests that have not ended
	opened            *timings            // of the latest stream, until a request claims it
	otherOut, otherIn int64               // bytes that no request has yet
	latest            uint32              // stream
	farewell          error               // that the server said goodbye with
	last              uint32              // stream that it sees to then
	closed            bool                // by us
	greeted           bool                // the server's first frame has come
	broken            error               // what the server sends is not HTTP/2
	guard

	buffer []byte // what follows is the reader's alone
	ready  []byte // for net/http
	taken  int    // of ready
}

const (
	bufferSize = 16 << 10
	maxFrame   = 16 << 10 // of the payload; more is not allowed, as by most clients
)

func newFramedConn(l link) *framedConn {
	m := &framedConn{link: l, settled: make(chan struct{}), streams: map[uint32]*timings{}, guard: newGuard()}
	m.out.skip, m.out.fields, m.in.fields = preface, newFields(), newFields()
	return m
}

// A ride is a request's use of a framedConn.
type ride struct {
	conn   *framedConn
	seen   *timings // of its stream; nil: it has none
	ended  bool
	reused bool // others had the connection before
	toHead bool // HEAD: the response has no content
}

// claim takes over the stream that was opened last. The transport opens one at a time, and
// calls WroteHeaders of httptrace before the next one; perhaps when its request is over.
func (r *ride) claim() {
	m := r.conn
	m.mu.Lock()
	defer m.mu.Unlock()
	t := m.opened
	m.opened = nil
	if r.ended && t != nil {
		m.forget(t)
	} else if t != nil {
		r.seen, t.toHead = t, r.toHead
	}
}

// end returns the timings of the request, which has ended.
func (r *ride) end() timings {
	m := r.conn
	m.mu.Lock()
	defer m.mu.Unlock()
	r.ended = true
	if r.seen == nil {
		return timings{protocol: results.HTTP2, failed: m.farewell}
	}
	t := r.seen
	m.forget(t)
	t.out, m.otherOut = t.out+m.otherOut, 0
	t.in, m.otherIn = t.in+m.otherIn, 0
	return *t
}

// forget ends a stream: what still comes of it belongs to others.
func (m *framedConn) forget(t *timings) {
	delete(m.streams, t.stream)
	m.uploaded(t)
}

// leaving reports whether the connection is to carry no further request: the server takes
// none, or floods it.
func (m *framedConn) leaving() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.farewell != nil || m.flooded()
}

// requests is how many requests the server has taken, as its farewell says.
func (m *framedConn) requests() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return int(min(m.last, m.latest)+1) / 2
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
	if errors.Is(err, os.ErrDeadlineExceeded) { // nothing is read there; net/http would send further requests there
		_ = m.Close()
	}
	return n, err
}

// sent counts a piece of a frame, and says where.
func (m *framedConn) sent(p piece) *int64 {
	f := m.out.now
	if p.begun && f.kind == frameHeaders && m.streams[f.stream] == nil {
		m.opened = &timings{stream: f.stream, protocol: results.HTTP2, wrote: true, sent: m.clock()}
		m.streams[f.stream], m.latest = m.opened, f.stream
		m.unseen(m.opened)
		m.opens(f, m.opened)
	}
	t := m.streams[f.stream]
	if p.begun {
		m.leaves(f, t)
	}
	if t == nil {
		m.otherOut += int64(p.counts)
		return &m.otherOut
	}
	t.out += int64(p.counts)
	if p.ended && f.carriesHeaders() {
		t.headers.Out += int64(f.size)
		plain, _ := m.out.fields.whole(f)
		t.headers.PlainOut += plain
	}
	return &t.out
}

// Read follows what arrives, and hands it on but for frames that net/http knows nothing
// about, which it would complain of in the program's log.
func (m *framedConn) Read(b []byte) (n int, err error) {
	for len(m.ready) == m.taken {
		if m.broken != nil {
			return 0, m.broken
		}
		if err := m.receive(); err != nil {
			return 0, err
		}
	}
	n = copy(b, m.ready[m.taken:])
	m.taken += n
	return n, nil
}

// receive reads what comes next, and what is whole of it into ready.
func (m *framedConn) receive() error {
	if m.buffer == nil {
		m.buffer = make([]byte, bufferSize)
	}
	n, err := m.Conn.Read(m.buffer)
	at := m.clock()
	m.mu.Lock()
	defer m.mu.Unlock()
	m.ready, m.taken = m.ready[:0], 0
	for rest := m.buffer[:n]; len(rest) > 0 && m.broken == nil; {
		p := m.in.next(rest)
		if m.received(p, at); m.broken == nil && !m.drops {
			if p.begun {
				m.ready = append(m.ready, m.in.head[:]...)
			} else {
				m.ready = append(m.ready, rest[:p.counts]...)
			}
		}
		rest = rest[p.n:]
	}
	if err != nil && !m.closed {
		m.cut(err)
	}
	if len(m.ready) > 0 {
		return nil // the error comes again
	}
	return err
}

// cut is the end of the connection by the server.
func (m *framedConn) cut(err error) {
	switch {
	case m.farewell != nil:
		err = m.farewell
	case err == io.EOF:
		err = io.ErrUnexpectedEOF
	}
	m.fail(err, true)
}

// fail is why no request on the connection gets more of a response.
func (m *framedConn) fail(err error, cut bool) {
	for _, t := range m.streams {
		if t.failed == nil {
			t.failed, t.cut = err, cut
		}
	}
}

// unseen notes that the server does not see to a stream, if it said so: the stream may
// have been opened since, before net/http heard of it.
func (m *framedConn) unseen(t *timings) {
	if m.farewell != nil && t.stream > m.last {
		t.failed, t.unseen = m.farewell, true
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
	if t != nil && p.counts > 0 && f.responds() {
		if !t.read {
			t.read, t.first = true, at
		}
		t.last = at
	}
	if p.begun {
		m.breaks(m.arrives(f, t))
	}
	if p.ended {
		m.understand(f, t)
		m.breaks(m.windows(f, m.in.payload))
	}
	if p.begun {
		m.check(f, t)
	}
}

// breaks ends the connection by what is wrong with what the server sends; nil: nothing.
func (m *framedConn) breaks(why error) {
	if why != nil && m.broken == nil {
		m.broken = why
		m.fail(why, false)
	}
}

// fieldOverhead is what each field counts for besides its name and value, where the size of
// headers is limited (RFC 9113 section 10.5.1).
const fieldOverhead = 32

// check refuses what net/http would refuse as well, and complain of in the log.
func (m *framedConn) check(f frame, t *timings) {
	why := ""
	switch {
	case !m.greeted && f.isText():
		why = string(http1.AnswersHTTP1)
	case !m.greeted && (f.kind != frameSettings || f.flags&flagAck != 0):
		why = "the server does not begin with SETTINGS, as HTTP/2 does"
	case f.size > maxFrame:
		why = "a frame is longer than 16 KiB, which was not allowed"
	case f.kind == frameData && (f.stream == 0 || f.stream > m.latest):
		why = "DATA of a stream that was never opened"
	case f.kind == frameData && t != nil && !t.headed:
		why = "content before the header"
	case f.kind == frameData && t != nil && t.whole:
		why = "content after the end of the response"
	case f.kind == frameData && f.size > 0 && t != nil && t.toHead:
		why = "content in response to HEAD"
	case t != nil && t.headers.PlainIn+fieldOverhead*t.fields > load.MaxHeader:
		why = "headers that are too long"
	}
	m.greeted = true
	if why != "" {
		m.breaks(http1.Malformed(why))
	} else if t != nil && f.responds() {
		t.headed = true
		t.whole = t.whole || f.kind != frameContinuation && f.flags&flagEndStream != 0
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
		m.farewell, m.last = load.GoneWith(code), last
		for _, t := range m.streams {
			m.unseen(t)
		}
	case t == nil:
	case f.carriesHeaders():
		t.headers.In += int64(f.size)
		plain, count := m.in.fields.whole(f)
		t.headers.PlainIn += plain
		t.fields += count
	case f.kind == frameReset:
		t.failed, t.unseen = load.ResetBy(code), http2.ErrCode(code) == http2.ErrCodeRefusedStream
	}
}
