package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"tollgate/scenarios/probes/probe"
	"tollgate/targets"
	"tollgate/targets/aws"
)

// Lines arrive in CloudWatch Logs some seconds late; those of the lab at once.
const (
	logPause    = 5 * time.Second
	logPatience = time.Minute
)

// functionLog reads the REPORT lines of a target's function until no more arrive.
func functionLog(ctx context.Context, t targets.Target, from, to time.Time) ([]targets.Invocation, error) {
	a, err := aws.Open(ctx, t)
	if err != nil {
		return nil, err
	}
	return settled(ctx, t, func() ([]targets.Invocation, error) { return a.Reports(ctx, t, from, to.Add(time.Second)) })
}

// settled reads something that arrives late until no more of it does. A log group
// that does not exist yet may come as late as its lines.
func settled[T any](ctx context.Context, t targets.Target, read func() ([]T, error)) ([]T, error) {
	late := func(err error) bool { return err == nil || errors.Is(err, aws.ErrNoLogGroup) }
	all, err := read()
	for begun := time.Now(); late(err) && !t.Lab && time.Since(begun) < logPatience; {
		before := len(all)
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(logPause):
		}
		if all, err = read(); len(all) == before && before > 0 {
			break
		}
	}
	return all, err
}

// functionTraces reads what X-Ray recorded of a target's function, by the ids of
// the traces: until no more of them arrive, as they do late.
func functionTraces(ctx context.Context, t targets.Target, from, to time.Time, ids []string) ([]targets.Trace, error) {
	a, err := aws.Open(ctx, t)
	if err != nil {
		return nil, err
	}
	return settled(ctx, t, func() ([]targets.Trace, error) {
		some := ids
		if len(some) == 0 {
			if some, err = a.TraceIDs(ctx, t, from, to.Add(time.Second)); err != nil {
				return nil, err
			}
		}
		return a.Traces(ctx, t, some)
	})
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

// flushCache empties the cache of a target's stage.
func flushCache(ctx context.Context, t targets.Target) error {
	a, err := aws.Open(ctx, t)
	if err != nil {
		return err
	}
	return a.FlushCache(ctx, t)
}

// configuredLimits reads the token buckets and quotas that API Gateway has for a
// stage, and the throttle of the account. Other doors have none that can be read.
func configuredLimits(ctx context.Context, t targets.Target) (c probe.Configuration, err error) {
	if !t.Kind.AccountThrottle {
		return c, nil
	}
	a, err := aws.Open(ctx, t)
	if err != nil {
		return c, err
	}
	account, err := a.Throttle(ctx)
	if err == nil {
		c.Account = &probe.ConfiguredLimit{Layer: "the account", Rate: account.Rate, Burst: float64(account.Burst)}
	}
	if t.Kind.APIByID {
		stage, failed := a.RouteThrottles(ctx, t)
		if failed == nil {
			c.Limits = limitsOf(nil, stage)
		}
		return c, errors.Join(err, failed)
	}
	if !t.Kind.UsagePlans {
		return c, err
	}
	plans, failed := a.Plans(ctx, t)
	if failed != nil {
		return c, errors.Join(err, failed)
	}
	for _, p := range plans {
		if q := p.Quota; q != nil {
			c.Quotas = append(c.Quotas, probe.ConfiguredQuota{Plan: p.Name, Limit: q.Limit, Period: q.Period})
		}
	}
	stage, failed := a.Stage(ctx, t)
	if failed == nil {
		c.Limits, c.CacheEncrypted = limitsOf(plans, stage), stage.CacheEncrypted
	}
	return c, errors.Join(err, failed)
}

// limitsOf are the limits of plans and of a stage.
func limitsOf(plans []aws.Plan, stage aws.Stage) (all []probe.ConfiguredLimit) {
	add := func(layer string, l aws.Limit) {
		if l.Rate > 0 {
			all = append(all, probe.ConfiguredLimit{Layer: layer, Rate: l.Rate, Burst: float64(l.Burst)})
		}
	}
	for _, p := range plans {
		plan := fmt.Sprintf("usage plan %q", p.Name)
		if p.Throttle != nil {
			add(plan, *p.Throttle)
		}
		for _, method := range slices.Sorted(maps.Keys(p.Methods)) {
			add(plan+" for "+method, p.Methods[method])
		}
	}
	for _, method := range slices.Sorted(maps.Keys(stage.Limits)) {
		name := "stage " + stage.Name
		if method != "*/*" {
			name += " for " + method
		}
		add(name, stage.Limits[method])
	}
	return all
}
