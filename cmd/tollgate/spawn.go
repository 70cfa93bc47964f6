package main

import (
	"cmp"
	"context"
	"fmt"
	"net/url"
	"os"
	"slices"
	"time"

	"tollgate/scenarios"
	"tollgate/scenarios/session"
	"tollgate/targets"
	"tollgate/targets/lab"
)

// startLab serves a door for each target whose url is "lab", in a process of
// this same program, and returns the targets with their addresses.
func startLab(ctx context.Context, s *scenarios.Scenario) (session.Lab, error) {
	exe, err := os.Executable()
	if err != nil {
		return session.Lab{}, fmt.Errorf("cannot find this program to start it again: %w", err)
	}
	child, err := lab.Spawn(ctx, exe, []string{"lab", "child"}, labConfig(s))
	if err != nil {
		return session.Lab{}, err
	}
	ts := slices.Clone(s.Targets)
	doors := child.Doors
	for i := range ts {
		if !ts[i].Lab {
			continue
		}
		if err := atDoor(&ts[i], doors[0], child.CloudWatch, s.Pricing.Region); err != nil {
			return session.Lab{}, fmt.Errorf("target %s: %w", ts[i].Name, err)
		}
		doors = doors[1:]
	}
	return session.Lab{Targets: ts, Close: child.Close}, nil
}

// labConfig asks for one door for each target at the lab, in their order.
func labConfig(s *scenarios.Scenario) lab.Config {
	l := s.Lab
	c := lab.Config{
		Seed:        cmp.Or(l.Seed, s.Seed),
		MetricDelay: lab.Duration(l.MetricLag),
		Function: lab.Function{
			Idle: lab.Duration(l.Function.IdleExpiry),
			Init: logNormal(l.Function.Init, 0),
			Warm: logNormal(l.Function.Median, l.Function.Sigma),
		},
	}
	for _, t := range s.Targets {
		if !t.Lab {
			continue
		}
		door := lab.DoorConfig{Kind: t.Kind.Name, Name: t.Name}
		if t.Kind.Name == targets.RESTAPI.Name {
			if l.UsagePlan.Rate > 0 {
				door.UsagePlan = &lab.UsagePlan{Throttle: lab.Throttle{Rate: l.UsagePlan.Rate, Burst: l.UsagePlan.Burst}}
			}
			if l.CacheTTL > 0 {
				door.Cache = &lab.Cache{TTL: lab.Duration(l.CacheTTL)}
			}
		}
		c.Doors = append(c.Doors, door)
	}
	return c
}

// defaultSigma is how far the lab's durations spread where a scenario gives
// only their median.
const defaultSigma = 0.3

func logNormal(median time.Duration, sigma float64) *lab.LogNormal {
	if median == 0 {
		return nil
	}
	return &lab.LogNormal{Median: lab.Duration(median), Sigma: cmp.Or(sigma, defaultSigma)}
}

// atDoor gives a target the address of its door, and the names that the lab's
// CloudWatch knows it by.
func atDoor(t *targets.Target, d lab.Door, cloudWatch, region string) error {
	address, err := url.Parse(d.URL)
	if err != nil {
		return err
	}
	t.URL, t.CloudWatch = address, cloudWatch
	t.API, t.Stage, t.Balancer = d.API, d.Stage, d.Balancer
	t.Region = cmp.Or(t.Region, region)
	t.Function.Name = d.FunctionName
	if d.APIKey != "" && t.Auth == (targets.Auth{}) {
		t.Auth.APIKey = targets.NewSecret(d.APIKey)
	}
	return nil
}
