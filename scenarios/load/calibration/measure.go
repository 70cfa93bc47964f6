package calibration

import (
	"context"
	"errors"
	"fmt"
	"time"
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
