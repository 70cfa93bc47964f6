package nethttp

import (
	"encoding/binary"

	"tollgate/scenarios/load/http2"
)

// A guard keeps from net/http (Go 1.26) what it puts no end to, or does not survive: frames
// without end that bring no request further, and a WINDOW_UPDATE that makes the window of a
// stream larger than 2^31-1, at which it waits for a lock that it holds itself, whatever the
// timeout.
type guard struct {
	idle      int      // frames in a row that brought no request further
	uploading int      // streams whose requests have not been sent to their end
	initial   int64    // window of new streams
	window    int64    // of the connection
	at        *timings // of the frame that comes in; nil: of no request that is under way
	drops     bool     // that frame is not for net/http
}

const (
	initialWindow = 1<<16 - 1 // before any SETTINGS (RFC 9113 section 6.9.2)
	maxWindow     = 1<<31 - 1

	settingInitialWindow = 0x4
)

func newGuard() guard { return guard{initial: initialWindow, window: initialWindow} }

// opens notes that a stream begins.
func (g *guard) opens(f frame, t *timings) {
	g.idle, t.window = 0, g.initial
	if t.uploads = f.flags&flagEndStream == 0; t.uploads {
		g.uploading++
	}
}

// leaves notes a frame that is sent on a stream.
func (g *guard) leaves(f frame, t *timings) {
	if f.kind == frameData {
		g.window -= int64(f.size)
		if t != nil {
			t.window -= int64(f.size)
		}
	}
	if f.kind == frameReset || f.kind == frameData && f.flags&flagEndStream != 0 {
		g.uploaded(t)
	}
}

// uploaded notes that nothing more of a request is sent.
func (g *guard) uploaded(t *timings) {
	if t != nil && t.uploads {
		t.uploads = false
		g.uploading--
	}
}

// arrives notes the head of a frame, and returns what is wrong with the server then.
func (g *guard) arrives(f frame, t *timings) error {
	ended := t == nil || t.failed != nil
	g.at = t
	g.drops = !f.handled() || t == nil && f.stream != 0 && f.kind == frameWindowUpdate // nothing waits for it
	g.idle++
	switch {
	case f.kind == frameWindowUpdate && g.uploading > 0 && (f.stream == 0 || !ended),
		f.kind == frameData && f.size > 0 && !ended,
		(f.kind == frameHeaders || f.kind == frameReset) && !ended:
		g.idle = 0
	case g.idle > http2.MaxIdleFrames:
		return http2.TooManyIdleFrames
	}
	return nil
}

// flooded reports whether the connection is likely to end by what arrives.
func (g *guard) flooded() bool { return g.idle > http2.MaxIdleFrames/10 }

// windows follows the windows by a frame that is complete.
func (m *framedConn) windows(f frame, payload []byte) error {
	g := &m.guard
	switch {
	case f.kind == frameSettings && f.flags&flagAck == 0:
		for ; len(payload) >= 6; payload = payload[6:] {
			if value := int64(binary.BigEndian.Uint32(payload[2:])); binary.BigEndian.Uint16(payload) == settingInitialWindow && value <= maxWindow {
				m.widen(value - g.initial)
				g.initial = value
			}
		}
	case f.kind == frameWindowUpdate && len(payload) == 4:
		more := int64(binary.BigEndian.Uint32(payload) & maxWindow)
		switch {
		case f.stream == 0:
			g.window += more
		case g.at != nil:
			g.at.window += more
		}
	}
	if g.window > maxWindow || g.at != nil && g.at.window > maxWindow {
		return http2.BadWindow
	}
	return nil
}

// widen makes the windows of all streams larger, or smaller.
func (m *framedConn) widen(by int64) {
	for _, t := range m.streams {
		t.window += by
	}
}
