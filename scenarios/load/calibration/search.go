package calibration

import (
	"context"
	"errors"
	"fmt"
	"math"
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

// MaxTime bounds a whole calibration.
const MaxTime = 20 * time.Second

// Measure calibrates the named engines, one after the other, against a sink
// that runs as a process: the program exe with args, which is to call [Serve].
// No rate above most, and none above [MaxRate], is tried.
func Measure(ctx context.Context, exe string, args, engines []string, most int64) (c *Calibration, err error) {
	s, err := spawn(ctx, exe, args)
	if err != nil {
		return nil, fmt.Errorf("start the sink: %w", err)
	}
	defer func() { err = errors.Join(err, s.close()) }()
	c = &Calibration{Version: Version, Machine: ThisMachine(), Engines: map[string]Held{}}
	for _, name := range engines {
		// Ending what is behind takes a moment after the time is up.
		within, done := context.WithTimeout(ctx, MaxTime*9/10/time.Duration(len(engines)))
		held, err := measure(within, name, s.address, min(most, MaxRate))
		done()
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return nil, err
		}
		held.Measured = time.Now().UTC().Truncate(time.Second)
		c.Engines[name] = held
	}
	return c, nil
}

func measure(ctx context.Context, name, sink string, most int64) (held Held, err error) {
	d, err := newDriver(name, sink)
	if err != nil {
		return Held{}, err
	}
	defer func() { err = errors.Join(err, d.engine.Close()) }()
	return search(ctx, most, d.try)
}

// The bounds of a search. All engines of a machine take 20 s together at most.
const (
	MinRate     = 1_000   // the lowest that is tried
	MaxRate     = 256_000 // the highest that is tried
	stride      = 4
	refinements = 4 // each halves the gap, on a scale of ratios: 9 % are left

	maxLag   = time.Millisecond
	minShare = 0.99
)

type trial struct {
	share float64       // of the requests due that were answered well
	lag   time.Duration // 99th percentile
}

func (t trial) done() bool { return t.share >= minShare }
func (t trial) held() bool { return t.done() && t.lag < maxLag }

// search finds the highest rate that is held, up to most. When ctx ends it is content with
// what it has.
func search(ctx context.Context, most int64, try func(ctx context.Context, rate int64) (trial, error)) (Held, error) {
	var best Held
	attempt := func(rate int64) (t trial, err error) {
		for range 2 {
			if t, err = try(ctx, rate); err != nil || t.held() {
				break
			}
		}
		if err == nil && t.held() && rate > best.Rate {
			best.Rate, best.LagP99 = rate, float64(t.lag)/float64(time.Millisecond)
		}
		return t, err
	}
	for rate := int64(MinRate); ctx.Err() == nil; rate = min(rate*stride, most) {
		t, err := attempt(rate)
		if err != nil {
			return best, err
		}
		if !t.done() || rate >= most {
			break
		}
	}
	best.AtLeast = best.Rate == most
	if best.Rate == 0 || best.AtLeast {
		return best, nil
	}
	low, high := float64(best.Rate), float64(min(best.Rate*stride, most))
	for range refinements {
		if ctx.Err() != nil {
			break
		}
		middle := math.Sqrt(low * high)
		t, err := attempt(int64(middle/100) * 100)
		if err != nil {
			return best, err
		}
		if t.held() {
			low = middle
		} else {
			high = middle
		}
	}
	return best, nil
}

const (
	trialTime  = 500 * time.Millisecond
	trialLimit = 900 * time.Millisecond // an engine that is behind is not waited for
	trialLead  = 20 * time.Millisecond

	// Enough that a sink which answers at once never keeps one from falling
	// free, and no more than any limit on open files allows.
	trialConnections = 128
)

type counter struct{ good *atomic.Int64 }

func (c counter) Record(s *results.Sample) {
	if s.Outcome() == results.OK {
		c.good.Add(1)
	}
}

type driver struct {
	engine load.Engine
	epoch  time.Time
	good   atomic.Int64
}

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
