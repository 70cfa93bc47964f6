package results

import "iter"

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
