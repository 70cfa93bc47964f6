package main

import (
	"time"

	"tollgate/scenarios"
	"tollgate/targets"
	"tollgate/targets/lab"
)

// originSuffix stands behind the name of a distribution in that of the door behind it.
const originSuffix = "-origin"

// originOf is the door behind that of a distribution.
func originOf(s *scenarios.Scenario, t targets.Target) lab.DoorConfig {
	door := doorOf(s, *t.Distribution.Origin)
	door.Name, door.Overhead, door.TLS = t.Name+originSuffix, nil, false
	door.Guards = lab.Guards{} // which stand before the distribution
	return door
}

// distributionOf is what a scenario says of the lab's distributions, of one of them.
func distributionOf(c scenarios.LabCDN, origin string) *lab.Distribution {
	d := &lab.Distribution{
		Origin: origin, MinTTL: lab.Duration(c.MinTTL), DefaultTTL: ttl(c.DefaultTTL), MaxTTL: ttl(c.MaxTTL), ErrorTTL: ttl(c.ErrorTTL),
		Params: c.Params, NoParams: c.NoParams, Heads: c.Heads, Compress: c.Compress, Shield: c.Shield,
	}
	for _, l := range c.Locations {
		d.Locations = append(d.Locations, lab.EdgeLocation{Name: l.Name, Share: l.Share, Latency: logNormal(l.Latency.Median, l.Latency.Sigma)})
	}
	return d
}

func ttl(d *time.Duration) *lab.Duration {
	if d == nil {
		return nil
	}
	return new(lab.Duration(*d))
}
