// Package coldstart is the probe that finds how many requests wait for a cold
// start, how long INIT takes, and how long an idle environment is kept.
//
// Fan-outs of simultaneous requests, each twice as large as the one before, need
// more environments than there are, so Lambda starts new ones. A slow steady stage
// shows the warm environments. If the scenario asks for it, the function's
// configuration is changed before each fan-out so that no environment is left, and
// single requests after idle gaps find the expiry: the gap doubles until an
// environment expires, then it is bisected.
//
// # Evidence
//
// Each response is classified by the best evidence that there is of it, and the
// finding says which:
//
//  1. the REPORT line with its request id
//  2. an instance that it names for the first time
//  3. its trace in X-Ray
//  4. its latency: the slower of two log-normal distributions is cold
//
// The REPORT line precedes the instance, although both are certain, since it also
// says how long INIT took and whether the request waited for it. X-Ray records a
// sample: it gives a share with an interval, never a count of all, and it overrules
// the latencies where they contradict it.
package coldstart

import (
	"fmt"
	"math"
	"slices"
	"time"

	"tollgate/pricing/document"
	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/scenarios/probes/estimate"
	"tollgate/scenarios/probes/probe"
)

// Probe asks what a cold start costs and how often there is one.
func Probe() *probe.Probe {
	return &probe.Probe{Name: "cold-start", Title: "Cold starts", Untried: "it would warm an environment of the function", Parse: parse}
}

type options struct {
	want      int64         // cold starts that are enough
	fanOut    int64         // simultaneous requests, at most
	warm      int64         // requests at warm environments
	settle    time.Duration // after a fan-out, until the next stage
	first     time.Duration // idle gap; 0: idle expiry is not measured
	longest   time.Duration // idle gap
	precision float64       // of the expiry
	renews    probe.Renewal // before each fan-out
	traces    bool          // read X-Ray even where no response names a trace
}

const (
	warmRate    = 50 // requests per second at warm environments
	firstFanOut = 10
)

const (
	stageFan  = "fan-out"
	stageWarm = "warm"
	stageIdle = "idle"
)

func parse(o document.Fields, about probe.About) probe.Question {
	probe.Known(o, "cold_starts", "fan_out", "warm_requests", "settle", "instance_header", "instance_key", "idle", "renew", "restore", "x_ray")
	c := options{
		want: o.WholeOr("cold_starts", 1, 10_000, 60), fanOut: o.WholeOr("fan_out", 2, 5_000, 100),
		warm:   o.WholeOr("warm_requests", 20, 1_000_000, 300),
		settle: o.DurationOr("settle", 100*time.Millisecond, time.Minute, 2*time.Second), traces: o.Get("x_ray").Yes(),
	}
	c.readIdle(o)
	c.readRenewal(o, about.Target)
	return probe.Question{
		Requests: c.requests(), For: c.length(), Peak: float64(max(warmRate, slices.Max(c.fanOuts()))),
		Tolerates: probe.OfServiceTimes,
		Renews:    c.renews, Refused: c.renews.Refused("cold-start", about),
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

func (c options) fanOuts() (sizes []int64) {
	if c.renews.Times > 0 {
		return c.renewedFanOuts()
	}
	for n := min(firstFanOut, c.fanOut); ; n = min(2*n, c.fanOut) {
		sizes = append(sizes, n)
		if n == c.fanOut {
			return sizes
		}
	}
}

func (c options) requests() int64 {
	n := c.warm + int64(c.gaps())
	for _, size := range c.fanOuts() {
		n += size
	}
	return n
}

func (c options) length() time.Duration {
	d := time.Duration(len(c.fanOuts())+1)*c.settle + c.warmFor() + c.renews.For()
	if c.first > 0 { // doubling takes twice the longest gap at most, bisection the longest each time
		d += 4*c.longest + time.Duration(c.gaps())*(c.longest+c.settle)
	}
	return d
}

func (c options) warmFor() time.Duration {
	return time.Duration(float64(c.warm) / warmRate * float64(time.Second))
}

// gaps is the most idle gaps that are tried: doublings, bisections and three more.
func (c options) gaps() int {
	if c.first == 0 {
		return 0
	}
	doublings := math.Ceil(math.Log2(float64(c.longest) / float64(c.first)))
	bisections := math.Ceil(math.Log2(math.Ln2 / math.Log1p(2*c.precision)))
	return int(doublings+max(bisections, 0)) + 3
}

func (c options) plan(h probe.History) (probe.Stage, bool) {
	sizes, sent := c.fanOuts(), len(h.Named(stageFan))
	switch {
	case sent == 0 || sent < len(sizes) && len(h.Named(stageWarm)) == 0 && c.coldSoFar(h) < c.want:
		fan := probe.Burst(stageFan, sizes[sent], c.settle)
		fan.Renew = c.renews.Times > 0
		return fan, true
	case len(h.Named(stageWarm)) == 0:
		return probe.Constant(stageWarm, warmRate, c.warmFor()), true
	case c.first == 0 || len(h.Named(stageIdle)) >= c.gaps():
		return probe.Stage{}, false
	}
	return c.nextGap(h)
}

// coldSoFar counts the environments that the fan-outs certainly started: a fan-out
// finds those of the one before it, and starts the rest.
func (c options) coldSoFar(h probe.History) int64 {
	s := classify(h.Samples(), probe.Evidence{})
	if n, _ := s.count(cold); s.environments > 0 || n > 0 {
		return n
	}
	if c.renews.Times > 0 {
		return int64(len(s.all))
	}
	return h.Last().Due // the latencies do not separate yet: every response may be cold
}

// nextGap plans one request after a gap since the last response.
func (c options) nextGap(h probe.History) (probe.Stage, bool) {
	s := classify(h.Samples(), probe.Evidence{})
	gap, more := estimate.Next(s.idleGaps(h), c.first.Seconds(), c.longest.Seconds(), 2*c.precision)
	if !more {
		return probe.Stage{}, false
	}
	// The gap began with the last response, some time before this stage begins.
	due := max(time.Duration(gap*float64(time.Second))-sinceLastResponse(h), 0)
	return probe.Stage{Name: stageIdle, Stage: scenarios.Stage{
		Load: scenarios.Arrivals{Shape: scenarios.Instants{At: []time.Duration{due}, What: fmt.Sprintf("a gap of %.3g s", gap)}},
		For:  due + 100*time.Millisecond,
	}}, true
}

// sinceLastResponse is how long before the end of the last stage its last response
// came.
func sinceLastResponse(h probe.History) time.Duration {
	last, end := h.Last(), time.Duration(0)
	for i := range last.Samples {
		end = max(end, last.Samples[i].Sent+last.Samples[i].Service)
	}
	if end == 0 {
		return 0
	}
	return max(last.Started+last.For-end, 0)
}

// idleGaps are observations of how long environments live unused, from requests
// that were sent one at a time. An environment was idle for at least the time from
// a response to the next request, and for at most that and two round trips.
func (c *classification) idleGaps(h probe.History) (seen []estimate.Survival) {
	stages := h.Named(stageIdle)
	if len(stages) == 0 {
		return nil
	}
	transit := time.Duration(0)
	if ms := c.latencies(warm); len(ms) > 0 {
		transit = probe.FromMS(estimate.Median(ms))
	}
	first := max(slices.IndexFunc(c.all, func(r response) bool { return r.sample.Sent >= stages[0].Started }), 1)
	for i := first; i < len(c.all); i++ {
		before, r := c.all[i-1].sample, &c.all[i]
		if gap := r.sample.Sent - before.Sent - before.Service; gap > 0 {
			seen = append(seen, estimate.Survival{Least: gap.Seconds(), Most: (gap + 2*transit).Seconds(), Alive: r.start == warm})
		}
	}
	return seen
}
