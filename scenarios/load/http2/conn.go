package http2

import (
	"bytes"
	"time"

	"golang.org/x/net/http2"

	"tollgate/scenarios/load/http1"
)

// The windows that we open for the server, as large as net/http's client opens them:
// a response is read as it arrives, so none of them is to be a limit.
const (
	ownStreamWindow = 4 << 20
	ownWindow       = 1 << 30
)

// Bounds on what a server may do.
const (
	MaxIdleFrames = 10_000   // in a row that bring no request further
	maxOut        = 64 << 10 // of Out that bodies fill
	maxUnsent     = 1 << 20  // of Out that answers to the server's frames fill
)

// What servers do wrong that would go on without end, or that net/http does not survive.
const (
	TooManyIdleFrames http1.Malformed = "10,000 frames in a row belong to no response"
	BadWindow         http1.Malformed = "WINDOW_UPDATE adds nothing to a window, or makes it larger than 2^31-1"
)

// A Handler learns what becomes of streams. It may open others, and must not call Feed.
type Handler interface {
	// Ended is called when a response is complete.
	Ended(s *Stream)
	// Failed is called when there will be no complete response. The server has not
	// processed an unseen request, so it may be sent again.
	Failed(s *Stream, err error, unseen bool)
	// Interim is called for each interim response.
	Interim(s *Stream)
}

// A Conn is the client's side of a connection: it makes streams of the bytes that are
// received, and bytes of those that are sent, and does neither by itself.
type Conn struct {
	Out []byte        // what is to be sent; the caller takes it from there
	Now time.Duration // when what is fed was received

	// The bytes of frames that belong to no stream, since the caller last took them.
	OtherIn, OtherOut int64

	// Taken is how many requests the server has taken of those that were sent before its
	// GOAWAY, as that says; 0: none, or none has come.
	Taken int

	// Farewell is why the server ends the connection, if it said so; nil: it did not.
	Farewell error

	handler Handler
	greeted bool // SETTINGS have come
	leaving bool // GOAWAY has come: no further streams
	failure error
	streams []*Stream // that are open, in the order of their ids
	next    uint32    // id
	sending int       // streams that have some of their body to send
	written int64     // bytes that ever were in Out

	maxStreams int   // that the server allows
	initial    int64 // window of new streams
	window     int64 // of the connection
	unread     int64 // received, and not yet given back to the server's window

	encoder encoder
	decoder decoder
	memo    memo

	content   *Stream     // that the rest of the DATA frame at hand belongs to; nil: none
	frame     frameHeader // at hand, if some of it is still to come
	left, pad int         // bytes of its content, and of its padding, to come
	block     []byte      // of a header that goes on in CONTINUATION
	blockOf   frameHeader // its HEADERS; a stream of 0: there is none
	idle      int         // frames in a row that brought no request further
}

// Begin begins the connection.
func (c *Conn) Begin(h Handler) {
	c.handler, c.next, c.maxStreams, c.initial, c.window = h, 1, assumedStreams, initialWindow, initialWindow
	c.encoder.most, c.encoder.index = initialTableSize, map[string]int{}
	c.decoder.table.most = initialTableSize
	c.Out = append(c.Out, preface...)
	c.Out = appendFrameHeader(c.Out, 4*6, frameSettings, 0, 0)
	c.Out = appendSetting(c.Out, http2.SettingEnablePush, 0)
	c.Out = appendSetting(c.Out, http2.SettingMaxConcurrentStreams, 0) // that the server opens
	c.Out = appendSetting(c.Out, http2.SettingInitialWindowSize, ownStreamWindow)
	c.Out = appendSetting(c.Out, http2.SettingMaxHeaderListSize, http1.MaxHead)
	c.Out = appendWindowUpdate(c.Out, 0, ownWindow-initialWindow)
	c.OtherOut = int64(len(c.Out))
	c.written = c.OtherOut
}

// assumedStreams is how many streams are opened before the server has said how many it
// allows (RFC 9113 section 6.5.2 recommends to allow no fewer).
const assumedStreams = 100

// Streams are the open streams, in the order in which they were opened. What ends one
// of them changes the result.
func (c *Conn) Streams() []*Stream { return c.streams }

// Room is how many more streams the server allows.
func (c *Conn) Room() int {
	if c.leaving || c.failure != nil || c.next > maxWindow {
		return 0
	}
	return max(c.maxStreams-len(c.streams), 0)
}

// Allowed is how many streams the server allows at a time.
func (c *Conn) Allowed() int { return c.maxStreams }

// Leaving reports whether the connection takes no further streams.
func (c *Conn) Leaving() bool { return c.leaving || c.failure != nil || c.next > maxWindow }

// A fault is a breach of the protocol that ends the connection.
type fault struct {
	code Code
	why  http1.Malformed
}

func (f *fault) Error() string { return f.why.Error() }

// Feed reads as many frames, and parts of DATA frames, as b holds, and returns how
// much that was: the rest is to be fed again, together with what comes next, and is
// never longer than a frame. An error is the end of the connection.
func (c *Conn) Feed(b []byte) (n int, err error) {
	for c.failure == nil {
		if c.left+c.pad > 0 {
			if n == len(b) {
				break
			}
			n += c.goOn(b[n:])
			continue
		}
		k, broken := c.step(b[n:])
		if broken != nil {
			c.fail(broken)
			break
		}
		if k == 0 {
			break
		}
		n += k
	}
	return n, c.failure
}

func (c *Conn) fail(f *fault) {
	c.failure = f.why
	c.other(func() { c.Out = appendGoAway(c.Out, f.code) })
}

// other counts what is written as the connection's own.
func (c *Conn) other(write func()) {
	before := len(c.Out)
	write()
	c.OtherOut += int64(len(c.Out) - before)
	c.written += int64(len(c.Out) - before)
}

// step reads one frame, of which DATA and unknown ones may be incomplete. It returns 0
// when b ends first.
func (c *Conn) step(b []byte) (int, *fault) {
	if !c.greeted && len(b) > 0 && b[0] == 'H' && bytes.HasPrefix([]byte("HTTP/1."), b[:min(len(b), 7)]) {
		return 0, &fault{http2.ErrCodeHTTP11Required, http1.AnswersHTTP1}
	}
	if len(b) < frameHeaderSize {
		return 0, nil
	}
	f := readFrameHeader(b)
	if err := c.expects(&f); err != nil {
		return 0, err
	}
	if f.kind == frameData || f.kind == framePriority || f.kind > frameContinuation {
		return c.begin(f, b)
	}
	if len(b) < frameHeaderSize+f.length {
		return 0, nil
	}
	return frameHeaderSize + f.length, c.whole(f, b[frameHeaderSize:frameHeaderSize+f.length])
}

// expects checks that a frame may come now.
func (c *Conn) expects(f *frameHeader) *fault {
	switch {
	case !c.greeted && (f.kind != frameSettings || f.has(flagAck)):
		return &fault{http2.ErrCodeProtocol, "the server does not begin with SETTINGS, as HTTP/2 does"}
	case f.length > maxFrame:
		return &fault{http2.ErrCodeFrameSize, "a frame is longer than 16 KiB, which was not allowed"}
	case c.blockOf.stream != 0 && (f.kind != frameContinuation || f.stream != c.blockOf.stream):
		return &fault{http2.ErrCodeProtocol, "a header is interrupted by another frame"}
	}
	if c.idle++; c.idle > MaxIdleFrames {
		return &fault{http2.ErrCodeEnhanceYourCalm, TooManyIdleFrames}
	}
	if len(c.Out) > maxUnsent {
		return &fault{http2.ErrCodeEnhanceYourCalm, "the server asks for more answers than it reads"}
	}
	return nil
}

// begin begins with a frame whose payload is read as it comes.
func (c *Conn) begin(f frameHeader, b []byte) (int, *fault) {
	n := frameHeaderSize
	c.frame, c.left, c.pad, c.content = f, f.length, 0, nil
	if f.kind != frameData {
		c.OtherIn += frameHeaderSize
		c.pad, c.left = c.left, 0
		return n, nil
	}
	if f.has(flagPadded) {
		switch {
		case f.length == 0:
			return 0, &fault{http2.ErrCodeProtocol, badPadding}
		case len(b) == n:
			c.left = 0
			return 0, nil
		}
		c.pad = int(b[n])
		c.left -= 1 + c.pad
		n++
		if c.left < 0 {
			return 0, &fault{http2.ErrCodeProtocol, badPadding}
		}
	}
	if err := c.beginData(f, n); err != nil {
		return 0, err
	}
	if c.left+c.pad == 0 {
		c.endData()
	}
	return n, nil
}

const badPadding http1.Malformed = "the padding of a frame is longer than the frame"

// beginData finds the stream that a DATA frame is for. The n bytes before its content
// are counted.
func (c *Conn) beginData(f frameHeader, n int) *fault {
	if f.stream == 0 || f.stream >= c.next || f.stream%2 == 0 {
		return &fault{http2.ErrCodeProtocol, "DATA of a stream that was never opened"}
	}
	c.received(f.length)
	s := c.stream(f.stream)
	if s == nil { // it was ended, by us or by the server
		c.OtherIn += int64(n)
		return nil
	}
	c.content = s
	s.In += int64(n)
	if s.unread += int64(f.length); s.unread >= ownStreamWindow/2 && !f.has(flagEndStream) {
		c.write(s, func() { c.Out = appendWindowUpdate(c.Out, s.id, uint32(s.unread)) })
		s.unread = 0
	}
	if s.Code == 0 {
		c.refuse(s, http2.ErrCodeProtocol, "content before the header")
	} else if f.length > 0 {
		c.idle = 0
	}
	return nil
}

// received gives what DATA takes of the connection's window back in time.
func (c *Conn) received(n int) {
	if c.unread += int64(n); c.unread >= ownWindow/4 {
		c.other(func() { c.Out = appendWindowUpdate(c.Out, 0, uint32(c.unread)) })
		c.unread = 0
	}
}

// write counts what is written as a stream's.
func (c *Conn) write(s *Stream, write func()) {
	before := len(c.Out)
	write()
	c.wrote(s, len(c.Out)-before)
}

func (c *Conn) wrote(s *Stream, n int) {
	s.Out += int64(n)
	c.written += int64(n)
	s.end = c.written
}

// goOn reads on in the payload of the frame at hand.
func (c *Conn) goOn(b []byte) int {
	n := min(c.left, len(b))
	c.left -= n
	padding := min(c.pad, len(b)-n)
	c.pad -= padding
	if s := c.content; s == nil {
		c.OtherIn += int64(n + padding)
	} else {
		s.In += int64(n + padding)
		s.Content(b[:n])
		if s.noBody && n > 0 || s.length >= 0 && s.Body > s.length {
			c.refuse(s, http2.ErrCodeProtocol, badLength)
		}
	}
	if c.left+c.pad == 0 {
		c.endData()
	}
	return n + padding
}

const badLength http1.Malformed = "the content is not as long as the header says"

// endData ends the frame at hand.
func (c *Conn) endData() {
	s := c.content
	c.content = nil
	if s != nil && c.frame.kind == frameData && c.frame.has(flagEndStream) {
		c.finish(s)
	}
}

// finish ends a stream whose response ends here.
func (c *Conn) finish(s *Stream) {
	if s.length >= 0 && s.Body != s.length && !s.noBody {
		c.refuse(s, http2.ErrCodeProtocol, badLength)
		return
	}
	if s.sending { // the rest of the request is not wanted (RFC 9113 section 8.1)
		c.write(s, func() { c.Out = appendReset(c.Out, s.id, http2.ErrCodeCancel) })
	}
	c.Drop(s)
	c.handler.Ended(s)
}

// refuse ends a stream whose response is not HTTP.
func (c *Conn) refuse(s *Stream, code Code, why http1.Malformed) {
	c.end(s, code)
	c.handler.Failed(s, why, false)
}

// Cancel ends a stream by RST_STREAM; the connection goes on.
func (c *Conn) Cancel(s *Stream) { c.end(s, http2.ErrCodeCancel) }

func (c *Conn) end(s *Stream, code Code) {
	c.write(s, func() { c.Out = appendReset(c.Out, s.id, code) })
	c.Drop(s)
}
