package http2

import (
	"encoding/binary"

	"golang.org/x/net/http2"
)

// The types of frames, as they are compared with bytes.
const (
	frameData         = byte(http2.FrameData)
	frameHeaders      = byte(http2.FrameHeaders)
	framePriority     = byte(http2.FramePriority)
	frameReset        = byte(http2.FrameRSTStream)
	frameSettings     = byte(http2.FrameSettings)
	framePing         = byte(http2.FramePing)
	frameGoAway       = byte(http2.FrameGoAway)
	frameWindowUpdate = byte(http2.FrameWindowUpdate)
	frameContinuation = byte(http2.FrameContinuation)
)

// The flags of frames. A bit means the same in all types that have it.
const (
	flagEndStream  = byte(http2.FlagDataEndStream)
	flagAck        = byte(http2.FlagSettingsAck)
	flagEndHeaders = byte(http2.FlagHeadersEndHeaders)
	flagPadded     = byte(http2.FlagDataPadded)
	flagPriority   = byte(http2.FlagHeadersPriority)
)

// Sizes and limits of the protocol.
const (
	preface          = http2.ClientPreface
	frameHeaderSize  = 9
	maxFrame         = 1 << 14 // what every endpoint takes; none of ours is larger, and we announce no more
	maxWindow        = 1<<31 - 1
	initialWindow    = 1<<16 - 1 // before any SETTINGS
	initialTableSize = 4096
)

// A Code is a reason to end a stream or a connection (RFC 9113 section 7).
type Code = http2.ErrCode

// A Reset says that the server ended a stream by RST_STREAM.
type Reset Code

func (r Reset) Error() string { return "RST_STREAM " + Code(r).String() }

// A Gone says that the server ended the connection by GOAWAY.
type Gone Code

func (g Gone) Error() string { return "GOAWAY " + Code(g).String() }

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

func appendSetting(b []byte, id http2.SettingID, value uint32) []byte {
	return binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint16(b, uint16(id)), value)
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
