package main

import (
	"cmp"
	"net/url"
	"time"

	"tollgate/scenarios"
	"tollgate/targets"
	"tollgate/targets/lab"
)

// labConfig is what a scenario says of the lab, without doors.
func labConfig(s *scenarios.Scenario) lab.Config {
	l := s.Lab
	return lab.Config{
		Seed:        cmp.Or(l.Seed, s.Seed),
		MetricDelay: lab.Duration(l.MetricLag),
		Function: lab.Function{
			Idle: lab.Duration(l.Function.IdleExpiry),
			Init: logNormal(l.Function.Init, 0),
			Warm: logNormal(l.Function.Median, l.Function.Sigma),
		},
	}
}

// doorOf is what a scenario says of the door of one of its targets.
func doorOf(s *scenarios.Scenario, t targets.Target) lab.DoorConfig {
	l, door := s.Lab, lab.DoorConfig{Kind: t.Kind.Name, Name: t.Name}
	if t.Kind.UsagePlans {
		if l.UsagePlan.Rate > 0 {
			door.UsagePlan = &lab.UsagePlan{Throttle: lab.Throttle{Rate: l.UsagePlan.Rate, Burst: l.UsagePlan.Burst}}
		}
		if l.CacheTTL > 0 {
			door.Cache = &lab.Cache{TTL: lab.Duration(l.CacheTTL), Params: []string{"key"}} // so that key spaces are seen
		}
	}
	return door
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
func atDoor(t *targets.Target, d lab.Door, cloudWatch string) error {
	address, err := url.Parse(d.URL)
	if err != nil {
		return err
	}
	t.URL, t.CloudWatch = address, cloudWatch
	t.API, t.Stage, t.Balancer = d.API, d.Stage, d.Balancer
	t.Function.Name = d.FunctionName
	if d.APIKey != "" && t.Auth == (targets.Auth{}) {
		t.Auth.APIKey = targets.NewSecret(d.APIKey)
	}
	return nil
}
