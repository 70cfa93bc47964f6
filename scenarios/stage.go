package scenarios

import (
	"fmt"
	"strings"
	"time"
)

const (
	maxStages    = 100
	maxSteps     = 1000
	maxUsers     = 100_000
	longestStage = 7 * 24 * time.Hour
)

// A way is one of the ways that load can arrive: a key of a stage in a
// scenario file. Growing by one is a file and a line here.
type way struct {
	name string
	read func(fields) Stage
}

func ways() []way {
	return []way{
		{"constant", readConstant},
		{"ramp", readRamp},
		{"steps", readSteps},
		{"burst", readBurst},
		{"poisson", readPoisson},
		{"replay", readReplay},
		{"closed", readClosed},
	}
}

// load reads the list of stages.
func (in *input) load(n *node, s *Scenario) {
	var names []string
	for _, w := range ways() {
		names = append(names, w.name)
	}
	for i, item := range in.list(n, "load", maxStages) {
		path := fmt.Sprintf("load[%d]", i)
		f := in.fields(item, path, names...)
		if item.sort == mapping && len(item.entries) != 1 {
			in.problem(item, "%s: needs exactly one of %s", path, strings.Join(names, ", "))
			continue
		}
		for _, w := range ways() {
			if stage := f.get(w.name); stage != nil {
				s.Stages = append(s.Stages, w.read(fields{in, stage, f.at(w.name)}))
			}
		}
	}
}

// known checks the keys of a stage, all of which but those after "" are needed.
func (f fields) known(needed []string, optional ...string) fields {
	checked := f.in.fields(f.node, f.path, append(needed, optional...)...)
	checked.need(needed...)
	return checked
}

// length is the key "for".
func (f fields) length() time.Duration { return f.duration("for", time.Millisecond, longestStage) }

func readConstant(f fields) Stage {
	f = f.known([]string{"rate", "for"})
	return Stage{Shape: Constant{Rate: f.rate("rate", false)}, For: f.length()}
}

func readPoisson(f fields) Stage {
	f = f.known([]string{"rate", "for"})
	return Stage{Shape: Poisson{Rate: f.rate("rate", false)}, For: f.length()}
}

func readRamp(f fields) Stage {
	f = f.known([]string{"from", "to", "for"})
	r := Ramp{From: f.rate("from", true), To: f.rate("to", true)}
	f.someLoad(r)
	return Stage{Shape: r, For: f.length()}
}

func readSteps(f fields) Stage {
	f = f.known([]string{"rates", "for"})
	var s Steps
	for _, item := range f.in.list(f.get("rates"), f.at("rates"), maxSteps) {
		s.Rates = append(s.Rates, f.rateOf(item, "rates", true))
	}
	f.someLoad(s)
	return Stage{Shape: s, For: f.length()}
}

// someLoad reports a shape of which each rate may be zero, and all are.
func (f fields) someLoad(shape Shape) {
	if peak(shape) == 0 && len(f.in.problems) == 0 {
		f.in.problem(f.node, "%s: is no load at all: one of its rates must be positive", f.path)
	}
}

// readBurst: a burst without a length ends when its requests have been sent.
func readBurst(f fields) Stage {
	f = f.known([]string{"requests"}, "at", "for")
	b := Burst{Requests: f.whole("requests", 1, maxBlockRequests), At: f.rate("at", false)}
	stage := Stage{Shape: b, For: b.span()}
	if f.has("for") {
		stage.For = f.length()
	}
	if stage.For > longestStage {
		f.in.problem(f.node, "%s: takes %v, more than %v: raise the rate", f.path, stage.For, longestStage)
	}
	return stage
}

func readClosed(f fields) Stage {
	f = f.known([]string{"users", "for"}, "think")
	stage := Stage{Users: int(f.whole("users", 1, maxUsers)), For: f.length()}
	if f.has("think") {
		stage.Think = f.duration("think", 0, time.Hour)
	}
	return stage
}
