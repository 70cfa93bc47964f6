package main

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"tollgate/scenarios/probes/probe"
	"tollgate/targets"
	"tollgate/targets/aws"
)

// configuredLimits reads the token buckets that API Gateway has for a stage: those
// of its usage plans, and its own. Other doors have none that can be read.
func configuredLimits(ctx context.Context, t targets.Target) ([]probe.ConfiguredLimit, error) {
	if !t.Kind.UsagePlans {
		return nil, nil
	}
	a, err := aws.Open(ctx, t)
	if err != nil {
		return nil, err
	}
	plans, err := a.Plans(ctx, t)
	if err != nil {
		return nil, err
	}
	stage, err := a.Stage(ctx, t)
	if err != nil {
		return nil, err
	}
	return limitsOf(plans, stage), nil
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
