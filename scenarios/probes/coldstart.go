package probes

import (
	"fmt"
	"math"
	"slices"
	"time"

	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/scenarios/probes/estimate"
)

// ColdStart asks what a cold start costs, and how often there is one.
//
// Fan-outs of requests at once, each twice as large as the one before, need more
// environments than there are, and so make new ones. A slow, steady stage shows
// the environments warm. Where the scenario asks for it, the configuration of the
// function is changed before each fan-out, so that no environment is left, and
// single requests after gaps of growing length tell how long an environment is
// kept idle: first twice as long each time, then halving what is left between
// life and death.
func ColdStart() *Probe {
	return &Probe{Name: "cold-start", Title: "Cold starts", Untried: "it would warm an environment of the function", Parse: parseColdStart}
}

// A coldOptions is what a scenario asks of the cold start probe.
type coldOptions struct {
	want      int64         // cold starts that are enough
	most      int64         // requests at once, at most
	warm      int64         // requests at warm environments
	settle    time.Duration // after a fan-out, until the next stage
	first     time.Duration // idle gap; 0: idle expiry is not asked for
	longest   time.Duration // idle gap
	precision float64       // of the expiry
	renews    Renewal       // of the function's environments, once before each fan-out
	traces    bool          // X-Ray is asked even where no response says that it recorded anything
}

const (
	warmRate      = 50 // requests per second at warm environments
	defaultCold   = 60
	defaultFan    = 100
	defaultWarm   = 300
	firstFan      = 10
	defaultSettle = 2 * time.Second
)

func parseColdStart(o *scenarios.Options, about About) Question {
	o.Known("cold_starts", "fan_out", "warm_requests", "settle", "instance_header", "instance_key", "idle", "renew", "restore", "x_ray")
	c := coldOptions{want: defaultCold, most: defaultFan, warm: defaultWarm, settle: defaultSettle}
	if o.Has("cold_starts") {
		c.want = o.Whole("cold_starts", 1, 10_000)
	}
	if o.Has("fan_out") {
		c.most = o.Whole("fan_out", 2, 5_000)
	}
	if o.Has("warm_requests") {
		c.warm = o.Whole("warm_requests", 20, 1_000_000)
	}
	if o.Has("settle") {
		c.settle = o.Duration("settle", 100*time.Millisecond, time.Minute)
	}
	c.readIdle(o)
	c.readRenewal(o, about.Target)
	c.traces = o.Yes("x_ray")
	return Question{
		Requests: c.requests(), For: c.length(), Peak: c.peak(), Renews: c.renews, Refused: c.renews.refused("cold-start", about),
		Marks: scenarios.Marks{InstanceHeader: o.Text("instance_header"), InstanceKey: o.Text("instance_key")},
		Plan:  c.plan, Wants: Wants{Log: true, Traces: c.traces},
		Weigh: func(h History, told Told) results.Finding { return c.conclude(h, told, about) },
	}
}

func (c *coldOptions) readIdle(o *scenarios.Options) {
	idle := o.Within("idle", "first", "longest", "precision")
	if idle == nil {
		return
	}
	c.first, c.longest, c.precision = 30*time.Second, 20*time.Minute, 0.05
	if idle.Has("first") {
		c.first = idle.Duration("first", 50*time.Millisecond, time.Hour)
	}
	if idle.Has("longest") {
		c.longest = idle.Duration("longest", 50*time.Millisecond, 4*time.Hour)
	}
	if idle.Has("precision") {
		c.precision = idle.Share("precision")
	}
	if c.first > c.longest || !(c.precision >= 0.01 && c.precision <= 0.5) {
		o.Problem("idle", "needs a first gap that is no longer than the longest, and a precision from 1%% to 50%%")
	}
}

// fans are the sizes of the fan-outs.
func (c coldOptions) fans() (sizes []int64) {
	if c.renews.Times > 0 {
		return c.renewedFans()
	}
	for n := min(firstFan, c.most); ; n = min(2*n, c.most) {
		sizes = append(sizes, n)
		if n == c.most {
			return sizes
		}
	}
}

// requests and length are what is announced.
func (c coldOptions) requests() (n int64) {
	for _, fan := range c.fans() {
		n += fan
	}
	return n + c.warm + int64(c.looks())
}

// peak is that of the largest fan-out, which is sent at once.
func (c coldOptions) peak() float64 { return float64(max(warmRate, slices.Max(c.fans()))) }

func (c coldOptions) length() time.Duration {
	d := time.Duration(len(c.fans()))*c.settle + c.warmFor() + c.renews.For()
	if c.first > 0 { // doubling takes twice the longest at most, halving the longest each time
		d += 4*c.longest + time.Duration(c.looks())*(c.longest+c.settle)
	}
	return d
}

func (c coldOptions) warmFor() time.Duration {
	return time.Duration(float64(c.warm)/warmRate*float64(time.Second)) + c.settle
}

// looks bounds how many gaps are tried: doublings, halvings, and two more.
func (c coldOptions) looks() int {
	if c.first == 0 {
		return 0
	}
	doublings := math.Ceil(math.Log2(float64(c.longest) / float64(c.first)))
	halvings := math.Ceil(math.Log2(math.Ln2 / math.Log1p(2*c.precision)))
	return int(doublings+max(halvings, 0)) + 3
}

const (
	stageFan  = "fan-out"
	stageWarm = "warm"
	stageIdle = "idle"
)

func (c coldOptions) plan(h History) (Stage, bool) {
	fans, tried := c.fans(), len(h.Named(stageFan))
	switch {
	case tried == 0 || tried < len(fans) && len(h.Named(stageWarm)) == 0 && c.coldSoFar(h) < c.want:
		fan := Burst(stageFan, fans[tried], 0, c.settle)
		fan.Renew = c.renews.Times > 0
		return fan, true
	case len(h.Named(stageWarm)) == 0:
		return Constant(stageWarm, warmRate, c.warmFor()-c.settle), true
	case c.first == 0 || len(h.Named(stageIdle)) >= c.looks():
		return Stage{}, false
	}
	return c.nextGap(h)
}

// coldSoFar is how many environments the fan-outs have made for certain: a
// fan-out finds those of the one before it, and makes the rest.
func (c coldOptions) coldSoFar(h History) int64 {
	s := sortStarts(h.Samples(), Told{})
	if n, _ := s.count(coldStart); s.environments > 0 || n > 0 {
		return n
	}
	if c.renews.Times > 0 {
		return int64(len(s.all))
	}
	return h.Last().Due // no two sorts of latency yet: every response may be cold
}

// nextGap plans one request after a gap since the last answer.
func (c coldOptions) nextGap(h History) (Stage, bool) {
	s := sortStarts(h.Samples(), Told{})
	gap, more := estimate.Next(s.idleSince(h, stageIdle), c.first.Seconds(), c.longest.Seconds(), 2*c.precision)
	if !more {
		return Stage{}, false
	}
	// The gap began with the last answer, some time before this stage begins.
	due := time.Duration(gap*float64(time.Second)) - h.sinceLastAnswer()
	due = max(due, 0)
	return Stage{Name: stageIdle, Stage: scenarios.Stage{
		Shape: scenarios.Instants{At: []time.Duration{due}, What: fmt.Sprintf("a gap of %.3g s", gap)},
		For:   due + 100*time.Millisecond,
	}}, true
}

// sinceLastAnswer is how long before the end of the last stage its last answer
// came.
func (h History) sinceLastAnswer() time.Duration {
	last, end := h.Last(), time.Duration(0)
	for i := range last.Samples {
		end = max(end, last.Samples[i].Sent+last.Samples[i].Service)
	}
	if end == 0 {
		return 0
	}
	return max(last.Started+last.For-end, 0)
}

// idleSince are the looks of the stages of that name.
func (c *coldSorting) idleSince(h History, name string) []estimate.Survival {
	stages := h.Named(name)
	if len(stages) == 0 {
		return nil
	}
	first := 0
	for i := range c.all {
		if c.all[i].sample.Sent >= stages[0].Started {
			first = i
			break
		}
	}
	transit := 0.0
	if warm := c.latencies(warmStart); len(warm) > 0 {
		transit = median(warm)
	}
	idle := coldSorting{all: c.all[max(first-1, 0):]}
	return idle.idleGaps(ms(transit))
}
