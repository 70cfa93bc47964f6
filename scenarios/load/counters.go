package load

import (
	"math/bits"
	"sync/atomic"
	"time"

	"tollgate/results"
)

// Counters count what an event loop or an engine does between one reading of its
// health and the next. They are on the way of every request, so they are atomics:
// no lock, and no histogram that grows.
type Counters struct {
	Opened, Failed   atomic.Int64 // connections
	Retried, Skipped atomic.Int64 // requests

	inFlight, peak atomic.Int64
	lagMax         atomic.Int64
	lags           [1280]atomic.Int64 // see bucket
}

// Taken counts a request that was taken up this long after it was due.
func (c *Counters) Taken(lag time.Duration) {
	raise(&c.peak, c.inFlight.Add(1))
	raise(&c.lagMax, int64(lag))
	c.lags[bucket(lag)].Add(1)
}

// Ended counts the end of a request that was taken up.
func (c *Counters) Ended() { c.inFlight.Add(-1) }

// InFlight is how many requests were taken up and have not ended.
func (c *Counters) InFlight() int { return int(c.inFlight.Load()) }

func raise(a *atomic.Int64, to int64) {
	for now := a.Load(); now < to && !a.CompareAndSwap(now, to); now = a.Load() {
	}
}

// bucket is the number of the bucket of d. There are 32 for each doubling, so that a
// percentile is right to 3 %.
func bucket(d time.Duration) int {
	d = max(d, 0)
	e := max(bits.Len64(uint64(d))-6, 0)
	return min(e<<5+int(uint64(d)>>e), len(Counters{}.lags)-1)
}

// upper is the largest duration in bucket i.
func upper(i int) time.Duration {
	e := max(i>>5-1, 0)
	return time.Duration(uint64(i-e<<5+1)<<e - 1)
}

// Health sums up what was counted since the last call, and reads the process stats.
func Health(stats *ProcessStats, all ...*Counters) (h results.Health) {
	var lags lagCounts
	for _, c := range all {
		h.InFlight += int(c.peak.Swap(c.inFlight.Load()))
		h.Opened += int(c.Opened.Swap(0))
		h.Failed += int(c.Failed.Swap(0))
		h.Retried += int(c.Retried.Swap(0))
		h.Skipped += int(c.Skipped.Swap(0))
		h.LagMax = max(h.LagMax, time.Duration(c.lagMax.Swap(0)))
		for i := range c.lags {
			if c.lags[i].Load() > 0 {
				lags[i] += c.lags[i].Swap(0)
			}
		}
	}
	h.LagP99 = min(lags.p99(), h.LagMax)
	stats.Read(&h)
	return h
}

// lagCounts are lags by bucket.
type lagCounts [len(Counters{}.lags)]int64

// p99 is the largest lag of the bucket in which the 99th percentile lies, 0 for none.
func (l *lagCounts) p99() time.Duration {
	n := int64(0)
	for _, k := range l {
		n += k
	}
	left := (99*n + 99) / 100 // rounded up
	for i, k := range l {
		if left -= k; left <= 0 && n > 0 {
			return upper(i)
		}
	}
	return 0
}
