package http2

import (
	"encoding/binary"

	"golang.org/x/net/http2"
)

// whole reads a frame that is complete.
func (c *Conn) whole(f frameHeader, b []byte) *fault {
	switch f.kind {
	case frameHeaders:
		return c.headers(f, b)
	case frameContinuation:
		return c.continuation(f, b)
	case frameReset:
		return c.reset(f, b)
	case frameWindowUpdate:
		return c.windowUpdate(f, b)
	}
	c.OtherIn += int64(frameHeaderSize + f.length)
	if f.stream != 0 {
		return &fault{http2.ErrCodeProtocol, "a frame about the connection names a stream"}
	}
	switch f.kind {
	case frameSettings:
		return c.settings(f, b)
	case framePing:
		return c.ping(f, b)
	case frameGoAway:
		return c.goAway(b)
	default: // PUSH_PROMISE
		return &fault{http2.ErrCodeProtocol, "the server pushes a response, which was not allowed"}
	}
}

// count adds a frame's bytes to the stream that it is for, if that is open.
func (c *Conn) count(f frameHeader) *Stream {
	s := c.stream(f.stream)
	if s != nil {
		s.In += int64(frameHeaderSize + f.length)
	} else {
		c.OtherIn += int64(frameHeaderSize + f.length)
	}
	return s
}

// opened reports whether a stream was ever opened.
func (c *Conn) opened(id uint32) bool { return id%2 == 1 && id < c.next }

func (c *Conn) reset(f frameHeader, b []byte) *fault {
	s := c.count(f)
	switch {
	case len(b) != 4:
		return &fault{http2.ErrCodeFrameSize, "RST_STREAM is not four bytes long"}
	case !c.opened(f.stream):
		return &fault{http2.ErrCodeProtocol, "RST_STREAM of a stream that was never opened"}
	case s == nil:
		return nil
	}
	c.idle = 0
	code := Code(binary.BigEndian.Uint32(b))
	c.Drop(s)
	c.handler.Failed(s, Reset(code), code == http2.ErrCodeRefusedStream)
	return nil
}

func (c *Conn) windowUpdate(f frameHeader, b []byte) *fault {
	s := c.count(f)
	if len(b) != 4 {
		return &fault{http2.ErrCodeFrameSize, "WINDOW_UPDATE is not four bytes long"}
	}
	if f.stream != 0 && !c.opened(f.stream) {
		return &fault{http2.ErrCodeProtocol, "WINDOW_UPDATE of a stream that was never opened"}
	}
	more := int64(binary.BigEndian.Uint32(b) & maxWindow)
	switch {
	case f.stream == 0:
		if c.window += more; more == 0 || c.window > maxWindow {
			return &fault{http2.ErrCodeFlowControl, BadWindow}
		}
	case s == nil:
		return nil
	default:
		if s.window += more; more == 0 || s.window > maxWindow {
			c.refuse(s, http2.ErrCodeFlowControl, BadWindow)
			return nil
		}
	}
	if c.sending > 0 {
		c.idle = 0
		c.Pump()
	}
	return nil
}

func (c *Conn) settings(f frameHeader, b []byte) *fault {
	switch {
	case f.has(flagAck) && len(b) > 0, len(b)%6 != 0:
		return &fault{http2.ErrCodeFrameSize, "SETTINGS have a length that they cannot have"}
	case f.has(flagAck):
		return nil
	}
	c.greeted = true
	for ; len(b) > 0; b = b[6:] {
		if err := c.setting(http2.SettingID(binary.BigEndian.Uint16(b)), binary.BigEndian.Uint32(b[2:])); err != nil {
			return err
		}
	}
	c.other(func() { c.Out = appendFrameHeader(c.Out, 0, frameSettings, flagAck, 0) })
	c.Pump()
	return nil
}

func (c *Conn) setting(id http2.SettingID, value uint32) *fault {
	switch {
	case id == http2.SettingEnablePush && value != 0, id == http2.SettingMaxFrameSize && (value < maxFrame || value >= 1<<24):
		return &fault{http2.ErrCodeProtocol, "SETTINGS hold a value that they may not"}
	case id == http2.SettingInitialWindowSize && value > maxWindow:
		return &fault{http2.ErrCodeFlowControl, "SETTINGS open a window larger than 2^31-1"}
	case id == http2.SettingHeaderTableSize:
		c.encoder.limit(int(min(value, initialTableSize)))
	case id == http2.SettingMaxConcurrentStreams:
		c.maxStreams = int(min(value, maxWindow))
	case id == http2.SettingInitialWindowSize:
		for _, s := range c.streams {
			if s.window += int64(value) - c.initial; s.window > maxWindow {
				return &fault{http2.ErrCodeFlowControl, "SETTINGS make a window larger than 2^31-1"}
			}
		}
		c.initial = int64(value)
	}
	return nil
}

func (c *Conn) ping(f frameHeader, b []byte) *fault {
	if len(b) != 8 {
		return &fault{http2.ErrCodeFrameSize, "PING is not eight bytes long"}
	}
	if !f.has(flagAck) {
		c.other(func() { c.Out = append(appendFrameHeader(c.Out, 8, framePing, flagAck, 0), b...) })
	}
	return nil
}

// goAway ends the connection for further requests. Those that the server has not
// processed, and says so, may be sent again.
func (c *Conn) goAway(b []byte) *fault {
	if len(b) < 8 {
		return &fault{http2.ErrCodeFrameSize, "GOAWAY is not eight bytes long"}
	}
	c.leaving = true
	last, code := binary.BigEndian.Uint32(b)&maxWindow, Code(binary.BigEndian.Uint32(b[4:]))
	if code != http2.ErrCodeNo {
		c.Farewell = Gone(code)
	}
	c.Taken = int(min(last+1, c.next-1)) / 2
	taken := 0
	for taken < len(c.streams) && c.streams[taken].id <= last {
		taken++
	}
	for len(c.streams) > taken { // in the order in which they were sent
		s := c.streams[taken]
		c.Drop(s)
		c.handler.Failed(s, Gone(code), true)
	}
	return nil
}
