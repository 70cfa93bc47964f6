package session

import (
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
	under bool          // something is under way
	group results.Group // what
	kept  *samples      // of a probe's stage; nil: the load is under way
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

// during says what is under way from now on.
func (c *controlled) during(g results.Group, kept *samples) {
	if c == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.under, c.group, c.kept = true, g, kept
}

// controlling is a turn of the load, during which the control measures.
func (c *controlled) controlling(turn scenarios.Turn) scenarios.Turn {
	blocks := turn.Blocks
	turn.Blocks = func(yield func(scenarios.Block) bool) {
		for b := range blocks {
			c.during(results.Group{Target: turn.Target, Block: b.Number}, nil)
			if !yield(b) {
				return
			}
		}
	}
	return turn
}

// pause says that nothing is under way.
func (c *controlled) pause() {
	if c == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.under, c.kept = false, nil
}

func (c *controlled) record(d time.Duration) {
	c.mu.Lock()
	under, group, kept := c.under, c.group, c.kept
	c.mu.Unlock()
	if !under {
		return
	}
	c.shard.Control(group, d)
	if kept != nil {
		kept.controls(d)
	}
}

// close ends the measurement; nothing is recorded afterwards.
func (c *controlled) close() {
	c.once.Do(func() {
		if c.measurement != nil {
			c.measurement.Close()
		}
	})
}
