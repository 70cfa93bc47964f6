package http2

import (
	"bytes"
	"cmp"
	"errors"
	"math/bits"
	"slices"

	"golang.org/x/net/http2/hpack"
)

// A huffCode is the code of a byte: its highest bits, in the highest bits.
type huffCode struct {
	bits   uint32
	length uint8
	of     byte
}

// The codes of RFC 7541, appendix B, by their first eight bits where they are no
// longer, and otherwise in the order of their bits. They are read off the encoder
// of package hpack: a byte that is repeated eight times takes as many bytes as its
// code has bits, and begins with it.
var shortCodes, longCodes = func() (short [256]huffCode, long []huffCode) {
	for of := range 256 {
		text := hpack.AppendHuffmanString(nil, string(bytes.Repeat([]byte{byte(of)}, 8)))
		c := huffCode{length: uint8(len(text)), of: byte(of)}
		for i, b := range append(text, 0, 0, 0)[:4] {
			c.bits |= uint32(b) << (24 - 8*i)
		}
		c.bits &= ^uint32(0) << (32 - c.length)
		if c.length > 8 {
			long = append(long, c)
			continue
		}
		for k := range 1 << (8 - c.length) {
			short[int(c.bits>>24)|k] = c
		}
	}
	slices.SortFunc(long, func(a, b huffCode) int { return cmp.Compare(a.bits, b.bits) })
	return short, long
}()

var errHuffman = errors.New("a text is not coded as HPACK's Huffman code has it")

// appendHuffman appends what b decodes to.
func appendHuffman(to, b []byte) ([]byte, error) {
	var window uint64 // of the bits to come, the next one highest
	n := uint8(0)     // how many it holds
	for {
		for n <= 56 && len(b) > 0 {
			window |= uint64(b[0]) << (56 - n)
			n += 8
			b = b[1:]
		}
		c := shortCodes[window>>56]
		if c.length == 0 {
			c = longCode(uint32(window >> 32))
		}
		if c.length == 0 || c.length > n {
			return to, padding(window, n)
		}
		to = append(to, c.of)
		window <<= c.length
		n -= c.length
	}
}

// longCode finds the code that bits begin with, zero if there is none: that of the end
// of a text, which may not stand in one, or what begins it.
func longCode(b uint32) huffCode {
	i, found := slices.BinarySearchFunc(longCodes, b, func(c huffCode, b uint32) int { return cmp.Compare(c.bits, b) })
	if !found {
		i--
	}
	if i < 0 || longCodes[i].bits != b&(^uint32(0)<<(32-longCodes[i].length)) {
		return huffCode{}
	}
	return longCodes[i]
}

// padding checks the last n bits of a text: up to seven ones.
func padding(window uint64, n uint8) error {
	if n > 7 || bits.OnesCount64(window) != int(n) {
		return errHuffman
	}
	return nil
}
