//go:build linux

package wire

import "time"

// A held says since when a loop has had requests that are due and may not be
// sent, because the scenario's limit on connections or requests in flight is
// reached: they wait for the target. A loop that is late has busy connections too,
// but it has no time to wait for events then.
type held struct {
	since  time.Duration // 0: none is held
	waited time.Duration // for events, since then
}

// idleShare is how much of the time a loop must have waited for events: one part
// in so many.
const idleShare = 10

// hold notes that a request which is due is held.
func (h *held) hold(now time.Duration) {
	if h.since == 0 {
		*h = held{since: now}
	}
}

// of is how long a request that is taken up now, and was due, was held.
func (h *held) of(now, due time.Duration) time.Duration {
	if h.since == 0 || h.waited*idleShare < now-h.since {
		return 0
	}
	return max(now-max(due, h.since), 0)
}
