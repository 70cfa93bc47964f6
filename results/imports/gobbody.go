package imports

import (
	"bytes"
	"errors"
	"fmt"
	"io"
)

// A decoder of gob takes a message into memory several times, and vegeta records responses
// with their bodies, of which nothing is wanted. So large messages are copied without their
// fields of bytes: a message says in which order fields come, and the definition of its type
// which of them are bytes.

// The ids of types that gob defines. Source: package encoding/gob, "Encoding Details".
const (
	gobBool = 1 + iota
	gobInt
	gobUnsigned
	gobFloat
	gobBytes
	gobString
	gobComplex
)

// The fields of a type's definition.
const (
	gobStruct  = 3 // StructT
	gobEncoded = 5 // GobEncoderT; 6 and 7 are the other two by which a type writes itself
	gobText    = 7
)

// shapesOfGob are the types that a file defines, as far as they are needed to skip fields.
type shapesOfGob struct {
	structs map[int64][]int64 // the types of their fields
	encoded map[int64]bool    // values that are their length and bytes
}

// learn reads the definition of a type. One that it cannot read is not known, and what has
// that type is not skipped.
func (s *shapesOfGob) learn(definition []byte) {
	g := &gobReader{from: bytes.NewReader(definition)}
	id, kind := -g.int(), g.uint()
	if g.err != nil || id <= 0 {
		return
	}
	if kind >= gobEncoded && kind <= gobText {
		if s.encoded == nil {
			s.encoded = map[int64]bool{}
		}
		s.encoded[id] = true
		return
	}
	if kind != gobStruct || g.uint() != 1 {
		return
	}
	g.named()
	if g.uint() != 1 { // the fields
		return
	}
	var fields []int64
	for range min(g.uint(), maxDefinition) {
		if fields = append(fields, g.named()); g.err != nil {
			return
		}
	}
	if s.structs == nil {
		s.structs = map[int64][]int64{}
	}
	s.structs[id] = fields
}

// withoutBytes copies a message with a value of a struct, without its fields of bytes.
func (s *shapesOfGob) withoutBytes(message *io.LimitedReader) ([]byte, error) {
	g := &gobReader{from: message}
	id := g.copyInt()
	fields := s.structs[id]
	at, kept := uint64(0), uint64(0) // fields, from 1 on
	for g.err == nil {
		delta := g.uint()
		if delta == 0 {
			g.out = append(g.out, 0)
			break
		}
		if at += delta; delta > uint64(len(fields)) || at > uint64(len(fields)) {
			return nil, fmt.Errorf("%w: a message of %d MB whose type is not known", errNoGob, message.N>>20)
		}
		kind := fields[at-1]
		if kind == gobBytes {
			g.skip(g.uint())
			continue
		}
		g.out = gobUint(g.out, at-kept)
		kept = at
		switch {
		case kind >= gobBool && kind <= gobFloat:
			g.copyInt()
		case kind == gobComplex:
			g.copyInt()
			g.copyInt()
		case kind == gobString, s.encoded[kind]:
			n := g.uint()
			g.out = gobUint(g.out, n)
			g.copy(n)
		default: // it and all that follows, headers
			g.copy(uint64(message.N))
			return g.out, g.err
		}
	}
	if g.err == nil && message.N > 0 {
		g.err = errNoGob
	}
	return g.out, g.err
}

// A gobReader reads pieces of a message, until the first error.
type gobReader struct {
	from io.Reader
	out  []byte // what was copied
	err  error
}

func (g *gobReader) uint() (n uint64) {
	if g.err == nil {
		_, n, g.err = gobNumber(g.from)
	}
	return n
}

func (g *gobReader) int() int64 { return signed(g.uint()) }

// copyInt copies a number, and returns it.
func (g *gobReader) copyInt() int64 {
	n := g.uint()
	g.out = gobUint(g.out, n)
	return signed(n)
}

// copy copies so many bytes.
func (g *gobReader) copy(n uint64) {
	if g.err == nil && n > uint64(max(0, maxMessage-len(g.out))) {
		g.err = fmt.Errorf("a result has more than %d MB besides its body", maxMessage>>20)
	}
	if g.err != nil {
		return
	}
	begin := len(g.out)
	g.out = append(g.out, make([]byte, n)...)
	_, g.err = io.ReadFull(g.from, g.out[begin:])
}

// skip leaves out so many bytes.
func (g *gobReader) skip(n uint64) {
	if g.err != nil {
		return
	}
	if left := uint64(g.from.(*io.LimitedReader).N); n > left {
		g.err = errNoGob
		return
	}
	_, g.err = io.CopyN(io.Discard, g.from, int64(n))
}

// named reads a name and the type that it is of: that of a definition, or of a field.
func (g *gobReader) named() (kind int64) {
	if g.uint() != 1 {
		g.err = errors.Join(g.err, errNoGob)
	}
	n := g.uint()
	if n > maxDefinition {
		g.err = errors.Join(g.err, errNoGob)
	}
	if g.err == nil {
		_, g.err = io.CopyN(io.Discard, g.from, int64(n))
	}
	if g.uint() != 1 {
		g.err = errors.Join(g.err, errNoGob)
	}
	kind = g.int()
	if g.uint() != 0 {
		g.err = errors.Join(g.err, errNoGob)
	}
	return kind
}
