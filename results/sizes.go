package results

import (
	"iter"

	hdr "github.com/HdrHistogram/hdrhistogram-go"
)

// Sizes counts how large requests or responses were, in bytes. Its buckets are
// laid so that rounding each size up to a whole number of metered units (32 KB,
// 512 KB, 10 MB) is exact, although sizes above 2 KiB are kept to three digits:
// a size is counted as the byte before its last, which makes the multiples of
// powers of two the largest values of their buckets. The zero value is empty; a
// nil one reads as empty.
type Sizes struct {
	bins
}

// Record counts n requests or responses of the given size. Nothing is not a size.
func (s *Sizes) Record(bytes, n int64) {
	if bytes <= 0 || n <= 0 {
		return
	}
	v, _ := sizes.clamp(bytes - 1)
	s.add(sizes, v, n)
}

// Merge adds all that o has counted. It loses nothing.
func (s *Sizes) Merge(o *Sizes) {
	if o != nil {
		s.merge(sizes, &o.bins)
	}
}

// Count returns how many sizes were recorded.
func (s *Sizes) Count() int64 {
	if s == nil {
		return 0
	}
	return s.count()
}

// Buckets yields every bucket in use in ascending order: the largest size that
// it holds, and how many.
func (s *Sizes) Buckets() iter.Seq2[int64, int64] {
	return func(yield func(int64, int64) bool) {
		if s == nil {
			return
		}
		for v, n := range s.uppermost(sizes) {
			if !yield(v+1, n) {
				return
			}
		}
	}
}

// bins count values in the buckets of a geometry, which is always the same one
// for the same bins. The zero value is empty.
type bins struct {
	packed *hdr.PackedHistogram
}

func (b *bins) ready(g geometry) {
	if b.packed == nil {
		b.packed = hdr.NewPacked(g.lowest, g.highest, digits)
	}
}

// add counts a value n times; it must be within the range of g.
func (b *bins) add(g geometry, v, n int64) {
	b.ready(g)
	_ = b.packed.RecordValues(v, n) // v is in range: this fails only past 2^63 counts
}

// merge adds all that o has counted. It loses nothing.
func (b *bins) merge(g geometry, o *bins) {
	if o.packed == nil {
		return
	}
	b.ready(g)
	b.packed.Merge(o.packed)
}

func (b *bins) count() int64 {
	if b.packed == nil {
		return 0
	}
	return b.packed.TotalCount()
}

// uppermost yields every bucket in use in ascending order: the largest value
// that it holds, and how many.
func (b *bins) uppermost(g geometry) iter.Seq2[int64, int64] {
	return func(yield func(int64, int64) bool) {
		if b.count() > 0 {
			b.packed.ForEachBucket(func(v, n int64) bool { return yield(g.upper(g.index(v)), n) })
		}
	}
}
