package results

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"math/bits"
)

// Values are what a histogram of another program holds, which may have other buckets than
// Tollgate's and another unit.
type Values struct {
	Digits int // significant ones
	Spans  []Span
}

// A Span is one bucket in use: the smallest and the largest value in it, and how many.
type Span struct {
	Low, High float64
	N         int64
}

// A ValueDecoder reads histograms of any buckets in HdrHistogram's compressed V2 encoding.
type ValueDecoder struct{ decoder }

// The bounds of a histogram of another program: five digits over every value take 8 MB of
// counts, if none is empty.
const (
	maxForeignText   = 8 << 20
	maxForeignCounts = 16 << 20
)

// Decode reads one. The result is valid until the next call.
func (d *ValueDecoder) Decode(text []byte, into *Values) error {
	if len(text) > maxForeignText {
		return fmt.Errorf("a histogram of %d bytes, and at most %d can be read", len(text), maxForeignText)
	}
	var l layout
	if err := d.open(text, maxForeignCounts, l.read); err != nil {
		return err
	}
	into.Digits, into.Spans = l.digits, into.Spans[:0]
	return l.spans(d.plain, into)
}

// A layout is how the buckets of a histogram are numbered.
type layout struct {
	digits int
	unit   int     // the first bucket is 1<<unit wide
	half   int     // a doubling has 1<<half buckets
	ratio  float64 // of a value to what was recorded
}

// read reads the header.
func (l *layout) read(h []byte) error {
	offset, lowest := binary.BigEndian.Uint32(h[8:]), binary.BigEndian.Uint64(h[16:])
	l.digits, l.ratio = int(binary.BigEndian.Uint32(h[12:])), math.Float64frombits(binary.BigEndian.Uint64(h[32:]))
	switch {
	case l.digits < 0 || l.digits > 5 || lowest < 1 || lowest > math.MaxInt64/2:
		return fmt.Errorf("%w: it has %d digits from %d on", errEncoding, l.digits, lowest)
	case offset != 0:
		return errors.New("the histogram was shifted, which no reader of logs can undo")
	case !(l.ratio > 1e-12 && l.ratio < 1e12):
		return fmt.Errorf("%w: its values are multiplied by %g", errEncoding, l.ratio)
	}
	l.unit = bits.Len64(lowest) - 1
	l.half = bits.Len64(uint64(2*math.Pow10(l.digits))-1) - 1
	return nil
}

// spans reads the counts; a negative one is a run of that many empty buckets.
func (l *layout) spans(plain []byte, into *Values) error {
	var total int64
	for i := int64(0); len(plain) > 0; {
		v, n := readNumber(plain)
		if n == 0 {
			return fmt.Errorf("%w: its counts end in the middle of one", errEncoding)
		}
		plain = plain[n:]
		if v < 0 {
			if v < -maxBuckets {
				return errBuckets
			}
			i -= v
			continue
		}
		if total += v; v > maxCount || total > maxCount {
			return fmt.Errorf("a histogram of %d values cannot be true", total)
		}
		if v > 0 {
			low, high, ok := l.bucket(i)
			if !ok {
				return errBuckets
			}
			into.Spans = append(into.Spans, Span{low * l.ratio, high * l.ratio, v})
		}
		i++
	}
	return nil
}

const maxBuckets = 1 << 24

var errBuckets = fmt.Errorf("%w: it has more buckets than there are", errEncoding)

// bucket is the range of bucket i.
func (l *layout) bucket(i int64) (low, high float64, ok bool) {
	shift, sub := i>>l.half-1, i&(1<<l.half-1)+1<<l.half
	if shift < 0 {
		shift, sub = 0, sub-1<<l.half
	}
	shift += int64(l.unit)
	if i > maxBuckets || shift > 62 || bits.Len64(uint64(sub))+int(shift) > 63 {
		return 0, 0, false
	}
	from := sub << shift
	return float64(from), float64(from + (1<<shift - 1)), true
}
