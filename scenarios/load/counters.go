package load

import (
	"sync"
	"sync/atomic"
	"time"

	"tollgate/results"
)

// Counters count what an event loop or an engine does between one reading of its
// health and the next. Any number of goroutines use them.
type Counters struct {
	inFlight atomic.Int64 // now

	mu     sync.Mutex
	lags   *results.Histogram
	lagMax time.Duration
	sum    results.Health
}

func NewCounters() *Counters { return &Counters{lags: results.New()} }

// Taken counts a request that was taken up this long after it was due.
func (c *Counters) Taken(lag time.Duration) {
	inFlight := int(c.inFlight.Add(1))
	c.mu.Lock()
	defer c.mu.Unlock()
	c.lags.Record(lag)
	c.lagMax = max(c.lagMax, lag)
	c.sum.InFlight = max(c.sum.InFlight, inFlight)
}

// Ended counts the end of a request that was taken up.
func (c *Counters) Ended() { c.inFlight.Add(-1) }

// Count adds to a plain counter: c.Count(func(h) { h.Opened++ }).
func (c *Counters) Count(add func(h *results.Health)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	add(&c.sum)
}

// Health sums up what was counted since the last call, and reads the process stats.
func Health(stats *ProcessStats, all ...*Counters) (h results.Health) {
	lags := results.New()
	for _, c := range all {
		c.mu.Lock()
		h.InFlight += c.sum.InFlight
		h.Opened += c.sum.Opened
		h.Failed += c.sum.Failed
		h.Retried += c.sum.Retried
		h.Skipped += c.sum.Skipped
		h.LagMax = max(h.LagMax, c.lagMax)
		lags.Merge(c.lags)
		c.lags, c.lagMax, c.sum = results.New(), 0, results.Health{InFlight: int(c.inFlight.Load())}
		c.mu.Unlock()
	}
	if lags.Count() > 0 {
		h.LagP99 = min(lags.Quantile(0.99), h.LagMax)
	}
	stats.Read(&h)
	return h
}
