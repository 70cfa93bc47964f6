package results

import (
	"bytes"
	"compress/zlib"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"iter"
	"math"

	hdr "github.com/HdrHistogram/hdrhistogram-go"
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

// newEncoder returns an encoder that has used its memory once: a megabyte, which the kernel
// would otherwise hand out page by page when the first second of a run is encoded.
func newEncoder() *encoder {
	e := new(encoder)
	e.encode(latencies, func(yield func(int, int64) bool) {
		for i := 0; i < numPages*pageLen && yield(i, int64(i)); i += 2 {
		}
	})
	return e
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

// A decoder reads histograms in the compressed V2 encoding. It knows which
// buckets to expect, so that nothing is unpacked for others and no text can
// make it allocate more than ours need, and it keeps its buffers: a day's run
// has half a million lines.
type decoder struct {
	packed []byte
	plain  []byte
	zip    io.ReadCloser
}

// maxText bounds the text of one histogram.
const maxText = 512 << 10

// maxCount is the most that one histogram of a log may count. It keeps sums
// over any file that fits on a disk far from overflow.
const maxCount = 1 << 42

var (
	errGeometry = otherVersion("the histogram has other buckets than this program's, with which it cannot be merged exactly")
	errEncoding = errors.New("not a histogram in HdrHistogram's compressed V2 encoding")
)

// decode reads one histogram with the buckets of g.
func (d *decoder) decode(g geometry, text []byte) (*hdr.PackedHistogram, error) {
	if err := d.expand(g, text); err != nil {
		return nil, err
	}
	return counts(g, d.plain)
}

// expand unpacks a histogram of a geometry.
func (d *decoder) expand(g geometry, text []byte) error {
	if len(text) > maxText {
		return fmt.Errorf("a histogram of %d bytes is longer than any of Tollgate's", len(text))
	}
	return d.open(text, 9*numPages*pageLen, func(h []byte) error {
		if binary.BigEndian.Uint32(h[12:]) != digits || binary.BigEndian.Uint64(h[16:]) != uint64(g.lowest) || binary.BigEndian.Uint64(h[24:]) != uint64(g.highest) {
			return errGeometry
		}
		return nil
	})
}

// open unpacks the counts of a histogram, of at most so many bytes, if its header is accepted.
func (d *decoder) open(text []byte, most int64, accept func(header []byte) error) (err error) {
	if d.packed, err = base64.StdEncoding.AppendDecode(d.packed[:0], text); err != nil {
		return fmt.Errorf("%w: %w", errEncoding, err)
	}
	if len(d.packed) < 8 || binary.BigEndian.Uint32(d.packed)&^0xf0 != cookieV2Compressed&^0xf0 {
		return errEncoding
	}
	if n := binary.BigEndian.Uint32(d.packed[4:]); int64(n) != int64(len(d.packed)-8) {
		return fmt.Errorf("%w: %d bytes of it are there, want %d", errEncoding, len(d.packed)-8, n)
	}
	return d.unpack(most, accept)
}

// unpack inflates the header, and the counts if the header is accepted.
func (d *decoder) unpack(most int64, accept func(header []byte) error) (err error) {
	from := bytes.NewReader(d.packed[8:])
	if d.zip == nil {
		d.zip, err = zlib.NewReader(from)
	} else {
		err = d.zip.(zlib.Resetter).Reset(from, nil)
	}
	if err != nil {
		d.zip = nil
		return fmt.Errorf("%w: %w", errEncoding, err)
	}
	var h [headerV2]byte
	if _, err := io.ReadFull(d.zip, h[:]); err != nil || binary.BigEndian.Uint32(h[:])&^0xf0 != cookieV2&^0xf0 {
		return errEncoding
	}
	if err := accept(h[:]); err != nil {
		return err
	}
	n := int64(binary.BigEndian.Uint32(h[4:]))
	if n > most {
		return errEncoding
	}
	// One byte more shows whether there is too much; the end also checks the sum.
	plain := bytes.NewBuffer(d.plain[:0])
	_, err = io.Copy(plain, io.LimitReader(d.zip, n+1))
	d.plain = plain.Bytes()
	if err != nil {
		return fmt.Errorf("%w: %w", errEncoding, err)
	}
	if int64(len(d.plain)) != n {
		return fmt.Errorf("%w: its counts do not have the length that its header says", errEncoding)
	}
	return nil
}

// counts reads each count; a negative one is a run of that many empty buckets.
func counts(g geometry, plain []byte) (*hdr.PackedHistogram, error) {
	h := hdr.NewPacked(g.lowest, g.highest, digits)
	err := eachCount(g, plain, func(i int, n int64) error {
		if err := h.RecordValues(g.lower(i), n); err != nil {
			return fmt.Errorf("%w: %w", errEncoding, err)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return h, nil
}

// eachCount calls use for each bucket that is in use.
func eachCount(g geometry, plain []byte, use func(i int, n int64) error) error {
	last := g.index(g.highest)
	var total int64
	for i := 0; len(plain) > 0; {
		v, n := readNumber(plain)
		if n == 0 {
			return fmt.Errorf("%w: its counts end in the middle of one", errEncoding)
		}
		plain = plain[n:]
		if v < 0 {
			if v < -int64(last+1-i) {
				return fmt.Errorf("%w: it has more buckets than there are", errEncoding)
			}
			i -= int(v)
			continue
		}
		if total += v; v > maxCount || total > maxCount {
			return fmt.Errorf("a histogram of %d values cannot be true", total)
		}
		if v > 0 {
			if i > last {
				return fmt.Errorf("%w: it has more buckets than there are", errEncoding)
			}
			if err := use(i, v); err != nil {
				return err
			}
		}
		i++
	}
	return nil
}

// readNumber reads what encoder.number wrote, and says how many bytes it took;
// none if b ends before the number does.
func readNumber(b []byte) (v int64, n int) {
	var u uint64
	for n < len(b) && n < 9 {
		c := b[n]
		n++
		if n == 9 {
			u |= uint64(c) << 56
		} else {
			u |= uint64(c&0x7f) << (7 * (n - 1))
		}
		if c < 0x80 || n == 9 {
			return int64(u>>1) ^ -int64(u&1), n
		}
	}
	return 0, 0
}
