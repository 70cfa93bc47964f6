package scenarios

import (
	"time"

	"tollgate/pricing/document"
)

const maxProbes = 100

// A Probe is one entry of "probes": the name of a probe, where it asks, and its
// options, which package scenarios/probes reads. They collect problems of their own.
type Probe struct {
	Name    string
	Targets []string // in the order of the file; none: every target
	Options document.Fields
}

// An Announced is what a probe will send at one target, at most. A probe plans
// as it goes: what it measures may let it end earlier.
type Announced struct {
	Probe    string
	Target   string
	Requests int64
	For      time.Duration
	Peak     float64 // the highest arrival rate, in requests per second; of requests at once, all of them
	Changes  string  // what it changes at the target besides sending requests; "" for nothing
	Reads    Reads
}

// Reads is what a probe reads at AWS besides its responses, all of which AWS bills.
type Reads struct {
	Log     bool // of the function, by Logs Insights, and the traces that responses name
	Traces  bool // of X-Ray that it has to be searched for
	Metrics bool // of CloudWatch, once more
}

// announced is all that probes will send at one target.
func (p *Plan) announced(target string) (sum Announced) {
	for _, a := range p.Probes {
		if a.Target == target {
			sum.Requests += a.Requests
			sum.For += a.For
			sum.Peak = max(sum.Peak, a.Peak)
		}
	}
	return sum
}

// ProbeTime is how long the probes take at most, one after the other.
func (p *Plan) ProbeTime() (d time.Duration) {
	for _, a := range p.Probes {
		d += a.For
	}
	return d
}

// probes reads the list of probes as far as all have it in common.
func (in *input) probes(v document.Value, s *Scenario) {
	for _, item := range v.List(maxProbes) {
		if item.Type != document.Mapping || len(item.Entries) != 1 {
			item.Problem("needs the name of one probe and its options, such as \"usage-plan: {target: rest}\"")
			continue
		}
		e := item.Entries[0]
		if e.Value.Type != document.Mapping && e.Value.Type != document.Null {
			item.At(e.Value, item.Below(e.Key)).Problem("needs a mapping of options, or {} for none; this is %v", e.Value.Type)
			continue
		}
		f := document.Fields{Value: item.At(&document.Node{Type: document.Mapping, Line: e.Line, Column: e.Column, Entries: e.Value.Entries}, item.Below(e.Key))}
		s.Probes = append(s.Probes, Probe{Name: e.Key, Options: f.Apart(), Targets: asked(f, s)})
	}
}

// asked reads which targets a probe asks.
func asked(f document.Fields, s *Scenario) (names []string) {
	if f.Has("target") && f.Has("targets") {
		f.Problem("has target and targets: one of them is enough")
	}
	items := f.Get("targets").List(maxTargets)
	if v := f.Get("target"); v.Node != nil {
		items = append(items, v)
	}
	for _, item := range items {
		item.Path = f.Path
		if item.Type != document.String {
			item.Bad("is not the name of a target")
			continue
		}
		mentions(item, "target", item.Node.Text, s.TargetNames())
		names = append(names, item.Node.Text)
	}
	return names
}

// Marks says which marks of responses are wanted. The zero value wants those
// that a kind of door is known to send.
type Marks struct {
	InstanceHeader string // that names who served; "" for X-Instance-Id
	InstanceKey    string // of a JSON body that names who served; "" for none
}
