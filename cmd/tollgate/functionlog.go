package main

import (
	"context"
	"time"

	"tollgate/scenarios/probes"
	"tollgate/targets"
	"tollgate/targets/account"
)

// Lines arrive in CloudWatch Logs some seconds late; those of the lab at once.
const (
	logPause    = 5 * time.Second
	logPatience = time.Minute
)

// functionLog reads the REPORT lines of a target's function, by request id: until
// no more of them arrive.
func functionLog(ctx context.Context, t targets.Target, from, to time.Time) (map[string]probes.Invocation, error) {
	a, err := account.Open(ctx, t)
	if err != nil {
		return nil, err
	}
	reports, err := a.Reports(ctx, t, from, to.Add(time.Second))
	for begun := time.Now(); err == nil && !t.Lab && time.Since(begun) < logPatience; {
		before := len(reports)
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(logPause):
		}
		if reports, err = a.Reports(ctx, t, from, to.Add(time.Second)); len(reports) == before && before > 0 {
			break
		}
	}
	if err != nil {
		return nil, err
	}
	all := make(map[string]probes.Invocation, len(reports))
	for _, r := range reports {
		all[r.RequestID] = probes.Invocation{Init: r.Init, Duration: r.Duration, Billed: r.Billed, Environment: r.Stream, At: r.At}
	}
	return all, nil
}
