package http2

import (
	"encoding/binary"
	"fmt"
)

// The types of frames (RFC 9113 section 6).
const (
	frameData         = 0x0
	frameHeaders      = 0x1
	framePriority     = 0x2
	frameReset        = 0x3
	frameSettings     = 0x4
	framePushPromise  = 0x5
	framePing         = 0x6
	frameGoAway       = 0x7
	frameWindowUpdate = 0x8
	frameContinuation = 0x9
)

// The flags of frames.
const (
	flagEndStream  = 0x1 // of DATA and HEADERS
	flagAck        = 0x1 // of SETTINGS and PING
	flagEndHeaders = 0x4
	flagPadded     = 0x8
	flagPriority   = 0x20
)

// The settings (RFC 9113 section 6.5.2).
const (
	settingTableSize     = 0x1
	settingPush          = 0x2
	settingMaxStreams    = 0x3
	settingInitialWindow = 0x4
	settingMaxFrame      = 0x5
	settingMaxHead       = 0x6
)

// Sizes and limits of the protocol.
const (
	preface          = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
	frameHeaderSize  = 9
	maxFrame         = 1 << 14 // what every endpoint takes; none of ours is larger, and we announce no more
	maxWindow        = 1<<31 - 1
	initialWindow    = 1<<16 - 1 // before any SETTINGS
	initialTableSize = 4096
)

// A Code is a reason to end a stream or a connection (RFC 9113 section 7).
type Code uint32

// The codes that this package sends or tells from others.
const (
	NoError          Code = 0x0
	ProtocolError    Code = 0x1
	FlowControlError Code = 0x3
	StreamClosed     Code = 0x5
	FrameSizeError   Code = 0x6
	RefusedStream    Code = 0x7
	Cancelled        Code = 0x8
	CompressionError Code = 0x9
	EnhanceYourCalm  Code = 0xb
	HTTP11Required   Code = 0xd
	numCodes              = 0xe
)

var codeNames = [numCodes]string{
	"NO_ERROR", "PROTOCOL_ERROR", "INTERNAL_ERROR", "FLOW_CONTROL_ERROR", "SETTINGS_TIMEOUT", "STREAM_CLOSED", "FRAME_SIZE_ERROR",
	"REFUSED_STREAM", "CANCEL", "COMPRESSION_ERROR", "CONNECT_ERROR", "ENHANCE_YOUR_CALM", "INADEQUATE_SECURITY", "HTTP_1_1_REQUIRED",
}

func (c Code) String() string {
	if c < numCodes {
		return codeNames[c]
	}
	return fmt.Sprintf("code %#x", uint32(c))
}

// A Reset says that the server ended a stream by RST_STREAM.
type Reset Code

func (r Reset) Error() string { return fmt.Sprintf("stream reset by the server (%v)", Code(r)) }

// A Gone says that the server ended the connection by GOAWAY.
type Gone Code

func (g Gone) Error() string {
	return fmt.Sprintf("connection closed by the server (GOAWAY %v)", Code(g))
}

// A frameHeader is the head of a frame.
type frameHeader struct {
	length      int
	kind, flags byte
	stream      uint32
}

func (f *frameHeader) has(flag byte) bool { return f.flags&flag != 0 }

// readFrameHeader reads the first nine bytes of b.
func readFrameHeader(b []byte) frameHeader {
	return frameHeader{
		length: int(b[0])<<16 | int(b[1])<<8 | int(b[2]), kind: b[3], flags: b[4],
		stream: binary.BigEndian.Uint32(b[5:]) & maxWindow, // the highest bit is reserved
	}
}

func appendFrameHeader(b []byte, length int, kind, flags byte, stream uint32) []byte {
	return append(b, byte(length>>16), byte(length>>8), byte(length), kind, flags, byte(stream>>24), byte(stream>>16), byte(stream>>8), byte(stream))
}

func appendSetting(b []byte, id uint16, value uint32) []byte {
	return binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint16(b, id), value)
}

func appendWindowUpdate(b []byte, stream, more uint32) []byte {
	return binary.BigEndian.AppendUint32(appendFrameHeader(b, 4, frameWindowUpdate, 0, stream), more)
}

func appendReset(b []byte, stream uint32, code Code) []byte {
	return binary.BigEndian.AppendUint32(appendFrameHeader(b, 4, frameReset, 0, stream), uint32(code))
}

func appendGoAway(b []byte, code Code) []byte {
	b = appendFrameHeader(b, 8, frameGoAway, 0, 0)
	b = binary.BigEndian.AppendUint32(b, 0) // no stream of the server's was accepted
	return binary.BigEndian.AppendUint32(b, uint32(code))
}
