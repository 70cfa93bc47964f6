package summary

import (
	"math/bits"
	"slices"
)

// steps are the buckets of an octave, as a power of two: a value is kept to 1/16 of itself.
const steps = 4

// Counts is a distribution of whole numbers. A bucket holds what is above the end of the one
// before it, up to and with its own end, as metering counts: a size of exactly 512 KiB is one
// unit of 512 KiB. Ends below 2^(steps+1) are all whole numbers, and each multiple of a power
// of two is an end of the buckets below 16 times that power.
type Counts struct {
	buckets []bucket // by index
	n, sum  int64
	most    int64
}

type bucket struct{ n, sum int64 }

// A Pair is a value, and how often it was counted.
type Pair struct{ Value, Count int64 }

// Add counts a value. One that is negative is not known, and is not counted.
func (c *Counts) Add(v int64) {
	if v < 0 {
		return
	}
	i := indexOf(v)
	if i >= len(c.buckets) {
		c.buckets = append(c.buckets, make([]bucket, i+1-len(c.buckets))...)
	}
	c.buckets[i].n++
	c.buckets[i].sum += v
	c.n, c.sum, c.most = c.n+1, c.sum+v, max(c.most, v)
}

// indexOf is the bucket of a value. With v-1 in place of v buckets end with their greatest
// value and not before it.
func indexOf(v int64) int {
	if v <= 1<<(steps+1) {
		return int(v)
	}
	u := uint64(v - 1)
	shift := bits.Len64(u) - steps - 1
	return shift<<steps + int(u>>shift) + 1
}

// Merge adds what another counted.
func (c *Counts) Merge(o *Counts) {
	if len(o.buckets) > len(c.buckets) {
		c.buckets = append(c.buckets, make([]bucket, len(o.buckets)-len(c.buckets))...)
	}
	for i, b := range o.buckets {
		c.buckets[i].n += b.n
		c.buckets[i].sum += b.sum
	}
	c.n, c.sum, c.most = c.n+o.n, c.sum+o.sum, max(c.most, o.most)
}

// N is how many values were counted.
func (c *Counts) N() int64 { return c.n }

// Mean is their mean; 0 of none.
func (c *Counts) Mean() float64 {
	if c.n == 0 {
		return 0
	}
	return float64(c.sum) / float64(c.n)
}

// Quantile is a value that at least the share q of them do not exceed, to 1/16.
func (c *Counts) Quantile(q float64) int64 {
	rank, seen := int64(q*float64(c.n)), int64(0)
	for _, b := range c.buckets {
		if seen += b.n; b.n > 0 && seen > min(rank, c.n-1) {
			return b.sum / b.n
		}
	}
	return 0
}

// Pairs are whole values with the same count and sum in each bucket, ascending.
func (c *Counts) Pairs() (all []Pair) {
	for _, b := range c.buckets {
		if b.n == 0 {
			continue
		}
		low, above := b.sum/b.n, b.sum%b.n
		all = append(all, Pair{low, b.n - above}, Pair{low + 1, above})
	}
	return slices.DeleteFunc(all, func(p Pair) bool { return p.Count == 0 })
}
