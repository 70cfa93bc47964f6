package calibration

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"sync/atomic"
	"time"

	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/scenarios/load"
	"tollgate/scenarios/load/engines"
	"tollgate/targets"
)

const (
	trialTime  = 500 * time.Millisecond
	trialLimit = 900 * time.Millisecond // an engine that is behind is not waited for
	trialLead  = 20 * time.Millisecond

	// Enough that a sink which answers at once never keeps one from falling
	// free, and no more than any limit on open files allows.
	trialConnections = 128
)

// A counter is a shard that counts.
type counter struct{ good *atomic.Int64 }

func (c counter) Record(s *results.Sample) {
	if s.Outcome() == results.OK {
		c.good.Add(1)
	}
}

// A driver tries rates with one engine against one sink.
type driver struct {
	engine load.Engine
	epoch  time.Time
	good   atomic.Int64
}

// newDriver opens an engine by its name.
func newDriver(name, sink string) (*driver, error) {
	address, err := url.Parse(sink)
	if err != nil {
		return nil, err
	}
	d := &driver{epoch: time.Now()}
	d.engine, _, err = engines.All.Open(load.Job{
		Epoch:    d.epoch,
		Targets:  []targets.Target{{Name: "sink", Kind: &targets.Kind{}, URL: address}},
		Requests: []scenarios.Request{{Name: "get", Method: "GET", Path: "/", Timeout: 5 * time.Second}},
		Pick:     func(uint64) uint16 { return 0 },
		Shard:    func() load.Shard { return counter{&d.good} },
		Options:  scenarios.Engine{Use: name, Connections: 8, MaxConnections: trialConnections},
	})
	if err != nil {
		return nil, fmt.Errorf("engine %s: %w", name, err)
	}
	return d, nil
}

// try drives one rate for a while.
func (d *driver) try(ctx context.Context, rate int64) (trial, error) {
	ctx, cancel := context.WithTimeout(ctx, trialLead+trialLimit)
	defer cancel()
	due := slices.Collect(evenly(rate))
	block := scenarios.Block{For: trialTime, Due: due}
	turn := scenarios.Turn{Load: scenarios.Arrivals{}, For: trialTime, Blocks: slices.Values([]scenarios.Block{block})}
	d.good.Store(0)
	d.engine.Health() // what came before does not count
	if err := d.engine.Run(ctx, turn, time.Since(d.epoch)+trialLead); err != nil {
		return trial{}, err
	}
	return trial{share: float64(d.good.Load()) / float64(len(due)), lag: d.engine.Health().LagP99}, nil
}

func evenly(rate int64) func(func(time.Duration) bool) {
	return scenarios.Constant{Rate: scenarios.PerSecond(rate)}.Schedule(trialTime, 0)
}
