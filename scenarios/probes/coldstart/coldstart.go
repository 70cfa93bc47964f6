package coldstart

import (
	"slices"
	"time"

	"tollgate/pricing/document"
	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/scenarios/probes/probe"
)

// Probe asks what a cold start costs and how often there is one.
func Probe() *probe.Probe {
	return &probe.Probe{Name: "cold-start", Title: "Cold starts", Untried: "it would warm an environment of the function", Parse: parse}
}

type options struct {
	want      int64         // cold starts that are enough
	fanOut    int64         // simultaneous requests, at most
	warm      int64         // requests at warm environments, one at a time
	settle    time.Duration // after a fan-out, until the next stage
	first     time.Duration // idle gap; 0: idle expiry is not measured
	longest   time.Duration // idle gap
	precision float64       // of the expiry
	renews    probe.Renewal // before each fan-out
	traces    bool          // read X-Ray even where no response names a trace
}

func parse(o document.Fields, about probe.About) probe.Question {
	probe.Known(o, "cold_starts", "fan_out", "warm_requests", "settle", "instance_header", "instance_key", "idle", "renew", "restore", "x_ray")
	c := options{
		want: o.WholeOr("cold_starts", 1, 10_000, 60), fanOut: o.WholeOr("fan_out", 2, 5_000, max(100, sharedLeast*about.Target.PerEnvironment())),
		warm:   o.WholeOr("warm_requests", 20, 1_000_000, 300),
		settle: o.DurationOr("settle", 100*time.Millisecond, time.Minute, 2*time.Second), traces: o.Get("x_ray").Yes(),
	}
	c.readIdle(o)
	c.readRenewal(o, about.Target)
	return probe.Question{
		Requests: c.requests(), For: c.length(), Peak: float64(max(warmRate, slices.Max(c.fanOuts()))),
		Tolerates: probe.OfServiceTimes, Spare: c.spare(),
		Renews: c.renews, Refused: c.renews.Refused("cold-start", about),
		Marks: scenarios.Marks{InstanceHeader: o.Get("instance_header").Str(), InstanceKey: o.Get("instance_key").Str()},
		Plan:  c.plan, Wants: probe.Wants{Log: true, Traces: c.traces},
		Conclude: func(h probe.History, e probe.Evidence) results.Finding { return c.conclude(h, e, about) },
	}
}

func (c *options) readIdle(o document.Fields) {
	v := o.Get("idle")
	if v.Node == nil {
		return
	}
	idle := v.Fields("first", "longest", "precision")
	c.first = idle.DurationOr("first", 50*time.Millisecond, time.Hour, 30*time.Second)
	c.longest = idle.DurationOr("longest", 50*time.Millisecond, 4*time.Hour, 20*time.Minute)
	c.precision = 0.05
	if idle.Has("precision") {
		c.precision = idle.Get("precision").Share()
	}
	if c.first > c.longest || !(c.precision >= 0.01 && c.precision <= 0.5) {
		o.ProblemAt("idle", "needs a first gap that is no longer than the longest, and a precision from 1%% to 50%%")
	}
}
