package session

import (
	"slices"
	"sync"
	"time"

	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/scenarios/load/control"
)

// A controlled is the control measurement of a run, which goes on during its load and
// the stages of its probes. A nil one measures nothing.
type controlled struct {
	measurement *control.Control // nil: there is none
	shard       *results.Shard

	once  sync.Once
	mu    sync.Mutex
	under []results.Group // what is under way: the blocks of populations, or a probe's stage
	next  int             // of these, to which a round trip belongs
	kept  *samples        // of a probe's stage; nil: the load is under way
}

// startControl begins the control measurement. A machine without loopback has none,
// which is a warning.
func startControl(recorder *results.Recorder, w *warnings) *controlled {
	c := &controlled{shard: recorder.Shard()}
	var err error
	if c.measurement, err = control.Start(c.record); err != nil {
		w.add(err.Error() + ": delays by this machine show only in the lag")
	}
	return c
}

// during says that a stage of a probe is under way from now on.
func (c *controlled) during(g results.Group, kept *samples) {
	if c == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.under, c.kept = []results.Group{g}, kept
}

// controlling is a turn of a population, during which the control measures. Of several
// populations each gets one round trip after the other, so that none counts twice.
func (c *controlled) controlling(turn scenarios.Turn, request uint16) scenarios.Turn {
	blocks := turn.Blocks
	turn.Blocks = func(yield func(scenarios.Block) bool) {
		for b := range blocks {
			c.replace(request, &results.Group{Target: turn.Target, Request: request, Block: b.Number})
			if !yield(b) {
				return
			}
		}
	}
	return turn
}

// replace says what is under way of the population whose first request that is: nil for
// nothing.
func (c *controlled) replace(request uint16, g *results.Group) {
	if c == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.under = slices.DeleteFunc(c.under, func(u results.Group) bool { return u.Request == request })
	if g != nil {
		c.under = append(c.under, *g)
	}
}

// pause says that nothing is under way.
func (c *controlled) pause() {
	if c == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.under, c.kept = nil, nil
}

func (c *controlled) record(d time.Duration) {
	group, kept, ok := c.turn()
	if !ok {
		return
	}
	c.shard.Control(group, d)
	if kept != nil {
		kept.controls(d)
	}
}

// turn is what the next round trip belongs to; false if nothing is under way.
func (c *controlled) turn() (g results.Group, kept *samples, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.under) == 0 {
		return g, nil, false
	}
	c.next++
	return c.under[c.next%len(c.under)], c.kept, true
}

// close ends the measurement; nothing is recorded afterwards.
func (c *controlled) close() {
	c.once.Do(func() {
		if c.measurement != nil {
			c.measurement.Close()
		}
	})
}
