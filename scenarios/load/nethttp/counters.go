package nethttp

import (
	"sync"
	"time"

	"tollgate/scenarios/load"
)

// counters also know since when a limit on the requests in flight holds others.
type counters struct {
	load.Counters

	mu       sync.Mutex
	inFlight uint64        // now
	limit    uint64        // on those
	full     time.Duration // since when requests wait for one to end; 0: none does
	freed    time.Duration // when one ended and the limit was reached, the latest time
}

// taken counts a request that was due and is taken up now, and returns how long the
// limit held it: it was due before a request ended.
func (c *counters) taken(due, now time.Duration, limit uint64) (held time.Duration) {
	c.mu.Lock()
	c.inFlight++
	c.limit = limit
	if c.full != 0 && due < c.freed {
		held = max(now-max(due, c.full), 0)
	} else {
		c.full = 0
	}
	if c.inFlight >= limit && c.full == 0 {
		c.full = max(now, 1)
	}
	c.mu.Unlock()
	c.Taken(now - due - held)
	return held
}

func (c *counters) ended(now time.Duration) {
	c.Ended()
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.inFlight >= c.limit {
		c.freed = now
	}
	c.inFlight--
}
