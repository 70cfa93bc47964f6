package results

import (
	"iter"
	"math/bits"
)

// A geometry is the layout of a histogram's buckets, as HdrHistogram defines it
// for three significant digits: 2048 buckets of one unit each, and above them
// 1024 buckets for every doubling. There are two, one for latencies and one for
// sizes, and no third: histograms merge exactly because none differs.
type geometry struct {
	lowest, highest int64 // as they stand in a log's header
	unit            uint8 // a bucket of the first two doublings is 1<<unit wide
}

// The geometries. Latencies are nanoseconds, because that is what every
// HdrHistogram tool assumes of a log, from 1 µs to one hour: no front door waits
// longer, and the doublings beyond 60 s cost nothing until they are used. Sizes
// are bytes up to 1 GiB.
var (
	latencies = geometry{lowest: 1000, highest: 3600 * 1e9, unit: 9}
	sizes     = geometry{lowest: 1, highest: 1 << 30, unit: 0}
)

const (
	digits   = 3
	pageBits = 10
	pageLen  = 1 << pageBits // buckets for one doubling
	numPages = 24            // doublings of the larger geometry
)

// index returns the number of v's bucket; v must be in [0, highest].
func (g geometry) index(v int64) int {
	shift := bits.Len64(uint64(v)>>g.unit | (2*pageLen - 1)) // 11 or more
	shift -= pageBits + 1
	return shift<<pageBits + int(v>>(uint8(shift)+g.unit))
}

// lower returns the smallest value of bucket i.
func (g geometry) lower(i int) int64 {
	if i < 2*pageLen {
		return int64(i) << g.unit
	}
	shift := i>>pageBits - 1
	return int64(i&(pageLen-1)+pageLen) << (uint8(shift) + g.unit)
}

// upper returns the largest value of bucket i.
func (g geometry) upper(i int) int64 { return g.lower(i+1) - 1 }

// clamp puts v into the range, and says whether it had to.
func (g geometry) clamp(v int64) (int64, bool) {
	switch {
	case v < 0:
		return 0, true
	case v > g.highest:
		return g.highest, true
	}
	return v, false
}

// Counters count the values of one second, or one minute, on the hot path. They
// have a histogram's buckets, in pages that exist only where values fell, so
// that recording is an index and an increment and a series costs a few pages
// of 4 KiB instead of the 192 KiB of a dense histogram.
type counters struct {
	pages [numPages]*page
}

// A page holds the buckets of one doubling. A bucket of one minute cannot
// overflow: that would take seventy million requests a second.
type page [pageLen]uint32

// freePages are the pages that are not in use.
type freePages struct{ free []*page }

func (p *freePages) take() *page {
	n := len(p.free)
	if n == 0 {
		return new(page)
	}
	pg := p.free[n-1]
	p.free = p.free[:n-1]
	return pg
}

// add counts one value in bucket i.
func (t *counters) add(i int, from *freePages) {
	pg := t.pages[i>>pageBits]
	if pg == nil {
		pg = from.take()
		t.pages[i>>pageBits] = pg
	}
	pg[i&(pageLen-1)]++
}

// addN counts n values in bucket i.
func (t *counters) addN(i int, n int64, from *freePages) {
	t.add(i, from)
	t.pages[i>>pageBits][i&(pageLen-1)] += uint32(n - 1)
}

// merge adds the counts of o.
func (t *counters) merge(o *counters, from *freePages) {
	for n, src := range o.pages {
		if src == nil {
			continue
		}
		dst := t.pages[n]
		if dst == nil {
			dst = from.take()
			t.pages[n] = dst
		}
		for i, c := range src {
			dst[i] += c
		}
	}
}

// reset empties t and gives its pages back.
func (t *counters) reset(to *freePages) {
	for n, pg := range t.pages {
		if pg != nil {
			clear(pg[:])
			to.free = append(to.free, pg)
			t.pages[n] = nil
		}
	}
}

func (t *counters) empty() bool { return t.pages == [numPages]*page{} }

// buckets yields the number and count of every bucket in use, ascending.
func (t *counters) buckets() iter.Seq2[int, int64] {
	return func(yield func(int, int64) bool) {
		for n, pg := range t.pages {
			if pg == nil {
				continue
			}
			for i, c := range pg {
				if c > 0 && !yield(n<<pageBits+i, int64(c)) {
					return
				}
			}
		}
	}
}

// histogram is what t counted of latencies.
func (t *counters) histogram() *Histogram {
	h := New()
	for i, n := range t.buckets() {
		h.add(latencies, latencies.lower(i), n)
	}
	return h
}
