package websocket

import (
	"bufio"
	"errors"
	"io"
	"unicode/utf8"
)

// A Message is a message, or a control frame.
type Message struct {
	Opcode  Opcode // of its first frame
	Payload []byte // good until the next call
	Wire    int64  // bytes on the wire, heads of frames included; other frames in between are not
}

// Limits bound what is read; 0 is any size.
type Limits struct {
	Frame, Message int64
}

// A Reader reads messages. Its memory grows with what arrives and not with what a head
// announces.
type Reader struct {
	Deflated bool // messages may be compressed, each on its own (see Offer)

	from   *bufio.Reader
	limits Limits
	masked bool // the other end is a client

	opcode     Opcode // of the message that is not complete; Continuation: there is none
	compressed bool   // it is
	payload    []byte
	plain      []byte // of a compressed one
	wire       int64
	control    []byte // is made when the first control frame comes
}

// NewReader reads from a client, whose frames must be masked, or from a server, whose
// frames must not be.
func NewReader(from *bufio.Reader, limits Limits, client bool) *Reader {
	return &Reader{from: from, limits: limits, masked: client}
}

// Next returns the next message or control frame. The error is a *CloseError where the
// other end is at fault, and otherwise that of reading; io.ErrUnexpectedEOF is an end
// within a frame or a message.
func (r *Reader) Next() (Message, error) {
	for {
		h, n, err := r.header()
		if err != nil {
			return Message{}, err
		}
		if h.Opcode.control() {
			return r.controlFrame(h, n)
		}
		if err := r.frame(h, n); err != nil {
			return Message{}, err
		}
		if h.Final {
			return r.complete()
		}
	}
}

// header reads the head of a frame.
func (r *Reader) header() (h Header, n int, err error) {
	for need := 2; ; need++ {
		b, err := r.from.Peek(need)
		if len(b) < need {
			if err == io.EOF && (len(b) > 0 || r.opcode != Continuation) {
				err = io.ErrUnexpectedEOF
			}
			return h, 0, err
		}
		if h, n, err = ParseHeader(b); err != nil {
			return h, 0, err
		}
		if n > 0 {
			_, _ = r.from.Discard(n) // they are there
			return h, n, r.allows(&h)
		}
	}
}

// allows says whether a frame may come now.
func (r *Reader) allows(h *Header) error {
	begins := h.Opcode != Continuation
	switch {
	case h.Compressed && (!r.Deflated || !begins || h.Opcode.control()):
		return violation(reservedBits)
	case h.Masked != r.masked && r.masked:
		return violation("a client's frame is not masked")
	case h.Masked != r.masked:
		return violation("a server's frame is masked")
	case h.Opcode.control():
	case begins && r.opcode != Continuation:
		return violation("a message begins before the one before it has ended")
	case !begins && r.opcode == Continuation:
		return violation("a continuation frame belongs to no message")
	case r.limits.Frame > 0 && h.Length > r.limits.Frame:
		return &CloseError{MessageTooBig, "Frame too big"}
	case r.limits.Message > 0 && h.Length > r.limits.Message-int64(len(r.payload)):
		return tooBig()
	}
	return nil
}

func (r *Reader) controlFrame(h Header, n int) (Message, error) {
	if r.control == nil {
		r.control = make([]byte, mostInControl)
	}
	payload := r.control[:h.Length]
	if _, err := io.ReadFull(r.from, payload); err != nil {
		return Message{}, unexpected(err)
	}
	if h.Masked {
		h.Mask(payload)
	}
	switch code, _ := ClosedWith(payload); {
	case h.Opcode != Close || len(payload) == 0:
	case len(payload) == 1:
		return Message{}, violation("the payload of a Close frame has one byte, and a status code has two")
	case !Sendable(code):
		return Message{}, violation("a Close frame has the status code %d, which is none to send", code)
	}
	return Message{h.Opcode, payload, int64(n) + h.Length}, nil
}

// Sendable says whether a status code may stand in a Close frame (RFC 6455, section 7.4).
func Sendable(code int) bool {
	return code >= 1000 && code <= 1014 && code != 1004 && code != NoStatus && code != Abnormal || code >= 3000 && code < 5000
}

// step is how much memory a payload is given at a time.
const step = 16 << 10

// frame adds the payload of a frame to its message.
func (r *Reader) frame(h Header, n int) error {
	if h.Opcode != Continuation {
		r.opcode, r.compressed, r.payload, r.wire = h.Opcode, h.Compressed, r.payload[:0], 0
	}
	r.wire += int64(n) + h.Length
	from := len(r.payload)
	for left := h.Length; left > 0; {
		part := int(min(left, step))
		at := len(r.payload)
		r.payload = append(r.payload, make([]byte, part)...)
		if _, err := io.ReadFull(r.from, r.payload[at:]); err != nil {
			return unexpected(err)
		}
		left -= int64(part)
	}
	if h.Masked {
		h.Mask(r.payload[from:])
	}
	return nil
}

func (r *Reader) complete() (Message, error) {
	m := Message{r.opcode, r.payload, r.wire}
	r.opcode = Continuation
	if cap(r.payload) > step { // a large message's memory is not kept
		r.payload = nil
	}
	if r.compressed {
		var err error
		if m.Payload, err = inflate(r.plain[:0], m.Payload, r.limits.Message); err != nil {
			return Message{}, err
		}
		if r.plain = m.Payload; cap(r.plain) > step {
			r.plain = nil
		}
	}
	if m.Opcode == Text && !utf8.Valid(m.Payload) {
		return Message{}, &CloseError{InvalidPayload, "a text message is not UTF-8"}
	}
	return m, nil
}

func unexpected(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}
