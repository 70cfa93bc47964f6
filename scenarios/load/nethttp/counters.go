package nethttp

import (
	"sync"
	"time"

	"tollgate/results"
	"tollgate/scenarios/load"
)

// A counters counts what an engine does between one look at its health and the
// next. Any number of goroutines use it.
type counters struct {
	vitals *load.ProcessStats

	mu       sync.Mutex
	lag      *results.Histogram
	lagMax   time.Duration
	inFlight int           // now
	full     time.Duration // since when requests wait for a place in flight; 0: none does
	freed    time.Duration // when a place fell free and none was before, the latest time
	most     uint64        // in flight
	h        results.Health
}

func newCounters() *counters { return &counters{vitals: load.NewProcessStats(), lag: results.New()} }

// taken counts a request that was due and is taken up now, where so many may be in
// flight, and returns how long that limit held it: it was due before a place fell
// free.
func (t *counters) taken(due, now time.Duration, most uint64) (held time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.inFlight++
	t.most = most
	switch {
	case t.full != 0 && due < t.freed:
		held = max(now-max(due, t.full), 0)
	default:
		t.full = 0
	}
	if uint64(t.inFlight) >= most && t.full == 0 {
		t.full = max(now, 1)
	}
	lag := now - due - held
	t.lag.Record(lag)
	t.lagMax = max(t.lagMax, lag)
	t.h.InFlight = max(t.h.InFlight, t.inFlight)
	return held
}

// ended counts the end of a request that was taken up.
func (t *counters) ended(now time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if uint64(t.inFlight) >= t.most {
		t.freed = now
	}
	t.inFlight--
}

// count adds to one of the plain counters: t.count(func(h) { h.Opened++ }).
func (t *counters) count(add func(h *results.Health)) {
	t.mu.Lock()
	defer t.mu.Unlock()
	add(&t.h)
}

// health returns what was counted since it was last asked.
func (t *counters) health() results.Health {
	t.mu.Lock()
	h := t.h
	if t.lag.Count() > 0 {
		h.LagP99, h.LagMax = min(t.lag.Quantile(0.99), t.lagMax), t.lagMax
	}
	t.lag, t.lagMax = results.New(), 0
	t.h = results.Health{InFlight: t.inFlight}
	t.mu.Unlock()
	t.vitals.Read(&h)
	return h
}
