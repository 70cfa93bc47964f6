package load

import (
	"sync"
	"time"

	"tollgate/results"
)

// A tally counts what an engine does between one look at its health and the
// next. Any number of goroutines use it.
type tally struct {
	vitals *vitals

	mu       sync.Mutex
	lag      *results.Histogram
	lagMax   time.Duration
	inFlight int // now
	h        results.Health
}

func newTally() *tally { return &tally{vitals: newVitals(), lag: results.New()} }

// taken counts a request that was taken up this long after it was due.
func (t *tally) taken(lag time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.lag.Record(lag)
	t.lagMax = max(t.lagMax, lag)
	t.inFlight++
	t.h.InFlight = max(t.h.InFlight, t.inFlight)
}

// ended counts the end of a request that was taken up.
func (t *tally) ended() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.inFlight--
}

// count adds to one of the plain counters: t.count(func(h) { h.Opened++ }).
func (t *tally) count(add func(h *results.Health)) {
	t.mu.Lock()
	defer t.mu.Unlock()
	add(&t.h)
}

// health returns what was counted since it was last asked.
func (t *tally) health() results.Health {
	t.mu.Lock()
	h := t.h
	if t.lag.Count() > 0 {
		h.LagP99, h.LagMax = min(t.lag.Quantile(0.99), t.lagMax), t.lagMax
	}
	t.lag, t.lagMax = results.New(), 0
	t.h = results.Health{InFlight: t.inFlight}
	t.mu.Unlock()
	t.vitals.read(&h)
	return h
}
