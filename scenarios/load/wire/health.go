//go:build linux

package wire

import (
	"math/bits"
	"time"

	"tollgate/results"
)

// counts are what a loop, or all loops together, did since they were last
// asked. A loop counts for itself and hands over now and then.
type counts struct {
	results.Health // the plain counters
	lags           lags
	peaks          []int // the most requests in flight, by loop; of the engine
}

// publishEvery is how often a loop hands its counts over.
const publishEvery = 100 * time.Millisecond

// taken counts a request that was taken up this long after it was due.
func (c *counts) taken(lag time.Duration, inFlight int) {
	c.lags.record(lag)
	c.InFlight = max(c.InFlight, inFlight)
}

// tell hands the loop's counts over to the engine's.
func (l *loop) publish(now time.Duration) {
	l.published = now
	e := l.engine
	e.mu.Lock()
	defer e.mu.Unlock()
	all := &e.counts
	for len(all.peaks) <= l.number {
		all.peaks = append(all.peaks, 0)
	}
	all.peaks[l.number] = max(all.peaks[l.number], l.counts.InFlight)
	all.Opened += l.counts.Opened
	all.Failed += l.counts.Failed
	all.Retried += l.counts.Retried
	all.Skipped += l.counts.Skipped
	all.lags.merge(&l.counts.lags)
	l.counts.Health = results.Health{InFlight: l.inFlight}
	l.counts.lags.reset()
}

// health sums up, and begins anew.
func (c *counts) health() results.Health {
	h := c.Health
	for i, n := range c.peaks {
		h.InFlight += n
		c.peaks[i] = 0
	}
	h.LagP99, h.LagMax = c.lags.p99(), c.lags.longest
	c.Health = results.Health{}
	c.lags.reset()
	return h
}

// lags is a small histogram: 32 buckets for each doubling, so that a
// percentile is right to 3 %. It is kept apart from the recorder's histograms
// because requests count here when they are taken up, not when they end.
type lags struct {
	count   [1280]uint32
	low     int // buckets in use
	high    int
	total   int64
	longest time.Duration
}

func (h *lags) record(d time.Duration) {
	i := bucket(max(d, 0))
	h.count[i]++
	if h.total == 0 {
		h.low, h.high = i, i
	}
	h.low, h.high = min(h.low, i), max(h.high, i)
	h.total++
	h.longest = max(h.longest, d)
}

// bucket is the number of the bucket of d: linear below 32 ns.
func bucket(d time.Duration) int {
	e := max(bits.Len64(uint64(d))-6, 0)
	return min(e<<5+int(uint64(d)>>e), len(lags{}.count)-1)
}

// upper is the largest duration in bucket i.
func upper(i int) time.Duration {
	e := max(i>>5-1, 0)
	return time.Duration(uint64(i-e<<5+1)<<e - 1)
}

func (h *lags) merge(o *lags) {
	if o.total == 0 {
		return
	}
	if h.total == 0 {
		h.low, h.high = o.low, o.high
	}
	h.low, h.high = min(h.low, o.low), max(h.high, o.high)
	for i := o.low; i <= o.high; i++ {
		h.count[i] += o.count[i]
	}
	h.total += o.total
	h.longest = max(h.longest, o.longest)
}

func (h *lags) p99() time.Duration {
	left := h.total - h.total/100
	for i := h.low; h.total > 0 && i <= h.high; i++ {
		if left -= int64(h.count[i]); left <= 0 {
			return min(upper(i), h.longest)
		}
	}
	return 0
}

func (h *lags) reset() {
	clear(h.count[h.low : h.high+1])
	h.low, h.high, h.total, h.longest = 0, 0, 0, 0
}
