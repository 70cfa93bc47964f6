package results

import "math/bits"

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
