package imports

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"math/bits"
)

// gobFrames hands messages of Go's gob format to a decoder one by one, each within bounds:
// package encoding/gob says of itself that it is not hardened against hostile input. A
// message is its length and then a number, which is negative if the message defines a type.
// Bodies of responses are left out (gobbody.go). Source: package encoding/gob, "Encoding
// Details".
type gobFrames struct {
	from   io.Reader
	frame  []byte // of the message under way, what was not handed out yet
	types  int
	shapes shapesOfGob
}

// The bounds of messages: one holds a result, and vegeta defines four types.
const (
	maxMessage    = 4 << 20 // without the body
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
	head, length, err := gobNumber(g.from)
	if err != nil {
		return err
	}
	if length == 0 || length > math.MaxInt64 {
		return fmt.Errorf("%w: a message of %d bytes", errNoGob, length)
	}
	message := &io.LimitedReader{R: g.from, N: int64(length)}
	if length > maxMessage {
		body, err := g.shapes.withoutBytes(message)
		if err != nil && message.N == 0 { // the file goes on
			err = errNoGob
		}
		g.frame = append(gobUint(nil, uint64(len(body))), body...)
		return cutOff(err)
	}
	body, err := io.ReadAll(message)
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
		g.shapes.learn(body)
	}
	g.frame = append(head, body...)
	return nil
}

// errNoGob is that of a file that is no gob.
var errNoGob = errors.New("this is not what vegeta attack writes (gob)")

// gobNumber reads an unsigned number: itself in a byte below 128, else how many bytes follow
// as a negative byte, and these.
func gobNumber(from io.Reader) (raw []byte, n uint64, err error) {
	var b [9]byte
	if _, err := io.ReadFull(from, b[:1]); err != nil {
		return nil, 0, err
	}
	if b[0] < 0x80 {
		return []byte{b[0]}, uint64(b[0]), nil
	}
	size := -int(int8(b[0]))
	if size > 8 {
		return nil, 0, errNoGob
	}
	if _, err := io.ReadFull(from, b[1:1+size]); err != nil {
		return nil, 0, cutOff(err)
	}
	var whole [8]byte
	copy(whole[8-size:], b[1:1+size])
	return append([]byte(nil), b[:1+size]...), binary.BigEndian.Uint64(whole[:]), nil
}

// gobUint appends an unsigned number.
func gobUint(to []byte, n uint64) []byte {
	if n < 0x80 {
		return append(to, byte(n))
	}
	size := (bits.Len64(n) + 7) / 8
	var whole [8]byte
	binary.BigEndian.PutUint64(whole[:], n)
	return append(append(to, byte(-size)), whole[8-size:]...)
}

// signed is a signed number of the unsigned one that stands for it: its lowest bit is the
// sign.
func signed(n uint64) int64 {
	if n&1 == 1 {
		return ^int64(n >> 1)
	}
	return int64(n >> 1)
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
