package imports

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// gobFrames hands messages of Go's gob format to a decoder one by one, each within bounds:
// package encoding/gob says of itself that it is not hardened against hostile input. A
// message is its length and then a number, which is negative if the message defines a type.
// Source: package encoding/gob, "Encoding Details".
type gobFrames struct {
	from  io.Reader
	frame []byte // of the message under way, what was not handed out yet
	types int
}

// The bounds of messages: one holds a result with its body, which vegeta records whole
// unless --max-body says otherwise; vegeta defines four types.
const (
	maxMessage    = 64 << 20
	maxDefinition = 16 << 10
	maxTypes      = 32
)

func (g *gobFrames) Read(p []byte) (int, error) {
	if len(g.frame) == 0 {
		if err := g.next(); err != nil {
			return 0, err
		}
	}
	n := copy(p, g.frame)
	g.frame = g.frame[n:]
	return n, nil
}

// next reads a message.
func (g *gobFrames) next() error {
	head, length, err := g.number()
	if err != nil {
		return err
	}
	if length == 0 || length > maxMessage {
		return fmt.Errorf("a message of %d bytes, and one has 1 to %d", length, maxMessage)
	}
	body, err := io.ReadAll(io.LimitReader(g.from, int64(length)))
	if err == nil && uint64(len(body)) < length {
		err = io.ErrUnexpectedEOF
	}
	if err != nil {
		return err
	}
	if definesType(body) {
		if g.types++; g.types > maxTypes || length > maxDefinition {
			return errors.New("it defines more types than vegeta does")
		}
	}
	g.frame = append(head, body...)
	return nil
}

// number reads an unsigned number: itself in a byte below 128, else how many bytes follow
// as a negative byte, and these.
func (g *gobFrames) number() (raw []byte, n uint64, err error) {
	var b [9]byte
	if _, err := io.ReadFull(g.from, b[:1]); err != nil {
		return nil, 0, err
	}
	if b[0] < 0x80 {
		return []byte{b[0]}, uint64(b[0]), nil
	}
	size := -int(int8(b[0]))
	if size > 8 {
		return nil, 0, errors.New("not a gob message")
	}
	if _, err := io.ReadFull(g.from, b[1:1+size]); err != nil {
		return nil, 0, cutOff(err)
	}
	var whole [8]byte
	copy(whole[8-size:], b[1:1+size])
	return append([]byte(nil), b[:1+size]...), binary.BigEndian.Uint64(whole[:]), nil
}

// definesType says whether a message begins with a negative number: its lowest bit is the
// sign.
func definesType(body []byte) bool {
	if body[0] < 0x80 {
		return body[0]&1 == 1
	}
	size := -int(int8(body[0]))
	return size < len(body) && body[size]&1 == 1
}

// cutOff is the error of a file that ends within a message.
func cutOff(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}
