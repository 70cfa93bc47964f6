package main

import (
	"context"
	"time"

	"tollgate/scenarios/probes"
	"tollgate/targets"
	"tollgate/targets/aws"
)

// functionTraces reads what X-Ray recorded of a target's function, by the ids of
// the traces: until no more of them arrive, as they do late.
func functionTraces(ctx context.Context, t targets.Target, from, to time.Time, ids []string) (map[string]probes.Traced, error) {
	a, err := aws.Open(ctx, t)
	if err != nil {
		return nil, err
	}
	read := func() ([]aws.Trace, error) {
		some := ids
		if len(some) == 0 {
			if some, err = a.TraceIDs(ctx, t, from, to.Add(time.Second)); err != nil {
				return nil, err
			}
		}
		return a.Traces(ctx, t, some)
	}
	traces, err := settled(ctx, t, read)
	if err != nil {
		return nil, err
	}
	all := make(map[string]probes.Traced, len(traces))
	for _, r := range traces {
		all[r.ID] = probes.Traced{RequestID: r.RequestID, At: r.Received, Init: r.Init, Ahead: r.Ahead}
	}
	return all, nil
}

// A renewer changes the configuration of functions.
type renewer struct{}

// Renew implements session.Renewer.
func (renewer) Renew(ctx context.Context, t targets.Target) error {
	a, err := aws.Open(ctx, t)
	if err != nil {
		return err
	}
	return a.Renew(ctx, t)
}

// Restore implements session.Renewer.
func (renewer) Restore(ctx context.Context, t targets.Target) error {
	a, err := aws.Open(ctx, t)
	if err != nil {
		return err
	}
	return a.Restore(ctx, t)
}
