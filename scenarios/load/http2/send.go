package http2

import "golang.org/x/net/http2"

// A Source is a body, or the rest of one, that is not in memory.
type Source interface {
	Left() int64
	// More appends the next bytes, at most so many and at least one.
	More(b []byte, most int) ([]byte, error)
}

// Open begins a stream with a request: the text of its head as HTTP/1.1 has it, and its
// body, which must stay as they are until the stream ends, and what follows that, if it
// is not nil. A body that is held waits for Proceed.
func (c *Conn) Open(s *Stream, r *Request, head, body []byte, rest Source, hold bool) {
	s.id, s.window, s.noBody = c.next, c.initial, r.Head
	c.next += 2
	c.idle = 0
	c.streams = append(c.streams, s)
	s.body, s.rest, s.hold = body, rest, hold
	block, plain := c.encoder.block(r, head)
	s.HeadOut, s.PackedOut = plain, len(block)
	c.write(s, func() { c.appendHeaders(s.id, block, s.Sent()) })
	if s.Sent() {
		return
	}
	s.sending = true
	c.sending++
	if !hold {
		c.pump(s)
	}
}

// appendHeaders writes a header block, in as many frames as it takes.
func (c *Conn) appendHeaders(id uint32, block []byte, last bool) {
	kind, flags := byte(frameHeaders), byte(0)
	if last {
		flags = flagEndStream
	}
	for len(block) > maxFrame {
		c.Out = append(appendFrameHeader(c.Out, maxFrame, kind, flags, id), block[:maxFrame]...)
		kind, flags, block = frameContinuation, 0, block[maxFrame:]
	}
	c.Out = append(appendFrameHeader(c.Out, len(block), kind, flags|flagEndHeaders, id), block...)
}

// Proceed sends the body that was held.
func (c *Conn) Proceed(s *Stream) {
	if s.hold = false; s.id != 0 {
		c.pump(s)
	}
}

// Pump writes as much of the bodies of requests as the windows allow and Out has room
// for, a frame of each in turn.
func (c *Conn) Pump() {
	for more := c.sending > 0; more; {
		more = false
		for i := 0; i < len(c.streams); i++ { // which a failure makes fewer
			if s := c.streams[i]; s.sending && !s.hold {
				more = c.sendFrame(s) || more
			}
		}
	}
}

func (c *Conn) pump(s *Stream) {
	for c.sendFrame(s) {
	}
}

// sendFrame writes one DATA frame and reports whether another one may follow.
func (c *Conn) sendFrame(s *Stream) bool {
	left := s.left()
	n := min(left, maxFrame, c.window, s.window)
	if n <= 0 || len(c.Out) >= maxOut {
		return false
	}
	if len(s.body) > 0 {
		n = min(n, int64(len(s.body)))
	}
	n, err := c.appendData(s, int(n), n == left)
	c.window -= n
	s.window -= n
	switch {
	case err != nil:
		c.Cancel(s)
		c.handler.Failed(s, err, false)
	case n == left:
		c.stop(s)
	}
	return n < left && err == nil
}

func (c *Conn) stop(s *Stream) {
	if s.sending {
		s.sending = false
		c.sending--
	}
}

// appendData writes n bytes of a body, or as many as its source has at once.
func (c *Conn) appendData(s *Stream, n int, last bool) (int64, error) {
	before := len(c.Out)
	c.Out = appendFrameHeader(c.Out, n, frameData, 0, s.id)
	var err error
	if len(s.body) > 0 {
		c.Out = append(c.Out, s.body[:n]...)
		s.body = s.body[n:]
	} else {
		c.Out, err = s.rest.More(c.Out, n)
	}
	took := len(c.Out) - before - frameHeaderSize
	if took == 0 {
		c.Out = c.Out[:before]
		return 0, err
	}
	frame := c.Out[before:]
	frame[0], frame[1], frame[2] = byte(took>>16), byte(took>>8), byte(took)
	if last && took == n {
		frame[4] = flagEndStream
	}
	c.wrote(s, len(frame))
	return int64(took), err
}

// Ping asks the server for a sign of life.
func (c *Conn) Ping() {
	c.other(func() { c.Out = append(appendFrameHeader(c.Out, 8, framePing, 0, 0), "tollgate"...) })
}

// Bye ends the connection in good order.
func (c *Conn) Bye() {
	if c.failure == nil {
		c.other(func() { c.Out = appendGoAway(c.Out, http2.ErrCodeNo) })
	}
}

// Unsent is how many of the bytes that were counted as a stream's are among the last n
// that were in Out, which have not been sent.
func (c *Conn) Unsent(s *Stream, n int) int64 {
	return min(s.Out, max(s.end-(c.written-int64(n)), 0))
}
