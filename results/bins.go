package results

import (
	"iter"

	hdr "github.com/HdrHistogram/hdrhistogram-go"
)

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
