package websocket

import (
	"encoding/binary"
	"fmt"
)

// An Opcode says what a frame is.
type Opcode byte

// The opcodes of RFC 6455, section 5.2.
const (
	Continuation Opcode = 0
	Text         Opcode = 1
	Binary       Opcode = 2
	Close        Opcode = 8
	Ping         Opcode = 9
	Pong         Opcode = 10
)

// control says whether frames of the opcode stand between those of a message.
func (o Opcode) control() bool { return o >= Close }

func (o Opcode) known() bool { return o <= Binary || o >= Close && o <= Pong }

// A Header is the head of a frame.
type Header struct {
	Final      bool // the last frame of its message
	Compressed bool // its message is; on its first frame
	Opcode     Opcode
	Masked     bool // as a client's must be
	Key        [4]byte
	Length     int64 // bytes of the payload
}

const (
	finalBit      = 0x80
	compressedBit = 0x40
	reserved      = 0x30
	maskedBit     = 0x80

	in16 = 126 // the length stands in the next 2 bytes
	in64 = 127 // the length stands in the next 8 bytes

	mostInControl = 125 // bytes of a control frame

	// MostHeader is the most bytes that the head of a frame has.
	MostHeader = 14
)

// ParseHeader reads the head of a frame and says how many bytes it has; none means that b
// does not hold all of it. The error is a *CloseError.
func ParseHeader(b []byte) (h Header, n int, err error) {
	if len(b) < 2 {
		return h, 0, nil
	}
	h.Final, h.Compressed, h.Opcode, h.Masked = b[0]&finalBit != 0, b[0]&compressedBit != 0, Opcode(b[0]&0x0f), b[1]&maskedBit != 0
	length, n := int64(b[1]&^maskedBit), 2
	switch {
	case length == in16 && len(b) >= 4:
		length, n = int64(binary.BigEndian.Uint16(b[2:])), 4
	case length == in64 && len(b) >= 10:
		length, n = int64(binary.BigEndian.Uint64(b[2:])), 10
	case length >= in16:
		return h, 0, nil
	}
	h.Length = length
	if h.Masked {
		if len(b) < n+4 {
			return h, 0, nil
		}
		n += copy(h.Key[:], b[n:])
	}
	return h, n, h.check(b[0])
}

const reservedBits = "a frame has reserved bits, and no extension was agreed"

func (h *Header) check(first byte) error {
	switch {
	case first&reserved != 0:
		return violation(reservedBits)
	case !h.Opcode.known():
		return violation("a frame has the unknown opcode %d", h.Opcode)
	case h.Length < 0:
		return violation("the length of a frame has its highest bit set")
	case h.Opcode.control() && (!h.Final || h.Length > mostInControl):
		return violation("a control frame is fragmented, or has more than %d bytes", mostInControl)
	}
	return nil
}

// Append writes the head.
func (h *Header) Append(b []byte) []byte {
	first, second := byte(h.Opcode), byte(0)
	if h.Final {
		first |= finalBit
	}
	if h.Compressed {
		first |= compressedBit
	}
	if h.Masked {
		second = maskedBit
	}
	switch {
	case h.Length < in16:
		b = append(b, first, second|byte(h.Length))
	case h.Length <= 0xffff:
		b = binary.BigEndian.AppendUint16(append(b, first, second|in16), uint16(h.Length))
	default:
		b = binary.BigEndian.AppendUint64(append(b, first, second|in64), uint64(h.Length))
	}
	if h.Masked {
		b = append(b, h.Key[:]...)
	}
	return b
}

// Mask masks a payload, or undoes that.
func (h *Header) Mask(payload []byte) {
	key := uint64(binary.LittleEndian.Uint32(h.Key[:]))
	key |= key << 32
	i := 0
	for ; len(payload)-i >= 8; i += 8 {
		binary.LittleEndian.PutUint64(payload[i:], binary.LittleEndian.Uint64(payload[i:])^key)
	}
	for ; i < len(payload); i++ {
		payload[i] ^= h.Key[i&3]
	}
}

// AppendFrames writes a message as frames of at most so many bytes each (0: in one frame).
// A client gives a source of keys; nil leaves frames unmasked, as a server's must be.
func AppendFrames(b []byte, of Opcode, payload []byte, most int, key func() [4]byte) []byte {
	if most <= 0 {
		most = len(payload)
	}
	for {
		n := min(most, len(payload))
		h := Header{Final: n == len(payload), Opcode: of, Length: int64(n)}
		if h.Masked = key != nil; h.Masked {
			h.Key = key()
		}
		b = h.Append(b)
		at := len(b)
		b = append(b, payload[:n]...)
		if h.Masked {
			h.Mask(b[at:])
		}
		if payload = payload[n:]; h.Final {
			return b
		}
		of = Continuation
	}
}

// The status codes of RFC 6455, section 7.4.1.
const (
	NormalClosure   = 1000
	GoingAway       = 1001
	ProtocolError   = 1002
	UnsupportedData = 1003
	NoStatus        = 1005 // stands for a Close frame without one; never sent
	Abnormal        = 1006 // stands for an end without a Close frame; never sent
	InvalidPayload  = 1007
	MessageTooBig   = 1009
)

// A CloseError is why an end closes the connection: the status code and reason to send.
type CloseError struct {
	Code   int
	Reason string
}

func (e *CloseError) Error() string { return fmt.Sprintf("closed with %d: %s", e.Code, e.Reason) }

func tooBig() error { return &CloseError{MessageTooBig, "Message too big"} }

func violation(format string, args ...any) error {
	return &CloseError{ProtocolError, fmt.Sprintf(format, args...)}
}

// Closing is the payload of a Close frame; NoStatus is an empty one.
func Closing(code int, reason string) []byte {
	if code == NoStatus {
		return nil
	}
	b := binary.BigEndian.AppendUint16(nil, uint16(code))
	return append(b, reason[:min(len(reason), mostInControl-2)]...)
}

// ClosedWith reads the payload of a Close frame.
func ClosedWith(payload []byte) (code int, reason string) {
	if len(payload) < 2 {
		return NoStatus, ""
	}
	return int(binary.BigEndian.Uint16(payload)), string(payload[2:])
}
