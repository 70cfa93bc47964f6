package results

import (
	"bytes"
	"compress/zlib"
	"encoding/base64"
	"encoding/binary"
	"iter"
	"math"
)

// The cookies of HdrHistogram's V2 encoding: of the counts, and of the
// compressed whole. https://github.com/HdrHistogram/HdrHistogram, class
// AbstractHistogram.
const (
	cookieV2           = 0x1c849303 | 0x10
	cookieV2Compressed = 0x1c849304 | 0x10
	headerV2           = 40
)

// An encoder writes histograms in the compressed V2 encoding. The library
// that reads them can write them too, but begins every histogram with a new
// compressor, 0.8 MB for each line of a log, and that garbage would be
// collected in the middle of a measurement.
type encoder struct {
	plain, packed bytes.Buffer
	zip           *zlib.Writer
	text          []byte
}

// encode returns the text of a histogram. It is valid until the next call.
func (e *encoder) encode(g geometry, buckets iter.Seq2[int, int64]) []byte {
	e.plain.Reset()
	e.plain.Write(make([]byte, headerV2))
	e.counts(buckets)
	h := e.plain.Bytes()
	binary.BigEndian.PutUint32(h[0:], cookieV2)
	binary.BigEndian.PutUint32(h[4:], uint32(len(h)-headerV2))
	binary.BigEndian.PutUint32(h[12:], digits)
	binary.BigEndian.PutUint64(h[16:], uint64(g.lowest))
	binary.BigEndian.PutUint64(h[24:], uint64(g.highest))
	binary.BigEndian.PutUint64(h[32:], math.Float64bits(1))

	e.packed.Reset()
	e.packed.Write(make([]byte, 8))
	if e.zip == nil { // the fastest level: the others save some bytes in a hundred and take three times as long
		e.zip, _ = zlib.NewWriterLevel(&e.packed, zlib.BestSpeed)
	} else {
		e.zip.Reset(&e.packed)
	}
	e.zip.Write(h) // into memory: cannot fail
	e.zip.Close()
	p := e.packed.Bytes()
	binary.BigEndian.PutUint32(p[0:], cookieV2Compressed)
	binary.BigEndian.PutUint32(p[4:], uint32(len(p)-8))
	e.text = base64.StdEncoding.AppendEncode(e.text[:0], p)
	return e.text
}

// counts writes each count up to the last bucket in use; a negative count is a
// run of that many empty buckets.
func (e *encoder) counts(buckets iter.Seq2[int, int64]) {
	next := 0
	for i, c := range buckets {
		switch gap := i - next; {
		case gap == 1:
			e.number(0)
		case gap > 1:
			e.number(-int64(gap))
		}
		e.number(c)
		next = i + 1
	}
	if next == 0 {
		e.number(0)
	}
}

// number writes one ZigZag LEB128 number of at most nine bytes, the ninth
// holding a full eight bits.
func (e *encoder) number(v int64) {
	u := uint64(v<<1) ^ uint64(v>>63)
	for range 8 {
		if u < 0x80 {
			break
		}
		e.plain.WriteByte(byte(u) | 0x80)
		u >>= 7
	}
	e.plain.WriteByte(byte(u))
}
